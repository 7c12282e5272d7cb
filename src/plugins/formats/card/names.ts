import { type Component, first } from '../content-lines/component.js';
import type { Dialect } from '../content-lines/dialect.js';
import { escaped, fieldsOf, listOf, textOf } from '../content-lines/values.js';

/** Characters of a summary: a line on a screen. */
const LONGEST = 200;

/** A name written out from the fields of N, or else of ORG; empty when both are. */
export const formattedName = (card: Component): string => personName(card) || organisationName(card);

export function personName(card: Component): string {
  const n = first(card, 'N');
  if (n === undefined) return '';
  const [family = '', given = '', additional = '', prefix = '', suffix = ''] = fieldsOf(n, card.dialect);
  return oneLine([prefix, given, additional, family, suffix].join(' '));
}

export function organisationName(card: Component): string {
  const org = first(card, 'ORG');
  return org === undefined ? '' : oneLine(fieldsOf(org, card.dialect).join(' '));
}

/** N made up from FN: the whole of it is the family name, as nobody can tell its parts. */
export const nameFromFormatted = (formatted: string, dialect: Dialect): string => `${escaped(formatted, dialect)};;;;`;

/** One line a person would know the card by. */
export function summaryOf(card: Component): string {
  const fn = first(card, 'FN');
  const formatted = fn === undefined ? '' : oneLine(textOf(fn, card.dialect));
  const name = formatted === '' ? formattedName(card) : formatted;
  if (name !== '') return name;
  for (const other of ['NICKNAME', 'EMAIL', 'TEL']) {
    const one = first(card, other);
    const text = one === undefined ? '' : oneLine(listOf(one, card.dialect).join(', '));
    if (text !== '') return text;
  }
  return 'a card without a name';
}

/** White space put together, and cut where a line would be too long. */
export function oneLine(text: string): string {
  const line = text
    .slice(0, 4 * LONGEST)
    .replace(/\s+/g, ' ')
    .trim();
  if (line.length <= LONGEST) return line;
  const characters = [...line];
  return characters.length <= LONGEST ? line : `${characters.slice(0, LONGEST - 1).join('')}…`;
}
