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

/** Modules of Node that libraries ask for and a start has no use for are loaded when one of their functions is called. */
const later = {
  name: 'later',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(child_process|assert)$/ }, ({ path, kind, importer }) =>
      kind === 'require-call' && importer.includes('node_modules') ? { path, namespace: 'later' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'later' }, ({ path }) => ({
      contents: `const load = () => require('node:${path}');
module.exports = new Proxy((...words) => load()(...words), { get: (_, name) => (...words) => load()[name](...words) });`,
    }));
  },
};

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
    external: ['sd-notify', 'usocket'],
    alias: { bindings: './scripts/bindings.cjs', 'node-gyp-build': './scripts/node-gyp-build.cjs' },
    plugins: [later],
    // A function, for scripts/launcher.cjs to call. esbuild leaves import.meta.url empty; native.ts needs to know it.
    // serialport names a folder to scripts/node-gyp-build.cjs, which does not ask.
    define: { 'import.meta.url': 'bundleUrl', __dirname: 'bundleUrl' },
    banner: { js: "((require, __filename) => {const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
    footer: { js: '})' },
    // A vm.Script has no import() of its own.
    supported: { 'dynamic-import': false },
  });
  // esbuild leaves regular expressions and comments as they are; the launcher reads nothing but ASCII.
  const escaped = (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const text = outputFiles[0].text.replace(/[^\0-\x7f]/g, escaped);
  const name = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const bundle = `dist/${program}.bundle`;
  for (const file of readdirSync('dist'))
    if (file.startsWith(`${program}.bundle.`)) rmSync(`dist/${file}`, { force: true });
  writeFileSync(`${bundle}.js`, `// ${name}\n${text}`);
  copyFileSync('scripts/launcher.cjs', `dist/${program}.cjs`);
  chmodSync(`dist/${program}.cjs`, 0o755);
  run(process.execPath, 'scripts/precompile.cjs', program, `${bundle}.${name}.cache`);
}
