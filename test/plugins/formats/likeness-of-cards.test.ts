import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CardDialect, convertCard } from '../../../src/plugins/formats/card/convert.js';
import { type Component, changed, component } from '../../../src/plugins/formats/content-lines/component.js';
import { writeContentLines } from '../../../src/plugins/formats/content-lines/write.js';
import { likenessOf } from '../../../src/plugins/formats/likeness.js';
import { card as anyCard } from './card/arbitrary.js';
import { ALL } from './card/cards.js';

const of = (text: string | Uint8Array): string => likenessOf('text/vcard', Buffer.from(text));

const card = (version: string, ...lines: readonly string[]): string =>
  `BEGIN:VCARD\r\nVERSION:${version}\r\n${lines.join('\r\n')}\r\nEND:VCARD\r\n`;

const PLAIN = card(
  '3.0',
  'N:Müller;Jane;;;',
  'FN:Jane Müller',
  'TEL;TYPE=CELL,PREF:+49 1',
  'EMAIL;TYPE=WORK:jane@example.org',
  'NOTE:one\\, two\\nthree',
);

test('a card is like itself in every version, charset, encoding and order', () => {
  for (const other of [
    card(
      '2.1',
      'NOTE;ENCODING=QUOTED-PRINTABLE:one, two=0D=0Athree',
      'TEL;PREF;CELL;VOICE:+49 1',
      'N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;Jane',
      'EMAIL;INTERNET;WORK:jane@example.org',
    ),
    card(
      '4.0',
      'FN:Jane Müller',
      'N:Müller;Jane;;;',
      'TEL;PREF=1;TYPE=cell:+49 1',
      'EMAIL;TYPE="work":jane@example.org',
      'NOTE:one\\, two\\nthree',
      'REV:20260101T000000Z',
    ),
    card(
      '3.0',
      'X-EVOLUTION-FILE-AS:',
      'PHOTO:',
      'GEO:',
      'n:Müller;Jane',
      'tel;type=pref;type=cell:+49 1',
      'email;type=work:jane@example.org',
      'note:one\\, two\\Nthree',
      'UID:5',
    ),
  ])
    assert.equal(of(other), of(PLAIN), other);
});

test('another label makes another card, another name of its group does not', () => {
  const labelled = (group: string, label: string) =>
    of(card('3.0', 'FN:x', `${group}.TEL:1`, `${group}.X-ABLabel:${label}`));
  assert.equal(labelled('item1', 'boat'), labelled('item7', 'boat'));
  assert.notEqual(labelled('item1', 'boat'), labelled('item1', 'ship'));
});

test('a name that is not made of its parts counts', () => {
  assert.notEqual(of(card('3.0', 'N:Doe;Jane', 'FN:Janey')), of(card('3.0', 'N:Doe;Jane', 'FN:Jane Doe')));
  assert.equal(of(card('3.0', 'N:Doe;Jane', 'FN:Jane Doe')), of(card('2.1', 'N:Doe;Jane')));
});

test('what devices and programs write is like itself in every version, and unlike the others', () => {
  const seen = new Set<string>();
  for (const text of Object.values(ALL)) {
    const likeness = of(text);
    assert(!seen.has(likeness));
    seen.add(likeness);
    for (const to of ['vcard-2.1', 'vcard-3.0', 'vcard-4.0'] as const)
      assert.equal(of(convertCard(Buffer.from(text), to)), likeness, `${to} ${text}`);
  }
});

const bytesOf = (one: Component): Uint8Array => writeContentLines([one]);

test('any card is like itself after a journey through the versions, in another order', () => {
  const versions = fc.array(fc.constantFrom<CardDialect>('vcard-2.1', 'vcard-3.0', 'vcard-4.0'), {
    minLength: 1,
    maxLength: 3,
  });
  fc.assert(
    fc.property(anyCard, versions, (one, journey) => {
      const backwards = component(one.name, one.dialect, [...one.properties].reverse(), one.components);
      const travelled = journey.reduce((bytes, to) => convertCard(bytes, to), bytesOf(backwards));
      assert.equal(of(travelled), of(bytesOf(one)));
    }),
    { numRuns: 300 },
  );
});

test('a card with another number, note or address is another card', () => {
  fc.assert(
    fc.property(anyCard, fc.nat(20), (one, which) => {
      const property = one.properties.filter(({ name }) => ['TEL', 'NOTE', 'EMAIL', 'TITLE'].includes(name))[which];
      if (property === undefined) return;
      const edited = one.properties.map((each) =>
        each === property ? changed(each, { value: `${each.value}7` }) : each,
      );
      assert.notEqual(of(bytesOf(component(one.name, one.dialect, edited, one.components))), of(bytesOf(one)));
    }),
  );
});
