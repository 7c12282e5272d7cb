import { basicDate } from './card/dates.js';
import { KEPT } from './card/kept.js';
import { type Kind, kindOf } from './card/kinds.js';
import { type Property, parameterOf, typesOf } from './content-lines/component.js';
import type { Dialect } from './content-lines/dialect.js';
import { fieldListsOf, textOf } from './content-lines/values.js';

/** Set anew by whoever writes the item, so they say nothing about its content. */
const VOLATILE = new Set(['VERSION', 'PRODID', 'REV', 'DTSTAMP', 'LAST-MODIFIED', 'CREATED', 'SEQUENCE']);

export const isVolatile = (name: string): boolean => VOLATILE.has(name);

/** Parameters that are how something is written, or a program's own bookkeeping, and not what it says. */
const MANNERS = new Set(['TYPE', 'ENCODING', 'VALUE', 'LANGUAGE', 'X-EVOLUTION-UI-SLOT', 'X-COUCHDB-UUID', KEPT]);

/** Types that say nothing, as they are meant where nothing is said (RFC 2426 sections 3.2.1, 3.3.1, 3.3.2). */
const DEFAULT_TYPES: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['TEL', new Set(['voice'])],
  ['EMAIL', new Set(['internet'])],
  ['ADR', new Set(['intl', 'postal', 'parcel'])],
  ['LABEL', new Set(['intl', 'postal', 'parcel'])],
]);

const NO_TYPES: readonly string[] = [];

/** TYPEs that say something, in order. */
export function essentialTypes(one: Property): readonly string[] {
  const types = typesOf(one);
  // Of a picture that is there, it is the format, which the picture says itself.
  if (types.length === 0 || parameterOf(one, 'ENCODING').length > 0) return NO_TYPES;
  const defaults = DEFAULT_TYPES.get(one.name);
  const essential = defaults === undefined ? types : types.filter((type) => !defaults.has(type));
  return essential.length < 2 ? essential : [...new Set(essential)].sort();
}

/** TYPE values one by one, as they are written. */
export const writtenTypes = (one: Property): readonly string[] =>
  parameterOf(one, 'TYPE').flatMap((value) => value.split(',').map((type) => type.trim()));

const kindIn = (dialect: Dialect, name: string): Kind => (dialect.startsWith('vcard') ? kindOf(name) : 'opaque');

/** What the value says, whatever way it is written. */
export function essentialValue(one: Property, dialect: Dialect): string {
  switch (kindIn(dialect, one.name)) {
    case 'text':
      return textOf(one, dialect).trim();
    case 'fields':
    case 'list':
      if (!/[,\\]|\s;|;\s/.test(one.value)) return withoutEnd(one.value.trim());
      return filled(fieldListsOf(one, dialect).map((field) => filled(field.map(saidPart)).join(','))).join(';');
    case 'date':
      return basicDate(one.value.trim());
    case 'uri':
      return one.value.replaceAll('\\:', ':').trim();
    default:
      return one.value.trim();
  }
}

/** Without the semicolons at the end. A loop: what an expression would do here grows with the square. */
function withoutEnd(value: string): string {
  let end = value.length;
  while (end > 0 && value.charCodeAt(end - 1) === 0x3b) end--;
  return end === value.length ? value : value.slice(0, end);
}

function saidPart(part: string): string {
  const text = part.trim();
  return /[\\,;]/.test(text) ? text.replace(/[\\,;]/g, '\\$&') : text;
}

/** Without the empty ones at the end, which say nothing. */
function filled(parts: readonly string[]): readonly string[] {
  let end = parts.length;
  while (end > 0 && parts[end - 1] === '') end--;
  return end === parts.length ? parts : parts.slice(0, end);
}

/** Whether a property has nothing in it: phones send such ones, and programs leave them behind. */
export const isEmpty = (one: Property): boolean => /^[\s;,]*$/.test(one.value);

/** What a property says as one string: equal where two differ only in how they are written. Groups do not count. */
export function essenceOf(one: Property, dialect: Dialect): string {
  let essence = one.name;
  if (one.parameters.length > 0) {
    const types = essentialTypes(one);
    if (types.length > 0) essence += `;${types.join(',')}`;
    const others = one.parameters.filter(({ name }) => !MANNERS.has(name));
    if (others.length > 0)
      essence += others
        .map(({ name, values }) => `;${name}=${values.join('\u0001')}`)
        .sort()
        .join('');
  }
  return `${essence}:${essentialValue(one, dialect)}`;
}

const known = new WeakMap<Property, readonly [Dialect, string]>();

/** As essenceOf, remembered: for those who compare one property with many. */
export function knownEssenceOf(one: Property, dialect: Dialect): string {
  const seen = known.get(one);
  if (seen?.[0] === dialect) return seen[1];
  const essence = essenceOf(one, dialect);
  known.set(one, [dialect, essence]);
  return essence;
}
