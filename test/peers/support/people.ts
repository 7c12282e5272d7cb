const GIVEN = 'Anna Bela Carlos Dörte Erik Fatima Günter Hana Igor Jørgen Katarzyna Luis Maria Nils Olga Paul'.split(
  ' ',
);
const FAMILY = 'Andersson Brown Čapek Dvořák Eriksen Fischer García Hansen Ivanov Jensen Kowalski López Müller'.split(
  ' ',
);

export interface CardOptions {
  readonly phone?: string;
  readonly note?: string;
  readonly photo?: Uint8Array;
}

/** A vCard 3.0 of nobody: the person of this number, always the same. */
export function card(number: number, { phone, note, photo }: CardOptions = {}): string {
  const given = GIVEN[number % GIVEN.length] ?? '';
  const family = `${FAMILY[(number * 7) % FAMILY.length]}-${String(number).padStart(5, '0')}`;
  const lines = [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `N:${family};${given};;;`,
    `FN:${given} ${family}`,
    `ORG:Example ${1 + (number % 400)} Ltd;Department ${1 + (number % 30)}`,
    `TITLE:Engineer ${1 + (number % 9)}`,
    `EMAIL;TYPE=INTERNET,WORK:contact${number}@example.org`,
    `EMAIL;TYPE=INTERNET,HOME:home${number}@example.net`,
    `TEL;TYPE=WORK,VOICE:${phone ?? `+49 30 ${String(1_000_000 + number)}`}`,
    `TEL;TYPE=CELL:+49 170 ${String(2_000_000 + number)}`,
    `ADR;TYPE=WORK:;;${1 + (number % 200)} Main Street;Springfield;;${10_000 + (number % 80_000)};Germany`,
    `URL:http://www.example.org/~${number}`,
    `BDAY:19${50 + (number % 50)}-0${1 + (number % 9)}-1${number % 10}`,
    `NOTE:Generated contact number ${number}.${note === undefined ? '' : ` ${note}`}`,
  ];
  if (photo !== undefined) {
    const text = Buffer.from(photo).toString('base64');
    lines.push(`PHOTO;ENCODING=b;TYPE=JPEG:${text.replace(/(.{70})(?=.)/g, '$1\r\n ')}`);
  }
  return `${[...lines, 'END:VCARD'].join('\r\n')}\r\n`;
}

/** An appointment of iCalendar 2.0, always the same for its number. */
export function appointment(number: number, title = `Meeting ${number}`): string {
  const day = `2026${String(1 + (number % 12)).padStart(2, '0')}${String(1 + (number % 28)).padStart(2, '0')}`;
  return `${[
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//example.org//test//EN',
    'BEGIN:VEVENT',
    `UID:meeting-${number}@example.org`,
    'DTSTAMP:20260101T000000Z',
    `DTSTART:${day}T090000Z`,
    `DTEND:${day}T100000Z`,
    `SUMMARY:${title}`,
    // libsynthesis puts the title where there is none.
    `DESCRIPTION:About meeting ${number}`,
    `LOCATION:Room ${1 + (number % 20)}`,
    'END:VEVENT',
    'END:VCALENDAR',
  ].join('\r\n')}\r\n`;
}
