import { type Line, readLines } from './lines.js';

/** What a telephone has a field for, and whose values tell one item from another. */
const TOLD: Readonly<Record<string, ReadonlySet<string>>> = {
  contacts: new Set(['N', 'TEL', 'EMAIL', 'ADR', 'NOTE', 'URL']),
  calendar: new Set(['SUMMARY', 'DTSTART', 'DTEND', 'DUE', 'LOCATION', 'COMPLETED']),
};

const MOMENTS = new Set(['DTSTART', 'DTEND', 'DUE', 'COMPLETED']);

/**
 * A contact, an appointment or a note in the words that a telephone and a desktop have in common, whichever of the two it
 * is from: found by the eye and not by the parsers of the program, to see that those do not lie.
 */
export function said(kind: string, body: string): string {
  const told = TOLD[kind];
  if (told === undefined) return body.replaceAll('\r\n', '\n').trimEnd();
  const isNew = /^VERSION:[34]/m.test(body) || /^BEGIN:VCALENDAR[\s\S]*^VERSION:2/m.test(body);
  const own = body.replaceAll(/^BEGIN:(VTIMEZONE|VALARM)[\s\S]*?^END:\1/gm, '');
  const lines = readLines(isNew ? own.replaceAll(/\r?\n[ \t]/g, '') : own);
  return lines
    .filter(({ name, value }) => told.has(name) && value.replaceAll(';', '') !== '')
    .map((line) => `${line.name}: ${readable(line, isNew)}`)
    .sort()
    .join('\n');
}

function readable({ name, value }: Line, isNew: boolean): string {
  const plain = isNew ? value.replaceAll(/\\n/gi, '\n').replaceAll(/\\([,;\\])/g, '$1') : value.replaceAll('\\;', ';');
  if (MOMENTS.has(name)) return localTime(plain);
  return plain.replaceAll('\r\n', '\n').replace(/;+$/, '').trim();
}

/** As a clock on the wall shows it; telephones know no other. */
function localTime(value: string): string {
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '', zulu] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(Z?)$/.exec(value) ?? [];
  if (zulu !== 'Z') return value;
  const moment = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  const two = (number: number): string => String(number).padStart(2, '0');
  const date = `${moment.getFullYear()}${two(moment.getMonth() + 1)}${two(moment.getDate())}`;
  return `${date}T${two(moment.getHours())}${two(moment.getMinutes())}${two(moment.getSeconds())}`;
}
