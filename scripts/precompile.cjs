// Keeps what V8 compiles of a program in dist/ while it tells its version: scripts/precompile.cjs PROGRAM FILE
const { writeFileSync } = require('node:fs');
const { resolve } = require('node:path');

const [, , program, file] = process.argv;
const launcher = resolve('dist', `${program}.cjs`);
process.argv = [process.argv[0], launcher, '--version'];
process.stdout.write = () => true;
const script = require(launcher);
process.on('exit', (code) => {
  if (code === 0) writeFileSync(file, script.createCachedData());
});
