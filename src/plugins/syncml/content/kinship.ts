import type { Component } from '../../formats/content-lines/component.js';
import { parseContentLines } from '../../formats/content-lines/parse.js';
import { essenceOf } from '../../formats/essence.js';
import { isContentLines } from '../../formats/media-type.js';

/** What recognises an item in another version of itself. */
export interface Features {
  /** Empty where there is none. */
  readonly uid: string;
  /** Name, or summary and start; empty where there is none. */
  readonly name: string;
}

export const kinOf = ({
  uid = '',
  name = '',
}: {
  readonly uid?: string | undefined;
  readonly name?: string;
}): string => (uid === '' && name === '' ? '' : `${uid.replaceAll('\n', ' ')}\n${name.replaceAll('\n', ' ')}`);

export function featuresOf(kin: string): Features {
  const [uid = '', name = ''] = kin.split('\n');
  return { uid, name };
}

/** Of two versions under one name on the device: whether they are one item, as far as UID and name tell. */
export function areKin(one: string, other: string): boolean {
  const [mine, theirs] = [featuresOf(one), featuresOf(other)];
  return (mine.uid !== '' && mine.uid === theirs.uid) || (mine.name !== '' && mine.name === theirs.name);
}

/** What tells one person or appointment from another; the rest many have in common. */
const TELLING = new Set([
  ...['N', 'FN', 'NICKNAME', 'TEL', 'EMAIL', 'ADR', 'ORG', 'NOTE', 'BDAY', 'URL', 'PHOTO', 'IMPP'],
  ...['SUMMARY', 'DESCRIPTION', 'LOCATION', 'DTSTART', 'DTEND', 'DUE', 'RRULE', 'ATTENDEE', 'ORGANIZER', 'BODY'],
]);

/** Whether they have so much in common that one is likely an edit of the other: a contact that was renamed. */
export function resemble(type: string, one: Uint8Array, other: Uint8Array): boolean {
  const [mine, theirs] = [sayings(type, one), sayings(type, other)];
  const least = Math.min(mine.size, theirs.size);
  let common = 0;
  for (const saying of mine) if (theirs.has(saying)) common++;
  return common > 0 && common * 2 >= least;
}

function sayings(type: string, bytes: Uint8Array): ReadonlySet<string> {
  const said = new Set<string>();
  if (!isContentLines(type)) {
    if (bytes.byteLength <= LONGEST)
      for (const line of Buffer.from(bytes)
        .toString('latin1')
        .split(/[\r\n]+/))
        if (line.trim() !== '') said.add(line);
    return said;
  }
  const gather = (of: Component): void => {
    for (const one of of.properties)
      if (TELLING.has(one.name) && one.value.trim() !== '') said.add(essenceOf(one, of.dialect));
    for (const inner of of.components) if (inner.name !== 'VTIMEZONE') gather(inner);
  };
  try {
    for (const component of parseContentLines(bytes)) gather(component);
  } catch {
    // What cannot be read resembles nothing.
  }
  return said;
}

/** Bytes: longer texts are no notes. */
const LONGEST = 1024 * 1024;
