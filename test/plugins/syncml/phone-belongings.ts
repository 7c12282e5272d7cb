import { quoted } from '../../fakes/phone/lines.js';

const GIVEN = ['Zoë', 'Ali', 'Björn', 'Chloé', 'Dmitri', 'Eva', 'Fumiko', 'Gül'];

export interface PersonOptions {
  readonly phone?: string;
  readonly note?: string;
}

/** A contact as an old telephone writes it: nobody, the same for the same number. */
export function person(number: number, { phone, note }: PersonOptions = {}): string {
  const given = GIVEN[number % GIVEN.length] ?? '';
  const lines = [
    'BEGIN:VCARD',
    'VERSION:2.1',
    quoted('N', `Önder-${number};${given}`),
    `TEL;CELL:${phone ?? `+358 40 ${String(1_000_000 + number)}`}`,
    `TEL;HOME:+358 9 ${String(200_000 + number)}`,
    `EMAIL:person${number}@example.org`,
    ...(note === undefined ? [] : [quoted('NOTE', note)]),
    'END:VCARD',
  ];
  return `${lines.join('\r\n')}\r\n`;
}

/** An appointment as an old telephone writes it. */
export function dated(number: number, title = `Sauna ${number}`): string {
  const day = `202611${String(1 + (number % 28)).padStart(2, '0')}`;
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:1.0',
    'BEGIN:VEVENT',
    quoted('SUMMARY', title),
    `DTSTART:${day}T180000`,
    `DTEND:${day}T193000`,
    `AALARM:${day}T174500;;;`,
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  return `${lines.join('\r\n')}\r\n`;
}
