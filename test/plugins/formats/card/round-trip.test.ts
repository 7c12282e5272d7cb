import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CardDialect, convertCard, convertedCard } from '../../../../src/plugins/formats/card/convert.js';
import { type Component, first } from '../../../../src/plugins/formats/content-lines/component.js';
import { parseSingle } from '../../../../src/plugins/formats/content-lines/parse.js';
import { writeContentLines } from '../../../../src/plugins/formats/content-lines/write.js';
import { card, modernCard, told } from './arbitrary.js';
import { ALL } from './cards.js';

/** Through bytes, so that the codec has its say. */
const converted = (one: Component, to: CardDialect): Component =>
  parseSingle(convertCard(writeContentLines([one]), to));

/** A made-up FN or N is no content of the card. */
const content = (one: Component): readonly string[] =>
  told(one).filter((said) => !said.includes('X-CRADLE-WAS=["absent"]'));

const V2 = 'vcard-2.1';
const V3 = 'vcard-3.0';
const V4 = 'vcard-4.0';

const ways: readonly (readonly CardDialect[])[] = [
  [V3, V2, V3],
  [V3, V4, V3],
  [V2, V3, V2],
  [V4, V3, V4],
  [V2, V4, V2],
  [V4, V2, V4],
  [V3, V2, V4, V3],
  [V3, V4, V2, V3],
];

for (const [from = V3, ...way] of ways)
  test(`a card comes back as it was: ${[from, ...way].join(' to ')}`, () => {
    fc.assert(
      fc.property(card, (generated) => {
        // First there, so that what is compared is written as that version writes it.
        const before = converted(converted(generated, from), from);
        const after = way.reduce((one, to) => converted(one, to), before);
        assert.deepEqual(content(after), content(before));
      }),
      { numRuns: 200 },
    );
  });

for (const to of [V3, V2] as const)
  test(`what vCard 4.0 alone can say comes back from ${to}`, () => {
    fc.assert(
      fc.property(modernCard, (before) => {
        assert.deepEqual(content(converted(converted(before, to), V4)), content(before));
      }),
      { numRuns: 300 },
    );
  });

test('to convert again changes nothing', () => {
  fc.assert(
    fc.property(card, fc.constantFrom<CardDialect>(V2, V3, V4), (generated, to) => {
      const once = convertCard(writeContentLines([generated]), to);
      assert.deepEqual(convertCard(once, to), once);
    }),
  );
});

test('what devices and programs write comes back as it was, through every other version', () => {
  for (const [name, text] of Object.entries(ALL)) {
    const original = parseSingle(Buffer.from(text));
    for (const to of [V2, V3, V4] as const) {
      const { dialect } = original;
      if (dialect !== V2 && dialect !== V3 && dialect !== V4) continue;
      const back = converted(converted(original, to), dialect);
      const plain = (one: Component) => content(one).map((said) => said.replaceAll('\\;', ';'));
      assert.deepEqual(plain(back), plain(original), `${name} by way of ${to}`);
    }
  }
});

test('every vCard 3.0 and 4.0 has a name where there is one to be had', () => {
  fc.assert(
    fc.property(card, (generated) => {
      const one = convertedCard(convertedCard(generated, V2), V3);
      const n = first(one, 'N');
      if (n !== undefined && /[^;, \\]/.test(n.value)) assert(first(one, 'FN') !== undefined);
    }),
  );
});
