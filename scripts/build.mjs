// Compiles everything to out/ (tests run from there) and bundles the two programs into dist/.
// `--bundle-only` skips the type check: for the Debian package and the virtual machine.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

function run(program, ...words) {
  const { status } = spawnSync(program, words, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

if (!process.argv.includes('--bundle-only')) {
  rmSync('out', { recursive: true, force: true });
  run('node_modules/.bin/tsc', '-p', 'tsconfig.json');
}

mkdirSync('dist', { recursive: true });
// One file a program: a daemon of a hundred modules starts in half the time when it is one (docs/decisions.md).
for (const [entry, program] of [
  ['src/daemon/main.ts', 'cradled'],
  ['src/cli/main.ts', 'cradle'],
]) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    write: false,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: false,
    legalComments: 'none',
    logLevel: 'warning',
    external: ['better-sqlite3', 'sd-notify', 'usocket'],
    // esbuild leaves import.meta.url empty in a CommonJS bundle; native.ts needs to know where it lives.
    define: { 'import.meta.url': 'bundleUrl' },
    banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
    // What a vm.Script imports, it requires.
    supported: { 'dynamic-import': false },
  });
  const [{ text }] = outputFiles;
  const name = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const bundle = `dist/${program}.bundle`;
  for (const file of readdirSync('dist'))
    if (file.startsWith(`${program}.bundle.`)) rmSync(`dist/${file}`, { force: true });
  writeFileSync(`${bundle}.js`, `// ${name}\n${text}`);
  copyFileSync('scripts/launcher.cjs', `dist/${program}.cjs`);
  chmodSync(`dist/${program}.cjs`, 0o755);
  run(process.execPath, 'scripts/precompile.cjs', program, `${bundle}.${name}.cache`);
}
