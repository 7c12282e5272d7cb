import type { Property } from '../content-lines/component.js';
import type { Dialect } from '../content-lines/dialect.js';
import { escaped, fieldListsOf, fieldsOf, joined, listed, textOf } from '../content-lines/values.js';
import { basicDate, basicOffset, extendedDate, extendedOffset } from './dates.js';
import { kindOf } from './kinds.js';

const OLD: Dialect = 'vcard-2.1';
const NEW: Dialect = 'vcard-3.0';

/** Degrees; vCard 2.1 has a comma between them, 3.0 a semicolon. What is neither, such as a geo: URI, stays. */
const PLACE = /^\s*([+-]?[\d.]+)\s*[;,]\s*([+-]?[\d.]+)\s*$/;

/** The value of a vCard 2.1 property as vCard 3.0 writes it. `lists`: commas between the parts of a field mean lists. */
export function modernValue(one: Property, lists: boolean): string {
  const { name, value } = one;
  switch (kindOf(name)) {
    case 'text':
      return escaped(textOf(one, OLD), NEW);
    case 'fields':
      if (lists)
        return fieldListsOf(one, OLD)
          .map((field) => listed(field, NEW))
          .join(';');
      return joined(fieldsOf(one, OLD), NEW);
    case 'list':
      // Not in the specification; some write `,` between, some `;`.
      return listed(fieldListsOf(one, OLD).flat(), NEW);
    case 'date':
      return extendedDate(value);
    case 'offset':
      return extendedOffset(value);
    case 'place':
      return value.replace(PLACE, '$1;$2');
    case 'uri':
    case 'media':
      return value;
    case 'opaque':
      return modernEscapes(value);
  }
}

/** The value of a vCard 3.0 property as vCard 2.1 writes it, and whether its fields have lists in them. */
export function versitValue(one: Property): { readonly value: string; readonly lists: boolean } {
  return { value: plainVersit(one), lists: kindOf(one.name) === 'fields' && hasLists(one) };
}

const hasLists = (one: Property): boolean =>
  one.value.includes(',') && fieldListsOf(one, NEW).some((field) => field.length > 1);

function plainVersit(one: Property): string {
  const { name, value } = one;
  switch (kindOf(name)) {
    case 'text':
      return escaped(textOf(one, NEW), OLD);
    case 'fields':
      if (!hasLists(one)) return joined(fieldsOf(one, NEW), OLD);
      return fieldListsOf(one, NEW)
        .map((field) => listed(field, OLD))
        .join(';');
    case 'list':
      return listed(fieldListsOf(one, NEW).flat(), OLD);
    case 'date':
      return basicDate(value);
    case 'offset':
      return basicOffset(value);
    case 'place':
      return value.replace(PLACE, '$1,$2');
    case 'uri':
    case 'media':
      return value;
    case 'opaque':
      return versitEscapes(value);
  }
}

/** Of a value whose structure nobody knows: separators stay what they are. */
const modernEscapes = (value: string): string =>
  /[\\\n]/.test(value)
    ? value.replace(/\\[\\;,:]|\\|\n/g, (one) =>
        one === '\n' ? '\\n' : one === '\\' ? '\\\\' : one === '\\:' ? ':' : one,
      )
    : value;

const versitEscapes = (value: string): string =>
  value.includes('\\')
    ? value.replace(/\\[nN]|\\\\(?![\\;,:]|$)|\\[\\;,:]/g, (one, at: number) => {
        if (one === '\\n' || one === '\\N') return '\n';
        // Doubled only where it would be taken for an escape.
        return one === '\\\\' && !/^(?:[\\;,:]|$)/.test(value.slice(at + 2, at + 3)) ? '\\' : one;
      })
    : value;
