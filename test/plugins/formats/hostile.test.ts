import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CradleError } from '../../../src/dbus/errors.js';
import { convertCard } from '../../../src/plugins/formats/card/convert.js';
import { enrich } from '../../../src/plugins/formats/enrich.js';
import { identityOf } from '../../../src/plugins/formats/identity.js';
import { likenessOf } from '../../../src/plugins/formats/likeness.js';
import { mergeItems } from '../../../src/plugins/formats/merge.js';
import { reduce } from '../../../src/plugins/formats/reduce.js';
import { ALL } from './card/cards.js';
import { mutated } from './mutation.js';

/** What the formats do with a text from outside. */
const acts: Readonly<Record<string, (bytes: Uint8Array, other: Uint8Array) => unknown>> = {
  'converted to 2.1': (bytes) => convertCard(bytes, 'vcard-2.1'),
  'converted to 3.0': (bytes) => convertCard(bytes, 'vcard-3.0'),
  'converted to 4.0': (bytes) => convertCard(bytes, 'vcard-4.0'),
  identified: (bytes) => identityOf(bytes, 'text/vcard'),
  reduced: (bytes) => reduce(bytes, { properties: new Map([['N', { maxSize: 3, maxOccur: 1 }]]) }),
  enriched: (bytes, other) => enrich({ rich: other, sent: other, received: bytes, held: other }),
  'enriched otherwise': (bytes, other) => enrich({ rich: other, sent: bytes, received: other }),
  merged: (bytes, other) => mergeItems({ base: other, left: bytes, right: other, contentType: 'text/vcard' }),
};

function withstands(bytes: Uint8Array, other: Uint8Array): void {
  assert.match(likenessOf('text/vcard', bytes), /^[\w-]{43}$/);
  for (const [name, act] of Object.entries(acts))
    try {
      act(bytes, other);
    } catch (thrown) {
      assert(thrown instanceof CradleError && thrown.code === 'InvalidItem', `${name}: ${thrown}`);
    }
}

const texts = Object.values(ALL);
const other = fc.constantFrom(...texts).map((text): Uint8Array => Buffer.from(text));

test('mutated cards are used or refused, whatever is done with them', () => {
  fc.assert(fc.property(mutated(texts), other, withstands), { numRuns: 400 });
});

test('random bytes are used or refused', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), other, withstands));
});

test('cards made to cost much are no more than a while’s work', () => {
  const most = 2_000;
  const card = (line: (n: number) => string, count = most - 1): Uint8Array =>
    Buffer.from(
      `BEGIN:VCARD\nVERSION:3.0\n${Array.from({ length: count }, (_, n) => line(n)).join('\n')}\nEND:VCARD\n`,
    );
  for (const bytes of [
    card((n) => `TEL:${n}`),
    card((n) => `g${n}.X-ABLabel:${n}`),
    card((n) => `item1.${n % 2 ? 'TEL' : 'X-ABLabel'}:${n}`),
    card((n) => `LABEL;TYPE=HOME:${n}`),
    card((n) => `FN;X-CRADLE-WAS=absent:${n}`),
    card((n) => `N;SORT-AS=${n}:${n}`),
    card(() => 'AGENT:BEGIN:VCARD\\nEND:VCARD\\n'),
    card((n) => `X-PHONETIC-LAST-NAME:${n}`),
    card(() => `CATEGORIES:${'a,'.repeat(40_000)}`, 1),
    card(() => `CATEGORIES:${Array.from({ length: 40_000 }, (_, n) => n).join(',')}`, 1),
    card(() => `NOTE:${'\\'.repeat(100_000)}`, 1),
    card(() => `NOTE:${' '.repeat(100_000)}x`, 1),
    card(() => `N:${';'.repeat(100_000)}`, 1),
    card(() => `N:${' ;'.repeat(50_000)}x`, 1),
    card(() => `FN:${' '.repeat(100_000)}x${' '.repeat(100_000)}x`, 1),
  ])
    withstands(bytes, Buffer.from(bytes).subarray(0, bytes.length));
});
