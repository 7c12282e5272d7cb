import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Effort, occurrences } from '../../../../src/plugins/formats/calendar/rules/occurrences.js';
import { ruleOf, ruleText } from '../../../../src/plugins/formats/calendar/rules/rrule.js';
import { momentIn, momentText } from '../../../../src/plugins/formats/calendar/time/moment.js';
import { unrolled } from './judge.js';

const basic = (text: string): string => text.replaceAll(/[-:]/g, '');

function ours(rule: string, start: string, most: number): readonly string[] {
  const found: string[] = [];
  const effort = new Effort(4_000_000);
  for (const { wall } of occurrences(ruleOf(rule), momentIn('DTSTART', start).wall, effort)) {
    found.push(momentText({ form: 'local', wall }));
    if (found.length >= most) break;
  }
  return found;
}

const september = '19970902T090000';

/** RFC 5545 section 3.8.5.3, the examples, with the first and last occurrence it lists of each. */
const EXAMPLES: readonly (readonly [string, string, readonly string[]])[] = [
  ['FREQ=DAILY;COUNT=10', september, ['19970902T090000', '19970911T090000']],
  ['FREQ=DAILY;INTERVAL=10;COUNT=5', september, ['19970902T090000', '19971012T090000']],
  [
    'FREQ=YEARLY;UNTIL=20000131T090000;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA',
    '19980101T090000',
    ['19980101T090000', '20000131T090000'],
  ],
  ['FREQ=WEEKLY;COUNT=10', september, ['19970902T090000', '19971104T090000']],
  ['FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH', september, ['19970902T090000', '19971002T090000']],
  ['FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH', september, ['19970902T090000', '19971016T090000']],
  ['FREQ=MONTHLY;COUNT=10;BYDAY=1FR', '19970905T090000', ['19970905T090000', '19980605T090000']],
  ['FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU', '19970907T090000', ['19970907T090000', '19980531T090000']],
  ['FREQ=MONTHLY;COUNT=6;BYDAY=-2MO', '19970922T090000', ['19970922T090000', '19980216T090000']],
  ['FREQ=MONTHLY;COUNT=6;BYMONTHDAY=-3', '19970928T090000', ['19970928T090000', '19980226T090000']],
  ['FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1', '19970930T090000', ['19970930T090000', '19980201T090000']],
  [
    'FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15',
    '19970910T090000',
    ['19970910T090000', '19990313T090000'],
  ],
  ['FREQ=YEARLY;COUNT=10;BYMONTH=6,7', '19970610T090000', ['19970610T090000', '20010710T090000']],
  ['FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200', '19970101T090000', ['19970101T090000', '20060101T090000']],
  ['FREQ=YEARLY;COUNT=3;BYDAY=20MO', '19970519T090000', ['19970519T090000', '19990517T090000']],
  ['FREQ=YEARLY;COUNT=3;BYWEEKNO=20;BYDAY=MO', '19970512T090000', ['19970512T090000', '19990517T090000']],
  ['FREQ=MONTHLY;COUNT=4;BYDAY=FR;BYMONTHDAY=13', '19980213T090000', ['19980213T090000', '19990813T090000']],
  [
    'FREQ=YEARLY;INTERVAL=4;COUNT=3;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8',
    '19961105T090000',
    ['19961105T090000', '20041102T090000'],
  ],
  ['FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3', '19970904T090000', ['19970904T090000', '19971106T090000']],
  ['FREQ=MONTHLY;COUNT=7;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2', '19970929T090000', ['19970929T090000', '19980330T090000']],
  ['FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000', september, ['19970902T090000', '19970902T150000']],
  ['FREQ=MINUTELY;INTERVAL=90;COUNT=4', september, ['19970902T090000', '19970902T133000']],
  [
    'FREQ=DAILY;COUNT=25;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40',
    september,
    ['19970902T090000', '19970903T090000'],
  ],
  ['FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO', '19970805T090000', ['19970805T090000', '19970824T090000']],
  ['FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU', '19970805T090000', ['19970805T090000', '19970831T090000']],
  ['FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5', '20070115T090000', ['20070115T090000', '20070330T090000']],
];

test('the examples of RFC 5545 come when it says they come', () => {
  for (const [rule, start, [first, last]] of EXAMPLES) {
    const found = ours(rule, start, 1000);
    assert.deepEqual([found[0], found.at(-1)], [first, last], rule);
    const { count } = ruleOf(rule);
    if (count !== undefined) assert.equal(found.length, count, rule);
  }
});

const weekdays = fc.uniqueArray(fc.constantFrom('SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'), {
  minLength: 1,
  maxLength: 5,
});
const positions = fc.uniqueArray(
  fc
    .tuple(fc.constantFrom(1, 2, 3, 4, 5, -1, -2), fc.constantFrom('SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'))
    .map(([nth, day]) => `${nth}${day}`),
  { minLength: 1, maxLength: 3 },
);
const monthDays = fc.uniqueArray(fc.integer({ min: 1, max: 28 }), { minLength: 1, maxLength: 4 });
const months = fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 3 });
const interval = fc.integer({ min: 1, max: 4 });
const sorted = (list: readonly number[]): string => [...list].sort((a, b) => a - b).join();

const rule = fc.oneof(
  interval.map((n) => `FREQ=DAILY;INTERVAL=${n}`),
  fc
    .tuple(interval, weekdays, fc.constantFrom('MO', 'SU'))
    .map(([n, days, wkst]) => `FREQ=WEEKLY;INTERVAL=${n};BYDAY=${days.join()};WKST=${wkst}`),
  fc.tuple(interval, positions).map(([n, days]) => `FREQ=MONTHLY;INTERVAL=${n};BYDAY=${days.join()}`),
  fc.tuple(interval, monthDays).map(([n, days]) => `FREQ=MONTHLY;INTERVAL=${n};BYMONTHDAY=${sorted(days)}`),
  fc
    .tuple(interval, fc.constantFrom(1, 2, -1))
    .map(([n, place]) => `FREQ=MONTHLY;INTERVAL=${n};BYDAY=MO,TU,WE,TH,FR;BYSETPOS=${place}`),
  fc
    .tuple(interval, months, positions)
    .map(([n, list, days]) => `FREQ=YEARLY;INTERVAL=${n};BYMONTH=${sorted(list)};BYDAY=${days.join()}`),
  fc
    .tuple(interval, months, monthDays)
    .map(([n, list, days]) => `FREQ=YEARLY;INTERVAL=${n};BYMONTH=${sorted(list)};BYMONTHDAY=${sorted(days)}`),
);
const start = fc
  .tuple(
    fc.integer({ min: 1996, max: 2028 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 28 }),
    fc.integer({ min: 0, max: 23 }),
  )
  .map(
    ([year, month, day, hour]) =>
      `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:30:00`,
  );

test('rules are unrolled as ical.js unrolls them, leap years, year ends and fifth Fridays among them', () => {
  fc.assert(
    fc.property(rule, start, (text, from) => {
      // ical.js takes the start for an occurrence of BYSETPOS in the first month, whatever its position.
      const since = text.includes('BYSETPOS') ? `${from.slice(0, 7)}-32` : from;
      const theirs = unrolled(text, from, 60).filter((time) => time >= since);
      const mine = ours(text, basic(from), 60).filter((time) => time >= basic(since));
      const least = Math.min(40, theirs.length);
      assert.deepEqual(mine.slice(0, least), theirs.slice(0, least).map(basic));
    }),
    { numRuns: 120 },
  );
});

test('a rule is read and written again as it was', () => {
  for (const [text] of EXAMPLES) assert.equal(ruleText(ruleOf(ruleText(ruleOf(text)))), ruleText(ruleOf(text)));
  assert.equal(
    ruleText(ruleOf('freq=weekly;wkst=su;byday=tu,+1TH;count=3;interval=1;')),
    'FREQ=WEEKLY;COUNT=3;BYDAY=TU,1TH;WKST=SU',
  );
  assert.equal(ruleText(ruleOf('FREQ=YEARLY;RSCALE=HEBREW;SKIP=FORWARD')), 'FREQ=YEARLY;RSCALE=HEBREW;SKIP=FORWARD');
});

test('what is no rule is an error that says so', () => {
  for (const text of [
    '',
    'D1 #0',
    'FREQ=NEVER',
    'FREQ=DAILY;INTERVAL=0',
    'FREQ=DAILY;BYDAY=XX',
    'FREQ=DAILY;BYMONTH=13',
    'FREQ=DAILY;UNTIL=20240230',
    'FREQ=DAILY;COUNT=-1',
    `FREQ=DAILY;BYDAY=${'MO,'.repeat(3000)}MO`,
  ])
    assert.throws(() => ruleOf(text), { name: 'CradleError.InvalidItem' }, text);
});

test('a rule that never comes, or comes every second, is given up and not gone through', () => {
  for (const text of [
    'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=4',
    'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31',
    'FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=SECONDLY;BYSETPOS=2',
    'FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6',
  ]) {
    const effort = new Effort();
    assert.deepEqual([...occurrences(ruleOf(text), momentIn('DTSTART', '20240115T100000').wall, effort)], [], text);
  }
  const effort = new Effort();
  let found = 0;
  for (const _ of occurrences(ruleOf('FREQ=SECONDLY'), momentIn('DTSTART', '20240115T100000').wall, effort)) found += 1;
  assert(effort.exhausted);
  assert(found > 1000 && found < 1_000_000);
});

test('nothing comes after the year 9999', () => {
  assert.deepEqual(ours('FREQ=YEARLY', '99980701T000000', 10), ['99980701T000000', '99990701T000000']);
});
