import { quoted } from '../test/fakes/phone/lines.js';

export interface Person {
  readonly family: string;
  readonly given: string;
  readonly mobile: string;
  readonly email?: string;
}

const text = (lines: readonly string[]): string => `${lines.join('\r\n')}\r\n`;

/** As a telephone of 2005 writes it. */
export const phoneCard = ({ family, given, mobile, email }: Person): string =>
  text([
    'BEGIN:VCARD',
    'VERSION:2.1',
    quoted('N', `${family};${given}`),
    `TEL;CELL:${mobile}`,
    ...(email === undefined ? [] : [`EMAIL:${email}`]),
    'END:VCARD',
  ]);

/** As a desktop writes it, which knows more of people than a telephone has fields for. */
export const desktopCard = ({ family, given, mobile, email }: Person, more: readonly string[] = []): string =>
  text([
    'BEGIN:VCARD',
    'VERSION:3.0',
    `UID:${given}.${family}@desktop.example`,
    `N:${family};${given};;;`,
    `FN:${given} ${family}`,
    `TEL;TYPE=CELL:${mobile}`,
    ...(email === undefined ? [] : [`EMAIL;TYPE=INTERNET:${email}`]),
    ...more,
    'END:VCARD',
  ]);

/** A clock on the wall: `20261123T180000`. */
export const phoneDate = (summary: string, start: string, end: string, more: readonly string[] = []): string =>
  text([
    'BEGIN:VCALENDAR',
    'VERSION:1.0',
    'BEGIN:VEVENT',
    quoted('SUMMARY', summary),
    `DTSTART:${start}`,
    `DTEND:${end}`,
    ...more,
    'END:VEVENT',
    'END:VCALENDAR',
  ]);

export const desktopDate = (summary: string, start: string, end: string, more: readonly string[] = []): string =>
  text([
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//desktop.example//demo//EN',
    'BEGIN:VEVENT',
    `UID:${start}@desktop.example`,
    'DTSTAMP:20261101T120000Z',
    `DTSTART:${start}`,
    `DTEND:${end}`,
    `SUMMARY:${summary}`,
    ...more,
    'END:VEVENT',
    'END:VCALENDAR',
  ]);

/** What a person reads of an item in a line; `said` gives it in lines of its own. */
export function inShort(kind: string, said: string): string {
  const value = (name: string): string | undefined =>
    said
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  if (kind === 'contacts') {
    const [family = '', given = ''] = (value('N') ?? '').split(';');
    return `${given} ${family}  ${value('TEL') ?? ''}`.trim();
  }
  if (kind === 'calendar') {
    const [, month = '', day = '', time = ''] = /^\d{4}(\d\d)(\d\d)(?:T(\d{4}))?/.exec(value('DTSTART') ?? '') ?? [];
    return `${day}.${month}. ${time.replace(/(?=..$)/, ':')}  ${value('SUMMARY') ?? ''}`;
  }
  return said.split('\n')[0] ?? '';
}
