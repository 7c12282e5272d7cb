// Compiles everything to out/ (tests run from there) and bundles the two programs into dist/.
// `--bundle-only` skips the type check: for the Debian package and the virtual machine.
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

if (!process.argv.includes('--bundle-only')) {
  rmSync('out', { recursive: true, force: true });
  const tsc = spawnSync('node_modules/.bin/tsc', ['-p', 'tsconfig.json'], { stdio: 'inherit' });
  if (tsc.status !== 0) process.exit(tsc.status ?? 1);
}

// One file a program: a daemon of a hundred modules starts in half the time when it is one (docs/decisions.md).
for (const [entry, outfile] of [
  ['src/daemon/main.ts', 'dist/cradled.cjs'],
  ['src/cli/main.ts', 'dist/cradle.cjs'],
]) {
  await build({
    entryPoints: [entry],
    outfile,
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
    banner: { js: "#!/usr/bin/env node\nconst bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
  });
  chmodSync(outfile, 0o755);
}
