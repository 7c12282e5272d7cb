import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromFat, toFat } from '../../../src/plugins/folder/fat-names.js';
import type { Filesystem } from '../../../src/plugins/folder/filesystem.js';
import { nameOf, numbered, pathFor } from '../../../src/plugins/folder/item-names.js';
import { FAT } from './bed.js';

const POSIX: Filesystem = { kind: 'ext', lasting: true, names: 'posix', local: true };

/** Names of the signs that matter here, and of any others. */
const sign = fc.oneof(
  fc.constantFrom(
    ...'<>:"|?*\\. ‛＜＞：＂｜？＊＼．␠␀␟␡\u0000\u001f\u007f',
    'a',
    'Z',
    '1',
    'CON',
    'nul',
    'COM1',
    'é',
    '漢',
    '😀',
  ),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }),
);
const name = fc.array(sign, { minLength: 1, maxLength: 12 }).map((signs) => signs.join('').replaceAll('/', '_'));

test('every name comes back from FAT as it was', () => {
  fc.assert(fc.property(name, (one) => assert.equal(fromFat(toFat(one)), one)));
});

test('what is written to FAT is a name that Windows takes', () => {
  fc.assert(
    fc.property(name, (one) => {
      const disk = toFat(one);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      assert.doesNotMatch(disk, /[<>:"|?*\\\u0000-\u001f\u007f]|[. ]$/u);
      assert.doesNotMatch(disk, /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/iu);
    }),
  );
});

test('two names are never one on FAT', () => {
  fc.assert(fc.property(name, name, (one, other) => one === other || toFat(one) !== toFat(other)));
});

test('a name on FAT that we did not write is read as a name all the same', () => {
  for (const [disk, read] of [
    ['a‛', 'a‛'],
    ['‛a', '‛a'],
    ['plain.txt', 'plain.txt'],
    ['a．b', 'a．b'],
  ] as const)
    assert.equal(fromFat(disk), read);
});

test('a question mark is a question mark to whoever reads the screen of the player', () => {
  assert.equal(toFat('Why?.mp3'), 'Why？.mp3');
  assert.equal(nameOf('Who？/Why？.mp3', FAT), 'Who?/Why?.mp3');
  assert.equal(nameOf('Why？.mp3', POSIX), 'Why？.mp3');
});

for (const bad of ['', '/', '/etc/passwd', '..', '../a', 'a/../b', 'a/..', './a', 'a//b', 'a/', 'a\0b'])
  test(`the name ${JSON.stringify(bad)} leads nowhere, and is refused`, () => {
    assert.throws(() => pathFor(bad, POSIX), { code: 'InvalidItem' });
    assert.throws(() => pathFor(bad, FAT), { code: 'InvalidItem' });
  });

for (const hidden of [
  '.bashrc',
  'a/.git/config',
  'letter.txt~',
  '#letter#',
  'film.mp4.part',
  'Thumbs.db',
  'lost+found/a',
])
  test(`${hidden} would not be seen again, and is refused`, () => {
    assert.throws(() => pathFor(hidden, POSIX), { code: 'InvalidItem', message: /would be hidden/ });
  });

test('a name that is too long keeps its beginning and its extension, and stays apart from its like', () => {
  for (const filesystem of [POSIX, FAT])
    for (const letter of ['x', 'é', '漢', '😀', '?']) {
      const [one, other] = [`${letter.repeat(300)}1.jpg`, `${letter.repeat(300)}2.jpg`];
      const [path, twin] = [pathFor(`sub/${one}`, filesystem), pathFor(`sub/${other}`, filesystem)];
      assert.notEqual(path, twin);
      const base = path.slice(4);
      assert((filesystem === FAT ? base.length : Buffer.byteLength(base)) <= 255);
      assert.match(base, /-[0-9a-f]{10}\.jpg$/);
      assert.equal(path, pathFor(`sub/${one}`, filesystem), 'it is the same each time');
      assert.equal(base.includes('\ufffd'), false);
    }
});

test('a name beside one that is taken is numbered before its extension, and fits too', () => {
  assert.equal(numbered('a/photo.jpg', 2, POSIX), 'a/photo (2).jpg');
  assert.equal(numbered('README', 3, POSIX), 'README (3)');
  assert(Buffer.byteLength(numbered(`${'é'.repeat(125)}.jpeg`, 12, POSIX)) <= 255);
});

test('what lies too deep is refused', () => {
  assert.throws(() => pathFor('a/'.repeat(64).concat('b'), POSIX), { code: 'InvalidItem' });
  assert.throws(() => pathFor(`${'x'.repeat(250)}/`.repeat(20).concat('b'), POSIX), { code: 'InvalidItem' });
  assert.equal(pathFor('a/'.repeat(63).concat('b'), POSIX).length, 127);
});

test('half a surrogate pair becomes the sign for what cannot be read', () => {
  assert.equal(pathFor('a\ud83d.txt', POSIX), 'a\ufffd.txt');
});
