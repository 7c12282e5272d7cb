import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CradleError } from '../../../../src/dbus/errors.js';
import {
  type CalendarDialect,
  convertCalendar,
  readCalendar,
} from '../../../../src/plugins/formats/calendar/convert.js';
import { identityOfEvent } from '../../../../src/plugins/formats/calendar/identity.js';
import { saidByCalendar } from '../../../../src/plugins/formats/calendar/said.js';
import { CALENDAR_SAMPLES, DEVICE_SAMPLES, type Sample, text } from './samples.js';

const OPTIONS = { zone: 'Europe/Berlin' };

/** All decoders on one text: what is thrown is one of ours, what comes out goes back in. */
function survives(bytes: Uint8Array): void {
  const attempts: readonly (() => unknown)[] = [
    () => identityOfEvent(bytes),
    () => saidByCalendar(readCalendar(bytes)),
    ...(['vcalendar-1.0', 'icalendar-2.0'] as const).map((to) => () => {
      const converted = convertCalendar(bytes, to, OPTIONS);
      const other: CalendarDialect = to === 'vcalendar-1.0' ? 'icalendar-2.0' : 'vcalendar-1.0';
      convertCalendar(convertCalendar(converted, other, OPTIONS), to, OPTIONS);
    }),
  ];
  for (const attempt of attempts)
    try {
      attempt();
    } catch (error) {
      assert(error instanceof CradleError, String(error));
    }
}

const samples = Object.values<Sample>({ ...DEVICE_SAMPLES, ...CALENDAR_SAMPLES });

const junk = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '00000000T000000',
    '99991231T235959Z',
    '-0010101',
    '20240230',
    'Z',
    ';',
    ',',
    ':',
    '\\',
    '=',
    '=0D=0A',
    ';TZID=',
    'FREQ=SECONDLY',
    'D1 #99999999',
    'P99999W',
    '#0',
    '"',
    'X-CRADLE-WAS;OF=47DEQpj8HB:',
    'BEGIN:VEVENT',
    'END:VEVENT',
    '9'.repeat(300),
  ),
);

/** A calendar with pieces put in, taken out and swapped. */
const damaged = fc
  .tuple(
    fc.constantFrom(...samples),
    fc.array(fc.tuple(fc.nat(5000), fc.nat(30), junk), { minLength: 1, maxLength: 6 }),
  )
  .map(([sample, cuts]) => {
    let whole = Buffer.from(text(sample)).toString('latin1');
    for (const [at, length, put] of cuts) {
      const from = at % (whole.length + 1);
      whole = whole.slice(0, from) + put + whole.slice(from + length);
    }
    return Buffer.from(whole, 'latin1');
  });

test('damaged calendars are converted or refused', () => {
  fc.assert(fc.property(damaged, survives), { numRuns: 800 });
});

test('anything at all is converted or refused', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), survives), { numRuns: 200 });
});

const value = fc.oneof(
  junk,
  fc.constantFrom(
    '20240101T000000',
    '20240101',
    'W1 MO #5',
    'FREQ=DAILY',
    '-PT15M',
    'TRUE;+02;20240331T020000;20241027T030000;;',
    '+01',
  ),
);
const name = fc.constantFrom(
  'DTSTART',
  'DTEND',
  'DUE',
  'DURATION',
  'RRULE',
  'EXRULE',
  'RDATE',
  'EXDATE',
  'RECURRENCE-ID',
  'X-RECURRENCE-ID',
  'AALARM',
  'DALARM',
  'MALARM',
  'PALARM',
  'STATUS',
  'GEO',
  'ATTENDEE',
  'ORGANIZER',
  'ATTACH',
  'TRANSP',
  'PRIORITY',
  'CATEGORIES',
  'TZ',
  'DAYLIGHT',
  'DCREATED',
  'COMPLETED',
  'X-CRADLE-WAS',
);

test('properties with any value are converted or refused', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('1.0', '2.0'),
      fc.constantFrom('VEVENT', 'VTODO', 'VJOURNAL', 'VTIMEZONE', 'X'),
      fc.array(fc.tuple(name, value), { maxLength: 8 }),
      (version, kind, properties) => {
        const lines = properties.map(([key, content]) => `${key}:${content.replace(/[\r\n]/g, '')}`);
        survives(
          text(['BEGIN:VCALENDAR', `VERSION:${version}`, `BEGIN:${kind}`, ...lines, `END:${kind}`, 'END:VCALENDAR']),
        );
      },
    ),
    { numRuns: 600 },
  );
});

/** Work is counted, so that no test need look at a clock: a text this hostile would otherwise never end. */
test('texts that would cost centuries cost little', () => {
  const event = (...lines: readonly string[]): Sample => [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'BEGIN:VEVENT',
    ...lines,
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  const hostile: readonly Sample[] = [
    event('DTSTART:20240101T000000Z', 'RRULE:FREQ=SECONDLY'),
    event('DTSTART:20240101T000000Z', ...new Array<string>(500).fill('RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30')),
    event(
      'DTSTART;TZID=America/New_York:00010101T000000',
      ...new Array<string>(100).fill('EXRULE:FREQ=MINUTELY;BYSETPOS=366'),
    ),
    event(`EXDATE:${new Array<string>(20_000).fill('20240101T000000Z').join(',')}`, 'DTSTART:20240101T000000Z'),
    [
      'BEGIN:VCALENDAR',
      'VERSION:1.0',
      'BEGIN:VEVENT',
      'DTSTART:20240101T000000',
      ...new Array<string>(300).fill('RRULE:YM1 2 #0 MD1 30 M1 #999999'),
      'END:VEVENT',
      'END:VCALENDAR',
    ],
    [
      'BEGIN:VCALENDAR',
      'VERSION:1.0',
      'BEGIN:VEVENT',
      'DTSTART:20240101T000000',
      `EXDATE:${new Array<string>(20_000).fill('20240101').join(';')}`,
      'RRULE:D1 #999999 D1 #999999 D1 #999999',
      'END:VEVENT',
      'END:VCALENDAR',
    ],
    [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      ...new Array<readonly string[]>(2000)
        .fill(['BEGIN:VEVENT', 'UID:1', 'DTSTART:20240101T000000Z', 'RECURRENCE-ID:20240101T000000Z', 'END:VEVENT'])
        .flat(),
      'END:VCALENDAR',
    ],
    [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      ...Array.from({ length: 300 }, (_, index) => [
        'BEGIN:VEVENT',
        `DTSTART;TZID=Zone/${index}:20240101T000000`,
        'END:VEVENT',
      ]).flat(),
      'END:VCALENDAR',
    ],
  ];
  for (const sample of hostile) survives(text(sample));
});
