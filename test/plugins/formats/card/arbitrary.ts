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

const V4 = 'vcard-4.0';

/** Some of these parameters, each with a value it may have. */
const some4 = (all: Readonly<Record<string, readonly string[]>>): fc.Arbitrary<readonly Parameter[]> =>
  fc
    .subarray(Object.keys(all))
    .chain((names) =>
      fc
        .tuple(...names.map((name) => fc.constantFrom(...(all[name] ?? []))))
        .map((values) => names.map((name, at) => ({ name, values: [values[at] ?? ''] }))),
    );

const always =
  (name: string, value: string) =>
  (all: readonly Parameter[]): readonly Parameter[] => [...all, { name, values: [value] }];

const RANKS = {
  PREF: ['1', '2', '50', '100'],
  TYPE: ['home', 'work', 'voice,home', 'x-boat'],
  PID: ['1.1'],
  ALTID: ['1'],
};

const natives = {
  few: [
    of('FN', some, some4({ LANGUAGE: ['de'], ALTID: ['1'] })),
    of('N', lists, some4({ 'SORT-AS': ['Berg,Zoë', 'x'], ALTID: ['1'] })),
    of('BDAY', fc.constantFrom('--0415', '---15', '1996', '1996-04', '19960415', '19960415T102200Z', 'T10')),
    of('BDAY', plain, fc.constant([{ name: 'VALUE', values: ['text'] }])),
    of('ANNIVERSARY', fc.constantFrom('20090810', '--0810'), some4({ CALSCALE: ['gregorian'] })),
    of('GENDER', fc.constantFrom('M', 'F', 'O', 'N', 'U', ";it's complicated", 'M;boy')),
    of('KIND', fc.constantFrom('individual', 'group', 'org', 'location')),
    of('GEO', fc.constantFrom('geo:52.37,4.88', 'geo:52.37,4.88;u=10', 'http://example.org/place')),
    of('TZ', fc.constantFrom('Europe/Amsterdam', 'Raleigh/North America')),
    of('TZ', fc.constant('-0500'), fc.constant([{ name: 'VALUE', values: ['utc-offset'] }])),
    of('REV', fc.constantFrom('20260102T030405Z', '20260102T030405+0130')),
    of('UID', fc.constant('urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1')),
    of('ORG', lists, some4({ 'SORT-AS': ['ABC,Sales'] })),
  ],
  many: [
    of('TEL', number, some4(RANKS)),
    of('TEL', fc.constantFrom('tel:+31-20-1', 'tel:+1-555;ext=5'), some4(RANKS).map(always('VALUE', 'uri'))),
    of('TEL', fc.constant('sip:x@example.org'), some4(RANKS).map(always('VALUE', 'uri'))),
    of('EMAIL', address, some4(RANKS)),
    of('ADR', lists, some4({ ...RANKS, LABEL: ['1 Main St\nSpringfield', '"x"; y', 'z'], GEO: ['geo:1,2'] })),
    of('IMPP', fc.constantFrom('xmpp:a@example.org', 'skype:a b'), some4(RANKS)),
    of('RELATED', uri, some4({ TYPE: ['spouse', 'friend,co-worker', 'agent'] })),
    of('RELATED', plain, some4({ TYPE: ['spouse', 'agent'] }).map(always('VALUE', 'text'))),
    of('MEMBER', uri),
    of(
      'PHOTO',
      base64.map((one) => `data:image/gif;base64,${one}`),
      some4({ PREF: ['1', '3'], TYPE: ['home'] }),
    ),
    of('PHOTO', uri, some4({ MEDIATYPE: ['image/jpeg'], PREF: ['1'] })),
    of(
      'KEY',
      base64.map((one) => `data:application/pgp-keys;base64,${one}`),
    ),
    of('SOUND', uri, some4({ MEDIATYPE: ['audio/ogg'] })),
    of('LANG', fc.constantFrom('en', 'fr'), some4({ PREF: ['1', '2'], TYPE: ['work'] })),
    of('NOTE', plain, some4({ LANGUAGE: ['en'], PREF: ['1'] })),
    of('XML', plain),
    of('CLIENTPIDMAP', fc.constant('1;urn:uuid:3df403f4-5924-4bb7-b077-3c711d9eb34b')),
    of('X-ODD', unknown),
  ],
};

/** A vCard 4.0 with what that alone can say. */
export const modernCard: fc.Arbitrary<Component> = fc
  .tuple(
    fc.uniqueArray(fc.oneof(...natives.few), { maxLength: 8, selector: (one) => one.name }),
    fc.array(fc.oneof(...natives.many), { maxLength: 10 }),
  )
  .map(([few, many]) => component('VCARD', V4, [property('VERSION', '4.0'), ...few, ...many]));

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
