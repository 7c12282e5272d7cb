import { type Line, readLines } from './lines.js';

/** What a telephone has a field for, and whose values tell one item from another. */
const TOLD: Readonly<Record<string, ReadonlySet<string>>> = {
  contacts: new Set(['N', 'TEL', 'EMAIL', 'ADR', 'NOTE', 'URL']),
  calendar: new Set(['SUMMARY', 'DTSTART', 'DTEND', 'DUE', 'LOCATION', 'COMPLETED']),
};

/**
 * A contact, an appointment or a note in the words that a telephone and a desktop have in common, whichever of the two it
 * is from: found by the eye and not by the parsers of the program, to see that those do not lie.
 */
export function said(kind: string, body: string): string {
  const told = TOLD[kind];
  if (told === undefined) return body.replaceAll('\r\n', '\n').trimEnd();
  const isNew = /^VERSION:[34]/m.test(body) || /^BEGIN:VCALENDAR[\s\S]*^VERSION:2/m.test(body);
  const lines = readLines(isNew ? body.replaceAll(/\r?\n[ \t]/g, '') : body);
  return lines
    .filter(({ name, value }) => told.has(name) && value.replaceAll(';', '') !== '')
    .map((line) => `${line.name}: ${readable(line, isNew)}`)
    .sort()
    .join('\n');
}

function readable({ name, value }: Line, isNew: boolean): string {
  const plain = isNew ? value.replaceAll(/\\n/gi, '\n').replaceAll(/\\([,;\\])/g, '$1') : value.replaceAll('\\;', ';');
  if (/^(?:DTSTART|DTEND|DUE|COMPLETED)$/.test(name)) return plain.replace(/Z$/, '').replace(/T000000$/, '');
  return plain.replaceAll('\r\n', '\n').replace(/;+$/, '').trim();
}
