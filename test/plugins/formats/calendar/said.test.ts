import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparableCalendar } from '../../../../src/plugins/formats/calendar/comparable.js';
import { convertCalendar, readCalendar } from '../../../../src/plugins/formats/calendar/convert.js';
import { identityOfEvent } from '../../../../src/plugins/formats/calendar/identity.js';
import { saidByCalendar } from '../../../../src/plugins/formats/calendar/said.js';
import { ianaZone } from '../../../../src/plugins/formats/calendar/zones/iana.js';
import { type Component, first } from '../../../../src/plugins/formats/content-lines/component.js';
import { CALENDAR_SAMPLES, DEVICE_SAMPLES, GOOGLE_SERIES, NOKIA_S40, type Sample, text } from './samples.js';

const berlin = ianaZone('Europe/Berlin');
assert(berlin !== undefined);

const said = (sample: Sample): string => saidByCalendar(readCalendar(text(sample)), berlin);
const event = (...properties: readonly string[]): Sample => [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'BEGIN:VEVENT',
  ...properties,
  'END:VEVENT',
  'END:VCALENDAR',
];

test('an event says the same in either format', () => {
  for (const [name, sample] of Object.entries({ ...DEVICE_SAMPLES, ...CALENDAR_SAMPLES })) {
    const calendar = readCalendar(text(sample));
    const device = calendar.dialect === 'vcalendar-1.0';
    // What vCalendar cannot say at all is no sameness.
    if (name === 'OUTLOOK_BERLIN' || name === 'KORGANIZER') continue;
    const other = convertCalendar(text(sample), device ? 'icalendar-2.0' : 'vcalendar-1.0', {
      zone: 'Europe/Berlin',
      originals: false,
    });
    if (name !== 'EVOLUTION') assert.equal(saidByCalendar(readCalendar(other), berlin), said(sample), name);
  }
});

test('order, zones, defaults and spellings say nothing', () => {
  const plain = event(
    'UID:1@example.org',
    'DTSTART;TZID=Europe/Berlin:20240305T090000',
    'DTEND;TZID=Europe/Berlin:20240305T100000',
    'SUMMARY:Stand-up\\, daily',
    'RRULE:FREQ=WEEKLY;BYDAY=TU',
    'EXDATE;TZID=Europe/Berlin:20240312T090000,20240319T090000',
    'CATEGORIES:A,B',
    'BEGIN:VALARM',
    'ACTION:DISPLAY',
    'TRIGGER:-PT15M',
    'DESCRIPTION:Stand-up\\, daily',
    'END:VALARM',
  );
  const other = event(
    'DTSTAMP:20240101T000000Z',
    'CATEGORIES:B',
    'CATEGORIES:A',
    'TRANSP:OPAQUE',
    'CLASS:PUBLIC',
    'PRIORITY:0',
    'SEQUENCE:4',
    'DTSTART:20240305T080000Z',
    'DURATION:PT1H',
    'summary:Stand-up\\, daily',
    'RRULE:WKST=SU;FREQ=WEEKLY;INTERVAL=1',
    'EXDATE:20240319T080000Z',
    'EXDATE:20240312T080000Z',
    'X-EVOLUTION-CALDAV-ETAG:7',
    'LOCATION:',
    'BEGIN:VALARM',
    'TRIGGER;VALUE=DURATION;RELATED=START:-P0DT0H15M0S',
    'ACTION:DISPLAY',
    'DESCRIPTION:',
    'X-EVOLUTION-ALARM-UID:1',
    'END:VALARM',
  );
  assert.equal(said(other), said(plain));
});

test('what is said otherwise is not the same', () => {
  const base = ['DTSTART;VALUE=DATE:20240305', 'SUMMARY:x', 'RRULE:FREQ=MONTHLY;BYMONTHDAY=5'];
  const mine = said(event(...base));
  assert.equal(
    said(event('DTSTART;VALUE=DATE:20240305', 'DTEND;VALUE=DATE:20240306', 'SUMMARY:x', 'RRULE:FREQ=MONTHLY')),
    mine,
  );
  for (const line of [
    'SUMMARY:y',
    'LOCATION:z',
    'STATUS:CANCELLED',
    'TRANSP:TRANSPARENT',
    'DTEND;VALUE=DATE:20240307',
    'EXDATE;VALUE=DATE:20240405',
    'X-APPLE-TRAVEL-DURATION:PT5M',
    'ATTENDEE:mailto:bob@example.org',
  ])
    assert.notEqual(said(event(...base.filter((one) => one.split(':')[0] !== line.split(':')[0]), line)), mine, line);
});

test('the same event has one identity in either format and in any zone', () => {
  const device = identityOfEvent(text(NOKIA_S40), berlin);
  assert.deepEqual(device, {
    summary: 'Zähne putzen',
    start: '20050310T073000Z',
    key: 'zähne putzen @20050310T073000Z',
  });
  assert.deepEqual(
    identityOfEvent(convertCalendar(text(NOKIA_S40), 'icalendar-2.0', { zone: 'Europe/Berlin' }), berlin),
    device,
  );
  assert.equal(identityOfEvent(text(GOOGLE_SERIES)).key, 'series@example.org');
  assert.equal(identityOfEvent(text(GOOGLE_SERIES)).summary, 'Stand-up 🎉');
  const day = (line: string): string => identityOfEvent(text(event(line, 'SUMMARY:x')), berlin).start;
  assert.equal(day('DTSTART;VALUE=DATE:20240305'), '20240305');
  assert.equal(day('DTSTART:20240304T230000Z'), '20240305');
  assert.equal(day('DTSTART:nonsense'), 'nonsense');
});

test('states of a calendar are compared in the zones of one of them', () => {
  const rich = readCalendar(
    text(event('UID:1', 'DTSTART;TZID=America/New_York:20240305T090000', 'DTEND:20240305T150000Z', 'RRULE:FREQ=DAILY')),
  );
  const received = readCalendar(
    text(
      event(
        'UID:1',
        'DTSTART;TZID=Europe/Berlin:20240305T150000',
        'DTEND;TZID=Europe/Berlin:20240305T160000',
        'EXDATE;TZID=Europe/Berlin:20240306T150000,20240307T150000',
        'CLASS:PUBLIC',
      ),
    ),
  );
  const [entry] = comparableCalendar(received, rich).components;
  assert(entry !== undefined);
  assert.deepEqual(shown(entry), [
    'UID::1',
    'DTSTART:America/New_York:20240305T090000',
    'DTEND::20240305T150000Z',
    'EXDATE:America/New_York:20240306T090000',
    'EXDATE:America/New_York:20240307T090000',
  ]);
  assert.equal(first(comparableCalendar(received).components[0] ?? entry, 'CLASS')?.value, 'PUBLIC');
});

const shown = (of: Component): readonly string[] =>
  of.properties.map(
    ({ name, value, parameters }) =>
      `${name}:${parameters.find((one) => one.name === 'TZID')?.values[0] ?? ''}:${value}`,
  );

test('an exception is compared with its own, however its moment is told', () => {
  const rich = readCalendar(text(GOOGLE_SERIES));
  const moved = readCalendar(
    text(event('UID:series@example.org', 'RECURRENCE-ID:20240314T080000Z', 'DTSTART:20240314T110000Z')),
  );
  const [entry] = comparableCalendar(moved, rich).components;
  assert(entry !== undefined);
  assert.deepEqual(shown(entry).slice(1), [
    'RECURRENCE-ID:Europe/Berlin:20240314T090000',
    'DTSTART:Europe/Berlin:20240314T120000',
  ]);
});
