import { kindOf } from './card/kinds.js';
import { changed, type Property, parameterOf, withParameter } from './content-lines/component.js';
import type { Dialect } from './content-lines/dialect.js';
import { escaped, fieldListsOf, listed, listOf, textOf } from './content-lines/values.js';

/** How a value of cards is changed in part: field by field, as a set, or as a whole. */
export type Grain = 'fields' | 'list' | 'text' | 'whole';

export function grainOf(name: string, dialect: Dialect): Grain {
  if (!dialect.startsWith('vcard')) return name === 'CATEGORIES' ? 'list' : TEXTS.has(name) ? 'text' : 'whole';
  const kind = kindOf(name);
  return kind === 'fields' || kind === 'list' || kind === 'text' ? kind : 'whole';
}

const TEXTS = new Set(['SUMMARY', 'DESCRIPTION', 'LOCATION', 'COMMENT', 'CONTACT', 'BODY']);

/** Fields as they are written each, so that what nobody touches stays to the letter. */
export const fieldsAsWritten = (one: Property, dialect: Dialect): readonly string[] =>
  fieldListsOf(one, dialect).map((field) => listed(field, dialect));

/** A list with what was added and without what was taken away between two others. */
export function listChanged(mine: Property, from: Property, to: Property, dialect: Dialect): Property {
  const [own, before, after] = [mine, from, to].map((one) => new Set(listOf(one, dialect)));
  if (own === undefined || before === undefined || after === undefined) return mine;
  const gone = [...before].filter((one) => !after.has(one));
  const come = [...after].filter((one) => !before.has(one));
  if (gone.length + come.length === 0) return mine;
  for (const one of gone) own.delete(one);
  for (const one of come) own.add(one);
  own.delete('');
  return changed(mine, { value: listed([...own], dialect) });
}

/** The types of `mine`, changed as they were changed between two others; the order stays. */
export function typesChanged(mine: Property, from: readonly string[], to: readonly string[]): Property {
  const lower = (types: readonly string[]): Set<string> => new Set(types.map((type) => type.toLowerCase()));
  const [before, after] = [lower(from), lower(to)];
  const kept = parameterOf(mine, 'TYPE').filter(
    (type) => after.has(type.toLowerCase()) || !before.has(type.toLowerCase()),
  );
  const has = lower(kept);
  const added = to.filter((type) => !before.has(type.toLowerCase()) && !has.has(type.toLowerCase()));
  if (added.length === 0 && kept.length === parameterOf(mine, 'TYPE').length) return mine;
  return changed(mine, { parameters: withParameter(mine.parameters, 'TYPE', [...kept, ...added]) });
}

/** Characters: what is shorter no device had to cut, so a person did. SIM cards have 14 for a name. */
const LEAST_ROOM = 12;

/** Whether one text is the beginning of the other: what a device does that has too little room. */
export const isCut = (short: string, long: string): boolean =>
  short.length >= LEAST_ROOM && short.length < long.length && long.startsWith(short.trimEnd());

/** Characters at a cut that must be there still, for what lies beyond it to be put on again. */
const SEAM = 16;

/**
 * What a text becomes that a device had only the beginning of. What lies beyond the cut is put on again where the text
 * before the cut is as it was: who changed the beginning did not mean the end, which he could not see.
 */
export function textChanged(mine: Property, from: Property, to: Property, dialect: Dialect): Property {
  const [whole, before, after] = [mine, from, to].map((one) => textOf(one, dialect));
  if (whole === undefined || before === undefined || after === undefined) return mine;
  const beyond = isBeginning(before, whole) && after.endsWith(before.slice(-SEAM)) ? whole.slice(before.length) : '';
  return changed(mine, { value: escaped(after + beyond, dialect) });
}

const isBeginning = (short: string, long: string): boolean => short.length < long.length && long.startsWith(short);
