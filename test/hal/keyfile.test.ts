import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KEYFILE_LIMITS, parseKeyfile, writeKeyfile } from '../../src/hal/keyfile.js';

test('sections, keys and values are read with their lines', () => {
  const { sections, faults } = parseKeyfile('# head\n\n# why\n[A title, a sentence]\nKey = a value \nOther=x=y\n');
  assert.deepEqual(faults, []);
  assert.deepEqual(sections, [
    {
      title: 'A title, a sentence',
      line: 4,
      comment: 'why',
      entries: [
        { key: 'Key', value: 'a value', line: 5 },
        { key: 'Other', value: 'x=y', line: 6 },
      ],
    },
  ]);
});

test('a comment within a section belongs to it, one above the next title to the next', () => {
  const { sections } = parseKeyfile('[One]\n# inside\na=1\n# above\n[Two]\nb=2\n');
  assert.deepEqual(
    sections.map((section) => section.comment),
    ['inside', 'above'],
  );
});

test('a mark of byte order and Windows line ends do no harm', () => {
  const { sections, faults } = parseKeyfile('\ufeff[One]\r\na=1\r\n');
  assert.deepEqual(faults, []);
  assert.equal(sections[0]?.entries[0]?.value, '1');
});

for (const [name, text, line, section, reason] of [
  ['a line before the first title', 'a=1\n[One]\nb=2', 1, '', 'the line stands before the first [title]'],
  ['a line that is nothing', '[One]\nb=2\nwhat\n', 3, 'One', 'the line is no "key=value", no [title] and no # comment'],
  ['a title that is not closed', '[One\nb=2\n', 1, 'One', 'the title has no closing bracket'],
  ['an empty title', '[]\nb=2\n', 1, '', 'the title is empty'],
  ['a bracket in a title', '[On[e]\nb=2\n', 1, 'On[e', 'the title holds a bracket'],
  ['a key with a space', '[One]\nb c=2\n', 2, 'One', '"b c" is not a key'],
  ['an empty key', '[One]\n=2\n', 2, 'One', '"" is not a key'],
  ['a control character', '[One]\na=\u0007\n', 2, 'One', 'the line holds a control character'],
] as const)
  test(`${name} is told with its line, and its section is left out`, () => {
    const { sections, faults } = parseKeyfile(`${text}\n[Last]\nz=26\n`);
    assert.deepEqual(faults, [{ line, section, reason }]);
    assert.equal(sections.at(-1)?.title, 'Last');
    assert.ok(!sections.some(({ title, line: at }) => title === section && at <= line && section !== ''));
  });

test('a line that is not UTF-8 costs its own section only', () => {
  const bytes = Buffer.concat([Buffer.from('[One]\na='), Buffer.from([0xff, 0xfe]), Buffer.from('\n[Two]\nb=ü\n')]);
  const { sections, faults } = parseKeyfile(bytes);
  assert.deepEqual(faults, [{ line: 2, section: 'One', reason: 'the line is not UTF-8' }]);
  assert.deepEqual(
    sections.map(({ title, entries }) => [title, entries[0]?.value]),
    [['Two', 'ü']],
  );
});

test('a file that is too large is not looked at', () => {
  const { sections, faults } = parseKeyfile(new Uint8Array(KEYFILE_LIMITS.bytes + 1).fill(0x23));
  assert.deepEqual(sections, []);
  assert.match(faults[0]?.reason ?? '', /more than the 1048576 allowed/);
});

test('too many sections and lines are told, and what came before is kept', () => {
  const many = parseKeyfile('[a]\nb=1\n'.repeat(KEYFILE_LIMITS.sections + 5));
  assert.equal(many.sections.length, KEYFILE_LIMITS.sections);
  assert.equal(many.faults.length, 1);
  const long = parseKeyfile(`[a]\n${'b=1\n'.repeat(KEYFILE_LIMITS.entries + 5)}`);
  assert.deepEqual(long.sections, []);
});

test('no bytes whatever make the parser throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const { sections, faults } = parseKeyfile(bytes);
      for (const fault of faults) assert.ok(fault.line >= 1 && fault.reason !== '');
      for (const section of sections) assert.notEqual(section.title, '');
    }),
  );
});

test('what is written is read back the same', () => {
  const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9.-]{0,20}$/);
  const value = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/\p{C}/gu, '').trim());
  const section = fc.record({ title: word, entries: fc.array(fc.tuple(word, value), { maxLength: 5 }) });
  fc.assert(
    fc.property(fc.array(section, { maxLength: 5 }), (sections) => {
      const { sections: read, faults } = parseKeyfile(Buffer.from(writeKeyfile(sections)));
      assert.deepEqual(faults, []);
      assert.deepEqual(
        read.map(({ title, entries }) => ({ title, entries: entries.map((entry) => [entry.key, entry.value]) })),
        sections.map(({ title, entries }) => ({ title, entries: [...entries] })),
      );
    }),
  );
});
