import fc from 'fast-check';
import type { Component, Parameter, Property } from '../../../../src/plugins/formats/content-lines/component.js';
import { type Dialect, isVersit } from '../../../../src/plugins/formats/content-lines/dialect.js';

const CURIOUS = [
  'Müller',
  'שלום עולם',
  'مرحبا',
  '👩‍👩‍👧‍👦 family',
  '山田太郎',
  'a;b,c:d\\e"f^g=h',
  '\\',
  '\\;',
  '\\\\,',
  'C:\\temp\\new',
  '=3D=',
  ' blanks ',
  'x'.repeat(300),
  'ü'.repeat(120),
  '',
];

/** Text on one line, with all that might be taken for an escape. */
export const line: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...CURIOUS),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc
    .array(fc.constantFrom('\\', ';', ',', ':', '"', '^', '=', 'n', 'N', ' ', 'é', '\t'), { maxLength: 20 })
    .map((all) => all.join('')),
);

/** Text on several lines. */
export const text: fc.Arbitrary<string> = fc.oneof(
  line,
  fc.array(line, { minLength: 2, maxLength: 4 }).map((all) => all.join('\n')),
);

const SPECIAL = new Set(['BEGIN', 'END', 'AGENT', 'VERSION']);
const word = (max: number): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-'), { minLength: 1, maxLength: max })
    .map((all) => all.join(''));
const name = word(8).filter((one) => /^[A-Z]/.test(one) && !SPECIAL.has(one));
const parameterName = word(6).map((one) => `X-${one}`);

const parameters = (dialect: Dialect): fc.Arbitrary<readonly Parameter[]> =>
  fc
    .uniqueArray(
      fc.record(
        {
          name: fc.oneof(parameterName, fc.constant('TYPE')),
          values: fc.array(isVersit(dialect) ? fc.oneof(word(5), line) : text, { minLength: 1, maxLength: 3 }),
        },
        { noNullPrototype: true },
      ),
      { maxLength: 3, selector: (one) => one.name },
    )
    .map((all) => [...all]);

/** A value as it is in the tree: what a dialect has no escape for cannot be in it. */
const value = (dialect: Dialect): fc.Arbitrary<string> => (isVersit(dialect) ? text : line);

const property = (dialect: Dialect): fc.Arbitrary<Property> =>
  fc
    .record({
      group: fc.oneof(
        { weight: 3, arbitrary: fc.constant('') },
        { weight: 1, arbitrary: fc.constantFrom('item1', 'A.b') },
      ),
      name,
      small: fc.boolean(),
      parameters: parameters(dialect),
      content: fc.oneof(
        { weight: 5, arbitrary: value(dialect).map((one) => ({ base64: false, value: one })) },
        {
          weight: 1,
          arbitrary: fc
            .uint8Array({ maxLength: 300 })
            .map((one) => ({ base64: true, value: Buffer.from(one).toString('base64') })),
        },
      ),
    })
    .map(({ content, small, ...one }) => ({
      group: one.group,
      name: one.name,
      spelling: small ? one.name.toLowerCase() : one.name,
      parameters: content.base64 ? [...one.parameters, { name: 'ENCODING', values: ['B'] }] : one.parameters,
      value: content.value,
    }));

const OUTER: Readonly<Record<Dialect, { readonly name: string; readonly version: string; readonly inner: string }>> = {
  'vcard-2.1': { name: 'VCARD', version: '2.1', inner: 'VCARD' },
  'vcard-3.0': { name: 'VCARD', version: '3.0', inner: 'X-INNER' },
  'vcard-4.0': { name: 'VCARD', version: '4.0', inner: 'X-INNER' },
  'vcalendar-1.0': { name: 'VCALENDAR', version: '1.0', inner: 'VEVENT' },
  'icalendar-2.0': { name: 'VCALENDAR', version: '2.0', inner: 'VTODO' },
  'vnote-1.1': { name: 'VNOTE', version: '1.1', inner: 'X-INNER' },
};

/** A tree that a text of the dialect can say. */
export const tree = (dialect: Dialect): fc.Arbitrary<Component> => {
  const { name: outer, version, inner } = OUTER[dialect];
  const properties = fc.array(property(dialect), { maxLength: 6 });
  const innermost = properties.map((all): Component => ({ name: inner, dialect, properties: all, components: [] }));
  return fc.record({ properties, components: fc.array(innermost, { maxLength: 2 }) }).map((one) => ({
    name: outer,
    dialect,
    properties: [
      { group: '', name: 'VERSION', spelling: 'VERSION', parameters: [], value: version },
      ...one.properties,
    ],
    components: one.components,
  }));
};
