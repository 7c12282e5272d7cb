import { CradleError } from '../../dbus/errors.js';
import type { Row } from './database.js';

/** Reads what was written down earlier and believes none of it: each gives the value or fails with Failed. */
const wrong = (what: string, value: unknown): CradleError =>
  new CradleError('Failed', `the database holds ${JSON.stringify(value) ?? 'nothing'} where ${what} belongs`);

export function text(row: Row, key: string): string {
  const value = row[key];
  if (typeof value !== 'string') throw wrong(`the text ${key}`, value);
  return value;
}

export function optionalText(row: Row, key: string): string | undefined {
  return row[key] === undefined || row[key] === null ? undefined : text(row, key);
}

export function number(row: Row, key: string): number {
  const value = row[key];
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(`the number ${key}`, value);
  return value;
}

export function optionalNumber(row: Row, key: string): number | undefined {
  return row[key] === undefined || row[key] === null ? undefined : number(row, key);
}

export function flag(row: Row, key: string): boolean {
  const value = row[key];
  if (typeof value !== 'boolean') throw wrong(`yes or no for ${key}`, value);
  return value;
}

export function oneOf<T extends string>(row: Row, key: string, words: readonly T[]): T {
  const value = text(row, key);
  const word = words.find((each) => each === value);
  if (word === undefined) throw wrong(`one of ${words.join(', ')} for ${key}`, value);
  return word;
}

export function record(value: unknown, what: string): Row {
  if (!isRecord(value)) throw wrong(what, value);
  return value;
}

export function list<T>(row: Row, key: string, each: (value: unknown) => T): readonly T[] {
  const value = row[key];
  if (!Array.isArray(value)) throw wrong(`the list ${key}`, value);
  return value.map(each);
}

export function textItem(value: unknown): string {
  if (typeof value !== 'string') throw wrong('a text', value);
  return value;
}

export function texts(row: Row, key: string): readonly string[] {
  return list(row, key, textItem);
}

export function textMap(row: Row, key: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(record(row[key], key)).map(([name, value]) => [name, textItem(value)]));
}

/** The JSON in a column, as an object whose fields are still to be checked. */
export function json(row: Row, key: string): Row {
  const source = text(row, key);
  try {
    return record(JSON.parse(source), key);
  } catch (error) {
    if (error instanceof CradleError) throw error;
    throw wrong(`JSON for ${key}`, source.slice(0, 80));
  }
}

const isRecord = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);
