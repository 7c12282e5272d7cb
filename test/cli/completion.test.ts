import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { COMMANDS } from '../../src/cli/table.js';
import { repositoryRoot } from '../support/root.js';
import { temporaryFolder } from '../support/tmp.js';
import { cli, plant } from './desk.js';

const run = promisify(execFile);
const folder = join(repositoryRoot, 'data/completions');
const FILES = { bash: 'cradle.bash', zsh: '_cradle', fish: 'cradle.fish' } as const;

/** A PATH on which `cradle complete` knows two devices, and refuses what the program would refuse. */
async function shellEnvironment(t: TestContext): Promise<Record<string, string>> {
  const home = await temporaryFolder(t);
  await plant(home, {
    'bin/cradle':
      '#!/bin/sh\n[ "$1" = complete ] || exit 2\nshift\nfor kind; do case $kind in\n' +
      "account) printf 'account-work\\tWork\\n' ;;\n" +
      "device) printf 'usb-1\\tMy Clip\\nusb-2 x\\tOther\\n' ;;\nbinding) printf 'b1\\tbinding of Clip\\n' ;;\n" +
      "store) printf 'music\\tMusic\\n' ;;\n*) exit 2 ;;\nesac; done\n",
  });
  await chmod(join(home, 'bin/cradle'), 0o755);
  return { PATH: `${join(home, 'bin')}:/usr/local/bin:/usr/bin:/bin`, HOME: home, TERM: 'dumb', LC_ALL: 'C.UTF-8' };
}

const EXPECTED: readonly (readonly [readonly string[], readonly string[]])[] = [
  [['sy'], ['sync']],
  [['help', 'ex'], ['explain']],
  [
    ['show', 'usb'],
    ['usb-1', 'usb-2 x'],
  ],
  [
    ['sync', ''],
    ['b1', 'usb-1', 'usb-2 x'],
  ],
  [
    ['bind', 'x', '--direction', 'to'],
    ['to-desktop', 'to-device'],
  ],
  [['stores', '--remove', ''], ['music']],
  [['set', 'x', 'direc'], ['direction=']],
  [
    ['decide', 'b1', 'keep'],
    ['keep-desktop', 'keep-device'],
  ],
  [['account', 'pass'], ['password']],
  [['account', 'remove', 'account-'], ['account-work']],
  [['sync', '--no'], ['--no-wait']],
];

test('the completion files are what the commands make of them', async () => {
  assert.deepEqual((await readdir(folder)).sort(), Object.values(FILES).sort());
  for (const [shell, file] of Object.entries(FILES)) {
    const { out } = await cli('', ['completion', shell]);
    const kept = await readFile(join(folder, file), 'utf8');
    assert.equal(kept, out, `run: cradle completion ${shell} > data/completions/${file}`);
    for (const { name } of COMMANDS) assert(kept.includes(name), `${file} knows ${name}`);
  }
});

test('bash completes', async (t) => {
  const env = await shellEnvironment(t);
  const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _cradle 2>/dev/null; printf '%s\\n' "\${COMPREPLY[@]}"`;
  for (const [words, expected] of EXPECTED) {
    const line = ['--norc', '-c', script, 'bash', join(folder, FILES.bash), 'cradle', ...words];
    const found = (await run('bash', line, { env })).stdout.trim().split('\n').sort();
    // What bash inserts is quoted for the shell.
    assert.deepEqual(
      found,
      expected.map((word) => word.replace(' ', '\\ ')),
      words.join(' '),
    );
  }
});

test('fish completes', async (t) => {
  const env = await shellEnvironment(t);
  for (const [words, expected] of EXPECTED) {
    const script = `source $argv[1]; complete -C "cradle ${words.join(' ')}"`;
    const { stdout } = await run('fish', ['--no-config', '-c', script, join(folder, FILES.fish)], { env });
    const found = stdout
      .trim()
      .split('\n')
      .map((line) => line.split('\t')[0])
      .sort();
    assert.deepEqual(found, expected, words.join(' '));
  }
});

test('zsh completes', async (t) => {
  const env = await shellEnvironment(t);
  // A zsh of its own behind a terminal of its own: what a word begins with is listed there, and the list ends with the mark.
  const script = `
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'PS1=; unsetopt zle_bracketed_paste prompt_sp; stty -echo; fpath=('$1' $fpath); autoload -U compinit; compinit -u -D'
zpty -w z 'comppostfuncs=(tell); tell() { comppostfuncs=(tell); print -r -- "<$compstate[nmatches] $compstate[unambiguous]>"; }; setopt no_beep; LISTMAX=1000; print re''ady'
zpty -r z out '*ready*'
shift
for words; do
  zpty -w -n z "cradle $words"$'\\t'
  zpty -r z out '*<*>*'
  print -r -- "\${\${out##*<}%%>*}"
  zpty -w -n z $'\\x15'
done
zpty -d z
`;
  const lines = EXPECTED.map(([words]) => words.join(' '));
  const { stdout } = await run('zsh', ['-f', '-c', script, 'zsh', folder, ...lines], { env, timeout: 60_000 });
  const found = stdout.trim().split('\n');
  for (const [index, [words, expected]] of EXPECTED.entries()) {
    const [count = '', ...common] = (found[index] ?? '').split(' ');
    assert.equal(Number(count), expected.length, words.join(' '));
    if (expected.length === 1) assert.equal(common.join(' '), expected[0], words.join(' '));
  }
});
