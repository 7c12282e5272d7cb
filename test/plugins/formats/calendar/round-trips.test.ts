import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CalendarOptions, convertCalendar } from '../../../../src/plugins/formats/calendar/convert.js';
import { occurrences } from '../../../../src/plugins/formats/calendar/rules/occurrences.js';
import { ruleOf } from '../../../../src/plugins/formats/calendar/rules/rrule.js';
import { endingWith } from '../../../../src/plugins/formats/calendar/rules/rule.js';
import { momentIn, momentText } from '../../../../src/plugins/formats/calendar/time/moment.js';
import { ianaZone } from '../../../../src/plugins/formats/calendar/zones/iana.js';
import { vtimezoneOf } from '../../../../src/plugins/formats/calendar/zones/vtimezone-writer.js';
import { textOfComponent } from '../../../../src/plugins/formats/content-lines/write.js';
import { type Judged, judged } from './judge.js';

const ZONES = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'UTC'];

function vtimezone(name: string): readonly string[] {
  const zone = ianaZone(name);
  assert(zone !== undefined);
  return name === 'UTC' ? [] : textOfComponent(vtimezoneOf(zone, 2018)).trimEnd().split('\r\n');
}

const two = (value: number): string => String(value).padStart(2, '0');

/** Around changes of the clocks, year ends and leap days more often than by chance. */
const anyDay = fc.oneof(
  fc.constantFrom('20240229', '20231231', '20240331', '20240310', '20241027', '20241103', '20240407', '20241006'),
  fc
    .tuple(fc.integer({ min: 2019, max: 2026 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
    .map(([year, month, day]) => `${year}${two(month)}${two(day)}`),
);
const anyTime = fc
  .tuple(fc.constantFrom(0, 1, 2, 3, 8, 12, 19, 23), fc.constantFrom(0, 15, 30))
  .map(([hour, minute]) => `T${two(hour)}${two(minute)}00`);

const weekdays = fc.uniqueArray(fc.constantFrom('SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'), {
  minLength: 1,
  maxLength: 3,
});
const interval = fc.integer({ min: 1, max: 3 });
const ending = fc.constantFrom('', '', ';COUNT=1', ';COUNT=7', ';UNTIL=20261231T225900Z');
const sorted = (list: readonly number[]): string => [...list].sort((a, b) => a - b).join();
const monthDays = fc.uniqueArray(fc.integer({ min: 1, max: 28 }), { minLength: 1, maxLength: 2 }).map(sorted);

/** Rules that vCalendar 1.0 can say. */
const plainRule = fc
  .tuple(
    fc.oneof(
      interval.map((n) => `FREQ=DAILY;INTERVAL=${n}`),
      fc
        .tuple(fc.constantFrom(1, 2), weekdays)
        .map(([n, days]) => `FREQ=WEEKLY;INTERVAL=${n};WKST=SU;BYDAY=${days.join()}`),
      fc.tuple(interval, monthDays).map(([n, days]) => `FREQ=MONTHLY;INTERVAL=${n};BYMONTHDAY=${days}`),
      fc
        .tuple(interval, fc.constantFrom(1, 2, -1), weekdays)
        .map(([n, nth, days]) => `FREQ=MONTHLY;INTERVAL=${n};BYDAY=${days.map((day) => nth + day).join()}`),
      fc.constant('FREQ=YEARLY'),
    ),
    ending,
  )
  .map(([rule, end]) => rule + end);

/** Rules that it cannot, or not easily. None with BYWEEKNO: there ical.js, the judge, is wrong. */
const oddRule = fc
  .tuple(
    fc.constantFrom(
      'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1',
      'FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13,14,15',
      'FREQ=WEEKLY;INTERVAL=2;WKST=MO;BYDAY=SU,TU',
      'FREQ=YEARLY;BYMONTH=11;BYDAY=4TH',
      'FREQ=DAILY;BYHOUR=9,17',
      'FREQ=HOURLY;INTERVAL=6',
    ),
    fc.constantFrom(';COUNT=5', ';COUNT=12'),
  )
  .map(([rule, end]) => rule + end);

interface Series {
  readonly day: string;
  readonly time: string;
  readonly rule: string | undefined;
  readonly minutes: number;
}

/** Moved to the first occurrence: what a start does that its rule leaves out, RFC 5545 section 3.8.5.3 leaves open. */
function synchronized(one: Series): Series {
  if (one.rule === undefined) return one;
  // RFC 5545 section 3.3.10 ignores dates that do not exist; ical.js makes 29 February 1 March.
  if (!one.rule.includes('BY') && one.rule.startsWith('FREQ=YEARLY') && one.day.endsWith('0229'))
    return { ...one, day: '20240228' };
  const endless = endingWith(ruleOf(one.rule), {});
  const { value } = occurrences(endless, momentIn('DTSTART', one.day + one.time).wall).next();
  if (value === undefined) return one;
  const [day = '', time = ''] = momentText({ form: 'local', wall: value.wall }).split('T');
  return { ...one, day, time: `T${time}` };
}

const series = (rule: fc.Arbitrary<string>): fc.Arbitrary<Series> =>
  fc
    .record({
      day: anyDay,
      time: anyTime,
      rule: fc.option(rule, { nil: undefined, freq: 5 }),
      minutes: fc.constantFrom(0, 30, 90, 1440),
    })
    .map(synchronized);

function calendarOf({ day, time, rule, minutes }: Series, zone: string): Uint8Array {
  const at = zone === 'UTC' ? `:${day}${time}Z` : `;TZID=${zone}:${day}${time}`;
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Example//Round trips//EN',
    ...vtimezone(zone),
    'BEGIN:VEVENT',
    'UID:1@example.org',
    'DTSTAMP:20240101T000000Z',
    `DTSTART${at}`,
    `DURATION:PT${minutes}M`,
    'SUMMARY:Series',
    ...(rule === undefined ? [] : [`RRULE:${rule}`]),
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n`);
}

const UNTIL = '2028-06-01';
const judge = (bytes: Uint8Array): readonly Judged[] => judged(bytes, UNTIL, 60);

/** Readings that a change of the clocks skips or repeats have two meanings. */
const AMBIGUOUS = new Set([
  'T000000',
  'T003000',
  'T010000',
  'T011500',
  'T013000',
  'T020000',
  'T021500',
  'T023000',
  'T001500',
]);

test('with what is kept, every event comes back occurrence by occurrence, whatever the zones and rules', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ZONES),
      fc.constantFrom(...ZONES),
      fc.boolean(),
      series(fc.oneof(plainRule, oddRule)),
      (its, mine, utc, what) => {
        const options: CalendarOptions = { zone: mine, utc };
        const calendar = calendarOf(what, its);
        const device = convertCalendar(calendar, 'vcalendar-1.0', options);
        const back = convertCalendar(device, 'icalendar-2.0', options);
        const lines = (bytes: Uint8Array): readonly string[] =>
          Buffer.from(bytes)
            .toString()
            .split('\r\n')
            .filter(
              (line) =>
                /^(?:DTSTART|DURATION|RRULE)/.test(line) && !/^(?:DTSTART|RRULE).*(?:16010101|T0[123]0000$)/.test(line),
            );
        const own = lines(calendar).filter((line) => !line.includes('BYDAY=-1SU'));
        for (const line of own)
          if (line.startsWith('DURATION')) assert(lines(back).includes(line) || what.minutes === 0, line);
        assert.deepEqual(judge(back), judge(calendar));
      },
    ),
    { numRuns: 150 },
  );
});

test('without it, what vCalendar can say comes back with no occurrence lost or moved', () => {
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), fc.boolean(), series(plainRule), (zone, utc, what) => {
      const options: CalendarOptions = { zone, utc, originals: false };
      const calendar = calendarOf(what, zone);
      if (AMBIGUOUS.has(what.time)) return;
      const device = convertCalendar(calendar, 'vcalendar-1.0', options);
      assert(!Buffer.from(device).includes('X-CRADLE-WAS'));
      assert.deepEqual(judge(convertCalendar(device, 'icalendar-2.0', options)), judge(calendar));
    }),
    { numRuns: 200 },
  );
});

test('without it, even rules vCalendar has no word for, and rules of other zones, lose and move nothing for years', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ZONES),
      fc.constantFrom(...ZONES),
      series(fc.oneof(plainRule, oddRule)),
      (its, mine, what) => {
        const options: CalendarOptions = { zone: mine, originals: false };
        const calendar = calendarOf(what, its);
        // A day's length differs by an hour between zones now and then; vCalendar's ends are wall times.
        if (AMBIGUOUS.has(what.time) || what.minutes === 1440) return;
        const back = convertCalendar(convertCalendar(calendar, 'vcalendar-1.0', options), 'icalendar-2.0', options);
        // What vCalendar has no word for is written out for five years, 200 times at most.
        const year = Number(what.day.slice(0, 4)) + 4;
        const starts = (bytes: Uint8Array): readonly string[] =>
          judged(bytes, `${year}-07`, 200)
            .map(({ start }) => start)
            .filter((start) => start < `${year}-06`)
            .slice(0, 100);
        assert.deepEqual(starts(back), starts(calendar));
      },
    ),
    { numRuns: 150 },
  );
});

test('the second round changes nothing more', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ZONES),
      fc.constantFrom(...ZONES),
      fc.boolean(),
      fc.boolean(),
      series(fc.oneof(plainRule, oddRule)),
      (its, mine, utc, originals, what) => {
        const options: CalendarOptions = { zone: mine, utc, originals };
        const round = (device: Uint8Array): Uint8Array =>
          convertCalendar(convertCalendar(device, 'icalendar-2.0', options), 'vcalendar-1.0', options);
        const once = round(convertCalendar(calendarOf(what, its), 'vcalendar-1.0', options));
        assert.equal(Buffer.from(round(once)).toString(), Buffer.from(once).toString());
      },
    ),
    { numRuns: 200 },
  );
});

/** Line breaks, but no other control characters: RFC 5545 section 3.3.11 has none. */
const isText = (character: string): boolean => character === '\n' || !/^\p{Cc}$/u.test(character);
const text = fc
  .string({
    unit: fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
      fc.constantFrom('\n', '\\', ';', ',', ':', '=', '"', ' '),
    ),
    maxLength: 60,
  })
  .map((one) => [...one].filter(isText).join(''));

test('texts keep every character: emoji, right to left, separators, line breaks, backslashes', () => {
  const quoted = (value: string): string => value.replace(/[\\;,]/g, '\\$&').replaceAll('\n', '\\n');
  fc.assert(
    fc.property(text, text, fc.array(text, { maxLength: 3 }), (summary, description, categories) => {
      const lines = [
        'BEGIN:VCALENDAR',
        'VERSION:2.0',
        'BEGIN:VEVENT',
        'UID:1@example.org',
        'DTSTART;VALUE=DATE:20240101',
        'DTEND;VALUE=DATE:20240102',
        `SUMMARY:${quoted(summary)}`,
        `DESCRIPTION:${quoted(`${description}\nשלום 🎉`)}`,
        ...categories.map((one) => `CATEGORIES:x,${quoted(one)},y`),
        'END:VEVENT',
        'END:VCALENDAR',
      ];
      const calendar = Buffer.from(`${lines.join('\r\n')}\r\n`);
      const back = convertCalendar(convertCalendar(calendar, 'vcalendar-1.0', { zone: 'UTC' }), 'icalendar-2.0', {
        zone: 'UTC',
      });
      const found = Buffer.from(back)
        .toString()
        .replace(/\r\n[ \t]/g, '')
        .split('\r\n');
      for (const line of lines.slice(6, -2)) assert(found.includes(line.trimEnd()) || found.includes(line), line);
    }),
    { numRuns: 200 },
  );
});
