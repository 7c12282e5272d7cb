import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convertCalendar } from '../../../../src/plugins/formats/calendar/convert.js';
import { judged } from './judge.js';
import { BERLIN, deviceEvent, event, lines, said, toCalendar, toDevice } from './lines.js';
import { EVOLUTION, GOOGLE_SERIES, NOKIA_S40, NOKIA_S60, OUTLOOK_BERLIN, text } from './samples.js';

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

test('a device that keeps kinds of entry apart is told them', () => {
  const options = { ...BERLIN, entryTypes: true };
  for (const [start, type] of [
    ['DTSTART;VALUE=DATE:20240101', 'EVENT'],
    ['DTSTART;TZID=Europe/Berlin:20240101T100000', 'APPOINTMENT'],
  ] as const) {
    const one = event(start, 'X-OTHER:1');
    const device = toDevice(one, options);
    assert(said(device).includes(`X-EPOCAGENDAENTRYTYPE:${type}`));
    assert(!said(convertCalendar(device, 'icalendar-2.0', options)).some((line) => line.startsWith('X-EPOC')));
  }
  const reminder = deviceEvent('DTSTART:20240101T100000', 'X-EPOCAGENDAENTRYTYPE:REMINDER');
  const back = said(convertCalendar(toCalendar(reminder, options), 'vcalendar-1.0', options));
  assert(back.includes('X-EPOCAGENDAENTRYTYPE:REMINDER'));
});

test('an end before the start is none, and is kept', () => {
  const odd = deviceEvent('DTSTART:20240101T100000', 'DTEND:19800101T000000');
  assert(!said(toCalendar(odd)).some((line) => line.startsWith('DTEND')));
  assert(said(convertCalendar(toCalendar(odd), 'vcalendar-1.0', BERLIN)).includes('DTEND:19800101T000000'));
});
