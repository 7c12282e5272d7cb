import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { COMMON } from '../../src/cli/arguments.js';
import { EXIT } from '../../src/cli/exit.js';
import { COMMANDS } from '../../src/cli/table.js';
import { ERROR_CODES } from '../../src/dbus/errors.js';
import { repositoryRoot } from '../support/root.js';

const run = promisify(execFile);
const page = join(repositoryRoot, 'docs/man/cradle.1');

/** The page as a reader sees it, and what groff had to say about it. */
async function manual(): Promise<{ readonly text: string; readonly warnings: string }> {
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin', MANWIDTH: '200', LC_ALL: 'C.UTF-8', MANROFFOPT: '-c' };
  const { stdout, stderr } = await run('man', ['--warnings', '-E', 'UTF-8', '-P', 'cat', '-l', page], { env });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: overstruck letters are bold or underlined ones
  return { text: stdout.replaceAll(/.\u0008/gu, ''), warnings: stderr };
}

test('the manual page is well-formed', async () => {
  const { text, warnings } = await manual();
  assert.equal(warnings, '');
  assert.match(text, /^CRADLE\(1\)/);
});

test('the manual page tells every command, every option and every exit code', async () => {
  const { text } = await manual();
  for (const { name, options } of COMMANDS) {
    assert.match(text, new RegExp(`^ {3,10}(\\w+, )?${name}\\b`, 'm'), name);
    for (const option of options) assert(text.includes(`--${option.name}`), `${name} --${option.name}`);
    for (const choice of options.flatMap(({ choices }) => choices ?? [])) assert(text.includes(choice), choice);
  }
  for (const { name } of COMMON) assert(text.includes(`--${name}`), name);
  const codes = text.slice(text.indexOf('EXIT STATUS'));
  for (const code of Object.values(EXIT)) assert.match(codes, new RegExp(`^ +${code} `, 'm'), String(code));
});

test('the page on errors tells every code once, and no other', async () => {
  const text = await readFile(join(repositoryRoot, 'docs/errors.md'), 'utf8');
  const told = [...text.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code);
  assert.deepEqual(told, [...ERROR_CODES]);
});
