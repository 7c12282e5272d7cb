import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CalendarOptions, convertCalendar } from '../../../../src/plugins/formats/calendar/convert.js';
import { judged } from './judge.js';
import { BERLIN, deviceEvent, event, lines, said, toCalendar, toDevice } from './lines.js';
import {
  CALENDAR_SAMPLES,
  DEVICE_SAMPLES,
  GOOGLE_SERIES,
  MOTOROLA,
  NOKIA_BIRTHDAY,
  NOKIA_S40,
  NOKIA_S60,
  OUTLOOK_BERLIN,
  SIEMENS,
  SONY_ERICSSON_DAY,
  SYMBIAN_DAYS,
  TODOS,
  text,
} from './samples.js';

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
