// Keeps what V8 compiles of a program in dist/ while it starts in vain: scripts/precompile.cjs PROGRAM FILE
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join, resolve } = require('node:path');

const [, , program, file] = process.argv;
const launcher = resolve('dist', `${program}.cjs`);
const home = mkdtempSync(join(tmpdir(), 'cradle-build-'));
// A home without anything in it, and two buses that are not there.
const nowhere = `unix:path=${join(home, 'bus')}`;
process.env = {
  PATH: process.env.PATH,
  HOME: home,
  DBUS_SYSTEM_BUS_ADDRESS: nowhere,
  DBUS_SESSION_BUS_ADDRESS: nowhere,
};
process.argv = [process.argv[0], launcher, ...(program === 'cradle' ? ['list'] : [])];
process.stdout.write = () => true;
process.stderr.write = () => true;
const script = require(launcher);
process.on('exit', () => {
  writeFileSync(file, script.createCachedData());
  rmSync(home, { recursive: true, force: true });
  process.exitCode = 0;
});
