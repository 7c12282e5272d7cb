import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CalendarOptions, convertCalendar } from '../../../../src/plugins/formats/calendar/convert.js';
import { judged } from './judge.js';
import {
  CALENDAR_SAMPLES,
  DEVICE_SAMPLES,
  EVOLUTION,
  GOOGLE_SERIES,
  MOTOROLA,
  NOKIA_BIRTHDAY,
  NOKIA_S40,
  NOKIA_S60,
  OUTLOOK_BERLIN,
  type Sample,
  SIEMENS,
  SONY_ERICSSON_DAY,
  SYMBIAN_DAYS,
  TODOS,
  text,
} from './samples.js';

const BERLIN: CalendarOptions = { zone: 'Europe/Berlin' };

const lines = (bytes: Uint8Array): readonly string[] =>
  Buffer.from(bytes)
    .toString()
    .replace(/\r\n[ \t]/g, '')
    .replace(/=\r\n(?!ATTACH)/g, '')
    .split('\r\n')
    .filter((line) => line !== '');

/** The lines of the components, without VTIMEZONE and what all have. */
function said(bytes: Uint8Array): readonly string[] {
  const found: string[] = [];
  let inZone = false;
  for (const line of lines(bytes)) {
    if (line === 'BEGIN:VTIMEZONE') inZone = true;
    if (
      !inZone &&
      !/^(?:BEGIN|END):V(?:CALENDAR|EVENT|TODO|JOURNAL)|^(?:VERSION|PRODID|DTSTAMP|TZ|DAYLIGHT|CALSCALE)[:;]/.test(line)
    )
      found.push(line);
    if (line === 'END:VTIMEZONE') inZone = false;
  }
  return found;
}

const toCalendar = (sample: Sample, options = BERLIN): Uint8Array =>
  convertCalendar(text(sample), 'icalendar-2.0', options);
const toDevice = (sample: Sample, options = BERLIN): Uint8Array =>
  convertCalendar(text(sample), 'vcalendar-1.0', options);

const event = (...properties: readonly string[]): Sample => [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'BEGIN:VEVENT',
  ...properties,
  'END:VEVENT',
  'END:VCALENDAR',
];
const deviceEvent = (...properties: readonly string[]): Sample => [
  'BEGIN:VCALENDAR',
  'VERSION:1.0',
  'BEGIN:VEVENT',
  ...properties,
  'END:VEVENT',
  'END:VCALENDAR',
];

test('a Nokia of Series 40: local times get the zone of its owner', () => {
  assert.deepEqual(said(toCalendar(NOKIA_S40)), [
    'DTSTART;TZID=Europe/Berlin:20050310T083000',
    'DTEND;TZID=Europe/Berlin:20050310T090000',
    'RRULE:FREQ=WEEKLY;BYDAY=TH',
    'SUMMARY:Zähne putzen',
    'CATEGORIES:MEETING',
    'LOCATION:Büro',
    'X-IRMC-LUID:000000000017',
    'BEGIN:VALARM',
    'ACTION:AUDIO',
    'TRIGGER:-PT15M',
    'END:VALARM',
  ]);
});

test('a birthday on a leap day is a day, and stays one', () => {
  const calendar = toCalendar(NOKIA_BIRTHDAY);
  assert.deepEqual(said(calendar).slice(0, 2), ['DTSTART;VALUE=DATE:19360229', 'RRULE:FREQ=YEARLY']);
  const back = said(convertCalendar(calendar, 'vcalendar-1.0', BERLIN));
  assert.deepEqual(back.slice(0, 3), ['DTSTART:19360229T000000', 'DTEND:19360301T000000', 'RRULE:YM1 2 #0']);
});

test('a Nokia of Series 60: UTC becomes the clock its rule goes by, and what no event may be is kept', () => {
  const calendar = toCalendar(NOKIA_S60);
  const found = said(calendar);
  assert(found.includes('DTSTART;TZID=Europe/Berlin:20050111T090000'));
  assert(found.includes('RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=10;BYDAY=TU,TH'));
  assert(found.includes('EXDATE;TZID=Europe/Berlin:20050113T090000,20050125T090000'));
  assert(found.includes('DESCRIPTION:Agenda:\\n1. Müll\\n2. other things'));
  assert(!found.some((line) => line.startsWith('STATUS')));
  assert.equal(judged(calendar).length, 8);
  const back = said(convertCalendar(calendar, 'vcalendar-1.0', { ...BERLIN, utc: true }));
  for (const line of [
    'DTSTART:20050111T080000Z',
    'RRULE:W2 TU TH #5',
    'EXDATE:20050113T080000Z;20050125T080000Z',
    'STATUS:NEEDS ACTION',
    'AALARM;X-EPOCSOUND:20050111T074500Z;;0;Chimes',
    'X-EPOCAGENDAENTRYTYPE:APPOINTMENT',
  ])
    assert(back.includes(line), line);
});

test('days are told from midnight to midnight, to the last minute, or by a flag', () => {
  assert.deepEqual(said(toCalendar(SYMBIAN_DAYS)).slice(0, 2), [
    'DTSTART;VALUE=DATE:20050601',
    'DTEND;VALUE=DATE:20050604',
  ]);
  assert.deepEqual(said(toCalendar(SONY_ERICSSON_DAY)).slice(0, 2), [
    'DTSTART;VALUE=DATE:20060714',
    'DTEND;VALUE=DATE:20060715',
  ]);
  const flagged = deviceEvent('DTSTART:20050601T000000', 'X-EPOCAGENDAENTRYTYPE:EVENT');
  assert.equal(said(toCalendar(flagged))[0], 'DTSTART;VALUE=DATE:20050601');
  const short = deviceEvent('DTSTART:20050601T000000', 'DTEND:20050601T003000');
  assert.equal(said(toCalendar(short))[0], 'DTSTART;TZID=Europe/Berlin:20050601T000000');
});

test('days are written as the device has the habit', () => {
  const days = event('DTSTART;VALUE=DATE:20240401', 'DTEND;VALUE=DATE:20240403');
  const written = (options: CalendarOptions): readonly string[] => said(toDevice(days, { ...BERLIN, ...options }));
  assert.deepEqual(written({}), ['DTSTART:20240401T000000', 'DTEND:20240403T000000']);
  assert.deepEqual(written({ utc: true }), ['DTSTART:20240401T000000', 'DTEND:20240403T000000']);
  assert.deepEqual(written({ allDay: 'last-minute' }), ['DTSTART:20240401T000000', 'DTEND:20240402T235900']);
  assert.deepEqual(written({ allDay: 'date' }), ['DTSTART:20240401', 'DTEND:20240403']);
  for (const allDay of ['midnight', 'last-minute', 'date'] as const)
    assert.deepEqual(
      said(convertCalendar(toDevice(days, { ...BERLIN, allDay }), 'icalendar-2.0', BERLIN)),
      said(text(days)),
    );
});

test('a Siemens: a call with no end and an alarm without words', () => {
  assert.deepEqual(said(toCalendar(SIEMENS)), [
    'DTSTART;TZID=Europe/Berlin:20040506T094500',
    'CATEGORIES:PHONE CALL',
    'DESCRIPTION:Jürgen anrufen',
    'X-SIEMENS-KIND:0',
    'BEGIN:VALARM',
    'ACTION:DISPLAY',
    'TRIGGER:PT0S',
    'DESCRIPTION:Jürgen anrufen',
    'END:VALARM',
  ]);
});

test('a bare event is one of a device', () => {
  assert.deepEqual(said(toCalendar(MOTOROLA, { zone: 'America/New_York' })), [
    'DTSTART;TZID=America/New_York:20051108T140000',
    'DTEND;TZID=America/New_York:20051108T153000',
    'RRULE:FREQ=MONTHLY;BYDAY=2TU',
    'SUMMARY:Practice',
  ]);
});

test('to-dos are due on a day or at a time, and their alarms hang on that', () => {
  const found = said(toCalendar(TODOS));
  for (const line of [
    'DUE;VALUE=DATE:20050531',
    'COMPLETED:20050520T081500Z',
    'CATEGORIES:PERSONAL,MISCELLANEOUS',
    'DUE;TZID=Europe/Berlin:20050601T150000',
    'STATUS:NEEDS-ACTION',
    'TRIGGER;RELATED=END:-PT30M',
    'DURATION:PT5M',
    'REPEAT:3',
    'DESCRIPTION:Call\\; really',
  ])
    assert(found.includes(line), line);
  const back = said(convertCalendar(toCalendar(TODOS), 'vcalendar-1.0', BERLIN));
  assert.deepEqual([...back].sort(), [...said(text(TODOS))].sort());
});

test('what vCalendar cannot say comes back as it was: zones, rules, alarms, people', () => {
  for (const [name, sample] of Object.entries(CALENDAR_SAMPLES)) {
    const back = convertCalendar(toDevice(sample), 'icalendar-2.0', BERLIN);
    const sorted = (list: readonly string[]): readonly string[] => [...list].sort();
    const normal = (line: string): string => line.replace('TRIGGER;RELATED=START:', 'TRIGGER:');
    const expected = said(text(sample)).map(normal);
    if (name === 'GOOGLE_SERIES') {
      // Two lines of one date each are one of two.
      const joined = expected.filter((line) => !line.startsWith('EXDATE'));
      assert.deepEqual(sorted(said(back).filter((line) => !line.startsWith('EXDATE'))), sorted(joined));
    } else assert.deepEqual(sorted(said(back)), sorted(expected), name);
    // Where a text does not bring its zone, ical.js does not know it.
    if (name !== 'EVOLUTION') assert.deepEqual(judged(back), judged(text(sample)), name);
  }
});

test('what iCalendar cannot say comes back to the device as it was', () => {
  for (const [name, sample] of Object.entries(DEVICE_SAMPLES)) {
    const once = convertCalendar(toCalendar(sample), 'vcalendar-1.0', BERLIN);
    const twice = convertCalendar(convertCalendar(once, 'icalendar-2.0', BERLIN), 'vcalendar-1.0', BERLIN);
    assert.deepEqual(said(twice), said(once), name);
  }
});

test('an exception is an event of its own on the device, with a gap in the series, and comes back once', () => {
  const device = toDevice(GOOGLE_SERIES);
  const found = said(device);
  assert(found.includes('EXDATE:20240312T090000;20240314T090000;20240321T090000'));
  assert(found.includes('X-RECURRENCE-ID:20240314T090000'));
  const back = convertCalendar(device, 'icalendar-2.0', BERLIN);
  assert(said(back).includes('EXDATE;TZID=Europe/Berlin:20240312T090000,20240321T090000'));
  assert(said(back).includes('RECURRENCE-ID;TZID=Europe/Berlin:20240314T090000'));
  assert.deepEqual(judged(back), judged(text(GOOGLE_SERIES)));
});

test('exceptions that a device has no room for leave their gap', () => {
  const found = said(toDevice(GOOGLE_SERIES, { ...BERLIN, exceptions: 'left-out' }));
  assert(found.includes('EXDATE:20240312T090000;20240314T090000;20240321T090000'));
  assert(!found.some((line) => line.startsWith('X-RECURRENCE-ID') || line.includes('later')));
});

test('a change on the device is not undone by what was kept', () => {
  const edited = Buffer.from(toDevice(OUTLOOK_BERLIN))
    .toString()
    .replace('DTSTART:20240131T160000', 'DTSTART:20240131T153000')
    .replace('SUMMARY;LANGUAGE=en-us:Last', 'SUMMARY:Very last');
  const back = said(convertCalendar(Buffer.from(edited), 'icalendar-2.0', BERLIN));
  assert(back.includes('DTSTART;TZID=Europe/Berlin:20240131T153000'));
  assert(back.includes('DTEND;TZID=W. Europe Standard Time:20240131T170000'));
  assert(back.includes('SUMMARY:Very last working day'));
  assert(back.includes('RRULE:FREQ=MONTHLY;COUNT=10;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1'));
});

test('every zone that a time names has its VTIMEZONE', () => {
  for (const sample of Object.values(CALENDAR_SAMPLES)) {
    const back = lines(convertCalendar(toDevice(sample), 'icalendar-2.0', BERLIN));
    const named = new Set(back.flatMap((line) => /;TZID=([^:;]+)/.exec(line)?.[1]?.replaceAll('"', '') ?? []));
    for (const zone of named) assert(back.includes(`TZID:${zone}`), zone);
  }
});

test('people are who they are, and what is asked of them', () => {
  const device = said(toDevice(OUTLOOK_BERLIN));
  assert(device.includes('ATTENDEE;ROLE=ORGANIZER:Doe, Jane <jane@example.org>'));
  assert(
    device.includes('ATTENDEE;ROLE=ATTENDEE;STATUS=TENTATIVE;RSVP=YES;EXPECT=REQUEST:Bob; Builder <bob@example.org>'),
  );
  const people = deviceEvent(
    'DTSTART:20240101T100000',
    'ATTENDEE;ROLE=OWNER;STATUS=CONFIRMED:bob@example.org',
    'ATTENDEE:Bob the Builder',
    'ATTENDEE;ROLE=ORGANIZER;STATUS=ACCEPTED:',
  );
  assert.deepEqual(said(toCalendar(people)).slice(1, 3), [
    'ATTENDEE;ROLE=CHAIR;PARTSTAT=ACCEPTED:mailto:bob@example.org',
    'ATTENDEE;CN=Bob the Builder:invalid:nomail',
  ]);
  assert.deepEqual(said(convertCalendar(toCalendar(people), 'vcalendar-1.0', BERLIN)).slice(1), [
    'ATTENDEE;ROLE=OWNER;STATUS=CONFIRMED:bob@example.org',
    'ATTENDEE;ROLE=ATTENDEE:Bob the Builder',
  ]);
});

test('alarms of every kind go there and back', () => {
  const alarms = event(
    'DTSTART;TZID=Europe/Berlin:20240105T100000',
    'DTEND;TZID=Europe/Berlin:20240105T110000',
    'SUMMARY:x',
    'BEGIN:VALARM',
    'ACTION:AUDIO',
    'TRIGGER:-P1D',
    'ATTACH:https://www.example.org/a.wav',
    'END:VALARM',
    'BEGIN:VALARM',
    'ACTION:EMAIL',
    'TRIGGER:-PT1H',
    'DESCRIPTION:Be there',
    'SUMMARY:x',
    'ATTENDEE:mailto:jane@example.org',
    'END:VALARM',
    'BEGIN:VALARM',
    'ACTION:DISPLAY',
    'TRIGGER:PT5M',
    'DESCRIPTION:Late\\nagain',
    'REPEAT:3',
    'DURATION:PT10M',
    'END:VALARM',
    'BEGIN:VALARM',
    'ACTION:DISPLAY',
    'TRIGGER;VALUE=DATE-TIME:20240104T080000Z',
    'DESCRIPTION:Absolute',
    'END:VALARM',
  );
  const device = toDevice(alarms, { ...BERLIN, utcAlarms: true });
  for (const line of [
    'AALARM;VALUE=URL:20240104T090000Z;;;https://www.example.org/a.wav',
    'MALARM:20240105T080000Z;;;jane@example.org;Be there',
    'DALARM;ENCODING=QUOTED-PRINTABLE:20240105T090500Z;PT10M;3;Late=0D=0Aagain',
    'DALARM:20240104T080000Z;;;Absolute',
  ])
    assert(said(device).includes(line), line);
  assert.deepEqual([...said(convertCalendar(device, 'icalendar-2.0', BERLIN))].sort(), [...said(text(alarms))].sort());
});

test('the alarm of a later occurrence is taken for the series', () => {
  const stale = deviceEvent('SUMMARY:Birthday', 'DTSTART:20010310T090000', 'RRULE:YM1 3 #0', 'AALARM:20240309T090000');
  assert(said(toCalendar(stale)).includes('TRIGGER:-P1D'));
});

test('texts, places and attachments keep what they say', () => {
  const device = said(toDevice(EVOLUTION));
  for (const line of [
    'GEO:-122.082932,37.386013',
    'CATEGORIES:Business;Key Customer',
    'ATTACH;FMTTYPE=application/pdf;VALUE=URL:https://www.example.org/a.pdf',
    'DALARM:20240703T152000;PT5M;2;Breakfast',
  ])
    assert(device.includes(line), line);
  const picture = event(
    'DTSTART:20240101T100000Z',
    'ATTACH;FMTTYPE=image/png;ENCODING=BASE64;VALUE=BINARY:iVBORw0KGgo=',
    'ATTACH:cid:part@example.org',
  );
  assert(!said(toDevice(picture)).some((line) => line.startsWith('X-CRADLE-WAS') && line.includes('iVBOR')));
  const back = said(convertCalendar(toDevice(picture), 'icalendar-2.0', BERLIN));
  assert(back.includes('ATTACH;FMTTYPE=image/png;ENCODING=BASE64;VALUE=BINARY:iVBORw0KGgo='), back.join('\n'));
  assert(back.includes('ATTACH:cid:part@example.org'));
});

test('a device with three priorities gets three', () => {
  for (const [priority, expected] of [
    ['0', '0'],
    ['1', '1'],
    ['4', '1'],
    ['5', '2'],
    ['9', '3'],
  ] as const) {
    const todo = [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'BEGIN:VTODO',
      'SUMMARY:x',
      `PRIORITY:${priority}`,
      'END:VTODO',
      'END:VCALENDAR',
    ];
    const options = { ...BERLIN, threePriorities: true };
    const device = toDevice(todo, options);
    assert(said(device).includes(`PRIORITY:${expected}`));
    assert(said(convertCalendar(device, 'icalendar-2.0', options)).includes(`PRIORITY:${priority}`));
  }
});

test('a rule nobody can read is kept beside an event that comes once', () => {
  const odd = deviceEvent('DTSTART:20240101T100000', 'RRULE:EVERY FULL MOON', 'DCREATED:20240230', 'X-ODD:a\\nb');
  const calendar = toCalendar(odd);
  assert(!said(calendar).some((line) => line.startsWith('RRULE') || line.startsWith('CREATED')));
  const back = said(convertCalendar(calendar, 'vcalendar-1.0', BERLIN));
  assert(back.includes('RRULE:EVERY FULL MOON'));
  assert(back.includes('DCREATED:20240230'));
});

test('days off that tell no time are meant at the time of the series', () => {
  const series = deviceEvent(
    'DTSTART:20240101T100000',
    'DTEND:20240101T110000',
    'RRULE:D1 #5',
    'EXDATE:20240102;20240103T000000',
  );
  assert(said(toCalendar(series)).includes('EXDATE;TZID=Europe/Berlin:20240102T100000,20240103T100000'));
});

test('a calendar of another zone keeps its own for a series, and not for a single time', () => {
  const tokyo = [
    'BEGIN:VCALENDAR',
    'VERSION:1.0',
    'TZ:+09:00',
    'BEGIN:VEVENT',
    'DTSTART:20240610T100000',
    'DTEND:20240610T110000',
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  assert.deepEqual(said(toCalendar(tokyo)), [
    'DTSTART;TZID=Europe/Berlin:20240610T030000',
    'DTEND;TZID=Europe/Berlin:20240610T040000',
  ]);
  const series = toCalendar(tokyo.toSpliced(5, 0, 'RRULE:W1 MO #30'));
  assert(said(series).includes('DTSTART;TZID=UTC+0900:20240610T100000'));
  assert.deepEqual(new Set(judged(series).map(({ start }) => start.slice(10))), new Set(['T01:00:00.000Z']));
});

test('floating times float on, and the hour that comes twice comes at its time', () => {
  const floating = event('DTSTART:20240610T100000', 'DTEND:20240610T110000');
  assert.deepEqual(said(convertCalendar(toDevice(floating), 'icalendar-2.0', BERLIN)), said(text(floating)));
  const twice = event('DTSTART:20241027T013000Z', 'DTEND:20241027T014500Z');
  assert.deepEqual(
    judged(convertCalendar(toDevice(twice, { ...BERLIN, utc: true }), 'icalendar-2.0', BERLIN)),
    judged(text(twice)),
  );
});

test('a component without UID gets the one it is given, and a text in its own format stays as it is', () => {
  assert(said(toCalendar(NOKIA_S40, { ...BERLIN, uid: 'row-7@example.org' })).includes('UID:row-7@example.org'));
  assert(said(toCalendar(NOKIA_S60, { ...BERLIN, uid: 'row-7@example.org' })).includes('UID:4pRjKzlQ0001@example.org'));
  assert.deepEqual(lines(convertCalendar(text(GOOGLE_SERIES), 'icalendar-2.0')), [...GOOGLE_SERIES]);
});

test('what is no calendar, or tells a day that is none, is an error that says so', () => {
  for (const sample of [
    ['BEGIN:VCARD', 'VERSION:2.1', 'N:x', 'END:VCARD'],
    deviceEvent('DTSTART:20230229T100000'),
    deviceEvent('DTSTART:-0010101'),
    event('DTSTART:99991231T230000', 'DURATION:P2W'),
  ])
    assert.throws(
      () => convertCalendar(text(sample), sample[1] === 'VERSION:2.0' ? 'vcalendar-1.0' : 'icalendar-2.0', BERLIN),
      { name: 'CradleError.InvalidItem' },
    );
  assert.throws(() => toCalendar(NOKIA_S40, { zone: 'Mars/Olympus' }), { name: 'CradleError.InvalidArgs' });
});
