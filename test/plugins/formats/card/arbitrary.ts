import fc from 'fast-check';
import {
  type Component,
  component,
  type Parameter,
  type Property,
  property,
} from '../../../../src/plugins/formats/content-lines/component.js';
import { escaped, joined, listed } from '../../../../src/plugins/formats/content-lines/values.js';
import { line, text } from '../content-lines/arbitrary.js';

const V3 = 'vcard-3.0';

const types = (...known: readonly string[]): fc.Arbitrary<readonly Parameter[]> =>
  fc
    .uniqueArray(fc.constantFrom(...known, 'PREF', 'X-BOAT'), { maxLength: 4 })
    .map((all) => (all.length === 0 ? [] : [{ name: 'TYPE', values: all }]));

const group = fc.oneof(
  { weight: 4, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.constantFrom('item1', 'item2') },
);

/** A property of these parts, in what its value may be and which parameters it may have. */
const of = (
  name: string,
  value: fc.Arbitrary<string>,
  parameters: fc.Arbitrary<readonly Parameter[]> = fc.constant([]),
): fc.Arbitrary<Property> =>
  fc.tuple(value, parameters, group).map(([one, all, where]) => property(name, one, all, where));

const plain = text.map((one) => escaped(one, V3));
const some = line.filter((one) => one.trim() !== '').map((one) => escaped(one, V3));
const fields = (count: number) => fc.array(line, { minLength: count, maxLength: count }).map((all) => joined(all, V3));
const lists = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: line.map((one) => [one]) },
      { weight: 1, arbitrary: fc.array(line, { minLength: 2, maxLength: 3 }) },
    ),
    {
      minLength: 5,
      maxLength: 7,
    },
  )
  .map((all) => all.map((field) => listed(field, V3)).join(';'));
const list = fc.array(line, { minLength: 1, maxLength: 4 }).map((all) => listed(all, V3));
const number = fc.oneof(
  fc.integer({ min: 1, max: 999_999_999 }).map((one) => `+49 ${one}`),
  fc.constantFrom('(555) 000-0001', '*100#', '+1\\,2', '+491p2w3', '12;3'.replace(';', '\\;')),
);
const address = fc.integer({ min: 1, max: 9999 }).map((one) => `someone${one}@example.org`);
const date = fc
  .tuple(
    fc.integer({ min: 1900, max: 2100 }),
    fc.integer({ min: 10, max: 12 }),
    fc.integer({ min: 10, max: 28 }),
    fc.boolean(),
  )
  .map(([year, month, day, time]) => `${year}-${month}-${day}${time ? 'T10:22:00Z' : ''}`);
const partial = fc.constantFrom('1996', '1996-04', '---15', 'circa 1800', '');
const base64 = fc.uint8Array({ minLength: 1, maxLength: 400 }).map((one) => Buffer.from(one).toString('base64'));
const inline = (...formats: readonly string[]): fc.Arbitrary<readonly Parameter[]> =>
  fc
    .constantFrom(...formats, '')
    .map((format) => [
      { name: 'ENCODING', values: ['B'] },
      ...(format === '' ? [] : [{ name: 'TYPE', values: [format] }]),
    ]);
const linked = fc.constant([{ name: 'VALUE', values: ['uri'] }]);
const uri = fc.constantFrom('http://example.org/a;b?c=1,2', 'https://example.org/~x#y', 'ftp://example.org:21/z');
const unknown = fc.array(plain, { minLength: 1, maxLength: 3 }).map((all) => all.join(';'));

const kinds = {
  few: [
    of('N', lists),
    of('FN', some),
    of('NOTE', plain),
    of('TITLE', plain),
    of('ROLE', plain),
    of('ORG', fields(3)),
    of('NICKNAME', list),
    of('CATEGORIES', list),
    of('BDAY', fc.oneof(date, partial)),
    of('BDAY', fc.constant('1604-02-29'), fc.constant([{ name: 'X-APPLE-OMIT-YEAR', values: ['1604'] }])),
    of('ANNIVERSARY', date),
    of('X-ANNIVERSARY', date),
    of('X-EVOLUTION-ANNIVERSARY', date),
    of('X-GENDER', fc.constantFrom('Male', 'Female', 'M', 'other')),
    of('REV', date),
    of('UID', some),
    of('SORT-STRING', some),
    of('GEO', fc.constantFrom('41.03;28.97', '-17.5;0')),
    of('TZ', fc.constantFrom('+03:00', '-05:30')),
    of('TZ', fc.constant('Europe/Berlin'), fc.constant([{ name: 'VALUE', values: ['text'] }])),
    of('PHOTO', base64, inline('JPEG', 'GIF', 'PNG')),
    of('PHOTO', uri, linked),
    of('LOGO', base64, inline('PNG')),
    of('X-PHONETIC-LAST-NAME', some).map((one) => property(one.name, one.value)),
    of('X-PHONETIC-FIRST-NAME', some).map((one) => property(one.name, one.value)),
    of('X-ADDRESSBOOKSERVER-KIND', fc.constant('group')),
    of('AGENT', fc.constant('BEGIN:VCARD\\nVERSION:3.0\\nN:b\\;c\\nFN:c b\\nEND:VCARD\\n')),
    of('CLASS', fc.constantFrom('PUBLIC', 'PRIVATE')),
  ],
  many: [
    of('TEL', number, types('HOME', 'WORK', 'CELL', 'VOICE', 'FAX', 'PAGER', 'VIDEO', 'CAR')),
    of('EMAIL', address, types('INTERNET', 'HOME', 'WORK')),
    of('ADR', lists, types('HOME', 'WORK', 'POSTAL')),
    of('LABEL', some, types('HOME', 'WORK', 'POSTAL')),
    of('URL', uri, types('HOME', 'WORK')),
    of('IMPP', fc.constant('xmpp:someone@example.org'), types('HOME')),
    of('X-JABBER', address, types('HOME', 'WORK')),
    of(
      'X-AIM',
      line.map((one) => escaped(one, V3)),
    ),
    of('X-EVOLUTION-SPOUSE', plain),
    of('X-SPOUSE', plain),
    of('RELATED', uri),
    // Without a group it labels nothing.
    of('X-ABLabel', some).map((one) => ({ ...one, group: one.group === '' ? 'item3' : one.group })),
    of('KEY', base64, inline('X509', 'PGP')),
    of('SOUND', base64, inline('WAVE')),
    of('X-EVOLUTION-FILE-AS', plain),
    of('X-WHATEVER', unknown, fc.constant([{ name: 'X-ODD', values: ['a;b', 'c'] }])),
    of('X-ADDRESSBOOKSERVER-MEMBER', fc.constant('urn:uuid:6b29fc40-ca47-1067-b31d-00dd010662da')),
  ],
};

/** A vCard 3.0 with anything in it that phones and programs write. */
export const card: fc.Arbitrary<Component> = fc
  .tuple(
    fc.uniqueArray(fc.oneof(...kinds.few), { maxLength: 8, selector: (one) => one.name }),
    fc.array(fc.oneof(...kinds.many), { maxLength: 12 }),
    fc.boolean(),
  )
  .map(([few, many, backwards]) => {
    // One label is for one group.
    const once = many.filter(
      ({ name, group: where }, at) =>
        name !== 'X-ABLABEL' || many.findIndex((one) => one.name === name && one.group === where) === at,
    );
    const properties = backwards ? [...once, ...few] : [...few, ...once];
    return component('VCARD', V3, [property('VERSION', '3.0'), ...properties]);
  });

/** What a card says, so that two can be compared: order and the case of types do not count. */
export const told = (one: Component): readonly string[] =>
  [
    ...one.properties.map(({ group: where, spelling, parameters, value }) => {
      const sorted = parameters.map(({ name, values }) => {
        const said =
          name === 'TYPE' ? [...new Set(values.flatMap((type) => type.toUpperCase().split(',')))].sort() : values;
        return `${name}=${JSON.stringify(said)}`;
      });
      return `${where}.${spelling};${sorted.sort().join(';')}:${value}`;
    }),
    ...one.components.map((inner) => JSON.stringify(told(inner))),
  ].sort();
