import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import ICAL from 'ical.js';
import { momentIn } from '../../../../src/plugins/formats/calendar/time/moment.js';
import { daylightLines, zoneOfDaylight } from '../../../../src/plugins/formats/calendar/zones/daylight.js';
import { ianaZone } from '../../../../src/plugins/formats/calendar/zones/iana.js';
import { Timezones, zoneNamed } from '../../../../src/plugins/formats/calendar/zones/timezones.js';
import { zoneFrom } from '../../../../src/plugins/formats/calendar/zones/vtimezone.js';
import { vtimezoneOf } from '../../../../src/plugins/formats/calendar/zones/vtimezone-writer.js';
import { agree, type Zone } from '../../../../src/plugins/formats/calendar/zones/zone.js';
import { component, property } from '../../../../src/plugins/formats/content-lines/component.js';
import { parseContentLines } from '../../../../src/plugins/formats/content-lines/parse.js';
import { textOfComponent } from '../../../../src/plugins/formats/content-lines/write.js';
import { OUTLOOK_BERLIN, text } from './samples.js';

const NAMES = [
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Africa/Casablanca',
  'UTC',
];

function zone(name: string): Zone {
  const found = ianaZone(name);
  assert(found !== undefined, name);
  return found;
}

/** Seconds since the epoch. */
const instant = (iso: string): number => Date.parse(iso) / 1000;

/** What Node itself says the clock shows. */
function shown(name: string, at: number): number {
  const local = new Intl.DateTimeFormat('en-US-u-ca-iso8601', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const parts = Object.fromEntries(local.formatToParts(at * 1000).map(({ type, value }) => [type, value]));
  return instant(`${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}:${parts.second}Z`);
}

const anyInstant = fc.integer({ min: instant('1971-01-01T00:00:00Z'), max: instant('2037-12-31T00:00:00Z') });

test('a zone of the IANA database shows what Node shows', () => {
  fc.assert(
    fc.property(fc.constantFrom(...NAMES), anyInstant, (name, at) =>
      assert.equal(zone(name).wallAt(at), shown(name, at)),
    ),
    { numRuns: 300 },
  );
});

test('a reading that comes twice is its first, and one that never comes is counted from before the change', () => {
  const berlin = zone('Europe/Berlin');
  const at = (reading: string): number => berlin.instantOf(momentIn('DTSTART', reading).wall);
  assert.equal(at('20240331T023000'), instant('2024-03-31T01:30:00Z'));
  assert.equal(at('20241027T023000'), instant('2024-10-27T00:30:00Z'));
  assert.equal(at('20241027T033000'), instant('2024-10-27T02:30:00Z'));
  const howe = zone('Australia/Lord_Howe');
  assert.equal(howe.instantOf(momentIn('DTSTART', '20240407T014500').wall), instant('2024-04-06T14:45:00Z'));
});

test('a reading that comes once goes there and back', () => {
  fc.assert(
    fc.property(fc.constantFrom(...NAMES), anyInstant, (name, at) => {
      const its = zone(name);
      const back = its.instantOf(its.wallAt(at));
      if (back === at) return;
      // The second time of an hour that comes twice: its first has the same reading.
      assert.equal(its.wallAt(back), its.wallAt(at));
      assert(back < at && at - back <= 3600 * 3);
    }),
    { numRuns: 300 },
  );
});

test('far years have the clocks of near ones', () => {
  const berlin = zone('Europe/Berlin');
  assert.equal(berlin.offsetAt(instant('2400-07-01T00:00:00Z')), 7200);
  assert.equal(berlin.offsetAt(instant('9999-12-31T00:00:00Z')), 3600);
  assert.equal(berlin.offsetAt(instant('1700-07-01T00:00:00Z')), berlin.offsetAt(instant('1800-01-01T00:00:00Z')));
});

test('a generated VTIMEZONE tells every offset, to us and to ical.js', () => {
  for (const name of NAMES) {
    const its = zone(name);
    const made = vtimezoneOf(its, 1990);
    const read = zoneFrom(made, name);
    assert(read !== undefined);
    const theirs = new ICAL.Timezone({ component: new ICAL.Component(ICAL.parse(textOfComponent(made))), tzid: name });
    for (let at = instant('1990-01-05T00:00:00Z'); at < instant('2036-12-30T00:00:00Z'); at += 86_400 * 3 + 3607) {
      const offset = its.offsetAt(at);
      assert.equal(read.offsetAt(at), offset, `${name} at ${new Date(at * 1000).toISOString()}`);
      const local = ICAL.Time.fromDateTimeString(new Date((at + offset) * 1000).toISOString().slice(0, 19));
      // Within a day of a change a reading may be two instants.
      if (its.offsetAt(at - 86_400) === offset && its.offsetAt(at + 86_400) === offset)
        assert.equal(theirs.utcOffset(local), offset, `ical.js: ${name} at ${local.toString()}`);
    }
  }
});

test('names of Windows, Outlook and of paths lead to zones', () => {
  for (const [name, expected] of [
    ['W. Europe Standard Time', 'Europe/Berlin'],
    ['eastern standard time', 'America/New_York'],
    ['(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna', 'Europe/Berlin'],
    ['/example.org/20070227_1/Europe/Berlin', 'Europe/Berlin'],
    ['/example.org/Tzfile/America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
    ['Europe/Berlin', 'Europe/Berlin'],
    ['GMT', 'UTC'],
  ] as const)
    assert.equal(zoneNamed(name)?.name, expected, name);
  for (const name of ['', 'Nowhere', 'Mars/Olympus', '+01:00', 'Europe/../Berlin', 'x'.repeat(500)])
    assert.equal(zoneNamed(name), undefined, name);
});

test('a VTIMEZONE under a known name is that zone, where it agrees with it', () => {
  const [calendar] = parseContentLines(text(OUTLOOK_BERLIN));
  assert(calendar !== undefined);
  assert.equal(new Timezones(calendar, 2024).named('W. Europe Standard Time'), zone('Europe/Berlin'));
  const moved = OUTLOOK_BERLIN.map((line) =>
    line.replace('TZOFFSETTO:+0200', 'TZOFFSETTO:+0300').replace('TZOFFSETFROM:+0200', 'TZOFFSETFROM:+0300'),
  );
  const [other] = parseContentLines(text(moved));
  assert(other !== undefined);
  assert.equal(
    new Timezones(other, 2024).named('W. Europe Standard Time')?.offsetAt(instant('2024-07-01T00:00:00Z')),
    10_800,
  );
});

test('TZ and DAYLIGHT tell a zone, and are told of one', () => {
  for (const name of ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'UTC']) {
    const its = zone(name);
    const calendar = component('VCALENDAR', 'vcalendar-1.0', daylightLines(its, 2024));
    const read = zoneOfDaylight(calendar);
    assert(read !== undefined && agree(read, its, 2024), name);
    // Another year of the same rules.
    if (name !== 'America/New_York') assert(agree(read, its, 2026), name);
  }
  assert.equal(zoneOfDaylight(component('VCALENDAR', 'vcalendar-1.0', [])), undefined);
  const loose = component('VCALENDAR', 'vcalendar-1.0', [property('TZ', '-05'), property('DAYLIGHT', 'FALSE')]);
  assert.equal(zoneOfDaylight(loose)?.offsetAt(0), -18_000);
});

test('a hostile VTIMEZONE is bounded', () => {
  const observance = (rule: string) =>
    component('STANDARD', 'icalendar-2.0', [
      property('DTSTART', '16010101T000000'),
      property('TZOFFSETFROM', '+0100'),
      property('TZOFFSETTO', '+0200'),
      property('RRULE', rule),
    ]);
  for (const rule of ['FREQ=SECONDLY', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', 'FREQ=MINUTELY;BYSETPOS=9', 'nonsense'])
    assert(
      zoneFrom(component('VTIMEZONE', 'icalendar-2.0', [], new Array(500).fill(observance(rule))), 'X') !== undefined,
    );
  assert.equal(zoneFrom(component('VTIMEZONE', 'icalendar-2.0', []), 'X'), undefined);
});
