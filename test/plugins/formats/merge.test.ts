import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { convertCard } from '../../../src/plugins/formats/card/convert.js';
import { type Component, component, property } from '../../../src/plugins/formats/content-lines/component.js';
import { parseSingle } from '../../../src/plugins/formats/content-lines/parse.js';
import { writeContentLines } from '../../../src/plugins/formats/content-lines/write.js';
import { type MergeClash, mergeItems } from '../../../src/plugins/formats/merge.js';
import { card as anyCard, told } from './card/arbitrary.js';

const card = (lines: readonly string[]): Uint8Array =>
  Buffer.from(`BEGIN:VCARD\r\nVERSION:3.0\r\n${lines.join('\r\n')}\r\nEND:VCARD\r\n`);

const merge = (
  base: readonly string[] | undefined,
  left: readonly string[],
  right: readonly string[],
): { readonly lines: readonly string[]; readonly clashes: readonly MergeClash[] } => {
  const { merged, clashes } = mergeItems({
    ...(base && { base: card(base) }),
    left: card(left),
    right: card(right),
    contentType: 'text/vcard',
  });
  return { lines: Buffer.from(merged).toString().replace(/\r\n /g, '').split('\r\n').slice(2, -2), clashes };
};

const BASE = [
  'FN:Jane Doe',
  'N:Doe;Jane;;;',
  'TEL;TYPE=WORK:1',
  'TEL;TYPE=HOME:2',
  'EMAIL:jane@example.org',
  'NOTE:note',
  'TITLE:Engineer',
];

const without = (name: string): readonly string[] => BASE.filter((line) => !line.startsWith(name));
const but = (from: string, to: string): readonly string[] => BASE.map((line) => (line === from ? to : line));

test('different properties changed on either side are both in', () => {
  const { lines, clashes } = merge(BASE, but('TITLE:Engineer', 'TITLE:Chief'), [
    ...but('NOTE:note', 'NOTE:other'),
    'URL:http://example.org/',
  ]);
  assert.deepEqual(clashes, []);
  assert.deepEqual(lines, [
    'FN:Jane Doe',
    'N:Doe;Jane;;;',
    'TEL;TYPE=WORK:1',
    'TEL;TYPE=HOME:2',
    'EMAIL:jane@example.org',
    'NOTE:other',
    'TITLE:Chief',
    'URL:http://example.org/',
  ]);
});

test('the same change on both sides is one change', () => {
  const changed = but('TEL;TYPE=WORK:1', 'TEL;TYPE=WORK:9');
  assert.deepEqual(
    merge(
      BASE,
      changed,
      changed.map((line) => line.replace('TEL;TYPE=WORK', 'TEL;TYPE=VOICE;TYPE=work')),
    ),
    { lines: changed, clashes: [] },
  );
});

test('the same number changed on both sides: both are kept', () => {
  const { lines, clashes } = merge(
    BASE,
    but('TEL;TYPE=WORK:1', 'TEL;TYPE=WORK:8'),
    but('TEL;TYPE=WORK:1', 'TEL;TYPE=WORK:9'),
  );
  assert.deepEqual(clashes, []);
  assert.deepEqual(
    lines.filter((line) => line.startsWith('TEL')),
    ['TEL;TYPE=WORK:8', 'TEL;TYPE=WORK:9', 'TEL;TYPE=HOME:2'],
  );
});

test('numbers added on either side are both in, and one that both added is in once', () => {
  const { lines, clashes } = merge(
    BASE,
    [...BASE, 'TEL;TYPE=CELL:5', 'TEL;TYPE=FAX:7'],
    [...BASE, 'TEL;TYPE=CELL:5', 'TEL;TYPE=CAR:6'],
  );
  assert.deepEqual(clashes, []);
  assert.deepEqual(lines.slice(BASE.length), ['TEL;TYPE=CELL:5', 'TEL;TYPE=FAX:7', 'TEL;TYPE=CAR:6']);
});

test('a deletion on one side is in; a deletion against an edit is a clash, and the edit stays', () => {
  assert.deepEqual(merge(BASE, without('EMAIL'), without('TITLE')), {
    lines: BASE.filter((line) => !/^(?:EMAIL|TITLE)/.test(line)),
    clashes: [],
  });
  assert.deepEqual(merge(BASE, without('TITLE'), but('TITLE:Engineer', 'TITLE:Chief')), {
    lines: [...without('TITLE'), 'TITLE:Chief'],
    clashes: [{ property: 'TITLE', right: 'Chief', base: 'Engineer' }],
  });
  assert.deepEqual(merge(BASE, but('TITLE:Engineer', 'TITLE:Chief'), without('TITLE')), {
    lines: but('TITLE:Engineer', 'TITLE:Chief'),
    clashes: [{ property: 'TITLE', left: 'Chief', base: 'Engineer' }],
  });
});

test('a note changed on both sides is a clash: nothing is pasted together', () => {
  assert.deepEqual(merge(BASE, but('NOTE:note', 'NOTE:left\\, mine'), but('NOTE:note', 'NOTE:right')), {
    lines: but('NOTE:note', 'NOTE:left\\, mine'),
    clashes: [{ property: 'NOTE', left: 'left, mine', right: 'right', base: 'note' }],
  });
});

test('fields of a name are merged one by one', () => {
  const first = merge(BASE, but('N:Doe;Jane;;;', 'N:Doe;Janet;;;'), but('N:Doe;Jane;;;', 'N:Miller;Jane;;Dr.;'));
  assert.deepEqual([first.lines[1], first.clashes], ['N:Miller;Janet;;Dr.;', []]);
  const second = merge(BASE, but('N:Doe;Jane;;;', 'N:Doe;Janet;;;'), but('N:Doe;Jane;;;', 'N:Doe;Jenny;;;'));
  assert.deepEqual([second.lines[1], second.clashes.map(({ property: name }) => name)], ['N:Doe;Janet;;;', ['N']]);
});

test('a value changed on one side and a type on the other are one change', () => {
  const { lines, clashes } = merge(
    BASE,
    but('TEL;TYPE=WORK:1', 'TEL;TYPE=WORK:8'),
    but('TEL;TYPE=WORK:1', 'TEL;TYPE=CELL:1'),
  );
  assert.deepEqual([lines[2], clashes], ['TEL;TYPE=CELL:8', []]);
});

test('labels go with their numbers, whatever their groups are called', () => {
  const numbers = (...all: readonly (readonly [string, string])[]): readonly string[] =>
    all.flatMap(([number, label], at) => [`item${at + 1}.TEL:${number}`, `item${at + 1}.X-ABLabel:${label}`]);
  const base = numbers(['1', 'boat']);
  const { lines, clashes } = merge(base, numbers(['3', 'car'], ['1', 'boat']), numbers(['1', 'ship'], ['2', 'hut']));
  assert.deepEqual(clashes, []);
  const labels = lines.flatMap((line) =>
    line.includes('X-ABLabel') ? [] : [line, lines.find((one) => one.startsWith(`${line.slice(0, 5)}.X-AB`))],
  );
  const expected = ['3', 'car', '2', 'hut', '1', 'ship'];
  assert.deepEqual(
    labels.map((line) => line?.slice(line.indexOf(':') + 1)),
    expected,
  );
});

test('lists are merged as sets', () => {
  const { lines, clashes } = merge(['CATEGORIES:a,b'], ['CATEGORIES:b,c'], ['CATEGORIES:a,b,d']);
  assert.deepEqual([lines, clashes], [['CATEGORIES:b,c,d'], []]);
});

test('with nothing in common before, what both have is in once, what one has is in, and what differs clashes', () => {
  const { lines, clashes } = merge(
    undefined,
    ['FN:Jane', 'TEL:1', 'NOTE:left'],
    ['FN:Jane', 'TEL:2', 'NOTE:right', 'TITLE:x'],
  );
  assert.deepEqual(lines, ['FN:Jane', 'TEL:1', 'TEL:2', 'NOTE:left', 'TITLE:x']);
  assert.deepEqual(clashes, [{ property: 'NOTE', left: 'left', right: 'right' }]);
});

test('who wrote it and when is nothing to quarrel about', () => {
  const at = (day: string): readonly string[] => ['FN:x', `REV:2026-01-${day}T00:00:00Z`, `PRODID:-//${day}//EN`];
  assert.deepEqual(merge(at('01'), at('02'), at('03')).clashes, []);
  assert.equal(merge(at('01'), at('02'), at('03')).lines[1], 'REV:2026-01-03T00:00:00Z');
});

test('sides in other versions of vCard are merged, in the version of the left one', () => {
  const right = convertCard(card([...BASE, 'TEL;TYPE=CELL:5']), 'vcard-4.0');
  const left = convertCard(card(BASE), 'vcard-2.1');
  const { merged, clashes } = mergeItems({ base: card(BASE), left, right, contentType: 'text/vcard' });
  assert.deepEqual(clashes, []);
  assert.match(Buffer.from(merged).toString(), /^BEGIN:VCARD\r\nVERSION:2\.1\r\n[\s\S]*\r\nTEL;CELL:5\r\n/);
});

const event = (summary: string, location: string, ...more: readonly string[]): Uint8Array =>
  Buffer.from(
    [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'BEGIN:VEVENT',
      'UID:1',
      `SUMMARY:${summary}`,
      `LOCATION:${location}`,
      ...more,
      'END:VEVENT',
      'END:VCALENDAR',
      '',
    ].join('\r\n'),
  );

test('appointments are merged property by property, alarms as components', () => {
  const alarm = ['BEGIN:VALARM', 'ACTION:AUDIO', 'TRIGGER:-PT5M', 'END:VALARM'];
  const contentType = 'text/calendar';
  const { merged, clashes } = mergeItems({
    base: event('Lunch', 'here'),
    left: event('Dinner', 'here'),
    right: event('Lunch', 'there', ...alarm),
    contentType,
  });
  assert.deepEqual(
    [Buffer.from(merged).toString(), clashes],
    [Buffer.from(event('Dinner', 'there', ...alarm)).toString(), []],
  );
  const clash = mergeItems({
    base: event('Lunch', 'here'),
    left: event('Dinner', 'here'),
    right: event('Tea', 'here'),
    contentType,
  });
  assert.deepEqual(clash.clashes, [{ property: 'SUMMARY', left: 'Dinner', right: 'Tea', base: 'Lunch' }]);
  const gone = mergeItems({
    base: event('a', 'b', ...alarm),
    left: event('a', 'b'),
    right: event('c', 'b', ...alarm),
    contentType,
  });
  assert.deepEqual([Buffer.from(gone.merged).toString(), gone.clashes], [Buffer.from(event('c', 'b')).toString(), []]);
});

test('a text without structure is whole: one change is in, two clash', () => {
  const sides = (base: string, left: string, right: string) =>
    mergeItems({
      base: Buffer.from(base),
      left: Buffer.from(left),
      right: Buffer.from(right),
      contentType: 'text/plain',
    });
  assert.equal(Buffer.from(sides('a', 'a', 'b').merged).toString(), 'b');
  assert.equal(Buffer.from(sides('a', 'b', 'a').merged).toString(), 'b');
  assert.deepEqual(sides('a', 'b', 'c').clashes, [{ property: 'text', left: 'b', right: 'c', base: 'a' }]);
});

const bytesOf = (one: Component): Uint8Array => writeContentLines([one]);

test('one side that changed nothing adds nothing and loses nothing', () => {
  fc.assert(
    fc.property(anyCard, anyCard, (base, other) => {
      for (const [left, right] of [
        [base, other],
        [other, base],
      ]) {
        assert(left !== undefined && right !== undefined);
        const { merged, clashes } = mergeItems({
          base: bytesOf(base),
          left: bytesOf(left),
          right: bytesOf(right),
          contentType: 'text/vcard',
        });
        assert.deepEqual(clashes, []);
        assert.deepEqual(said(parseSingle(merged)), said(other));
      }
    }),
  );
});

test('to merge an item with itself changes nothing, whatever was before', () => {
  fc.assert(
    fc.property(anyCard, anyCard, (base, one) => {
      const { merged, clashes } = mergeItems({
        base: bytesOf(base),
        left: bytesOf(one),
        right: bytesOf(one),
        contentType: 'text/vcard',
      });
      assert.deepEqual([told(parseSingle(merged)), clashes], [told(one), []]);
    }),
  );
});

test('what either side added is in, whichever is left', () => {
  fc.assert(
    fc.property(anyCard, fc.nat(999), fc.nat(999), (base, one, two) => {
      const plus = (value: string, name: string): Component =>
        component(base.name, base.dialect, [...base.properties, property(name, value)], base.components);
      const [left, right] = [plus(`http://example.org/left/${one}`, 'X-LEFT'), plus(`+1 ${two}`, 'X-RIGHT')];
      const sides = { base: bytesOf(base), contentType: 'text/vcard' };
      const here = mergeItems({ ...sides, left: bytesOf(left), right: bytesOf(right) });
      const there = mergeItems({ ...sides, left: bytesOf(right), right: bytesOf(left) });
      assert.deepEqual([here.clashes, there.clashes], [[], []]);
      assert.deepEqual(told(parseSingle(here.merged)), told(parseSingle(there.merged)));
    }),
  );
});

/** Without what says nothing: a merge keeps the empty properties and the groups of the left side alone. */
const said = (one: Component): readonly string[] =>
  told(one)
    .filter((line) => !/:[\s;,]*$/.test(line))
    .map((line) => line.replace(/^[^.]*\./, ''))
    .sort();
