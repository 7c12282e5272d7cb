import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromVCalendar } from '../../../../src/plugins/formats/calendar/rules/from-vcalendar.js';
import { occurrences } from '../../../../src/plugins/formats/calendar/rules/occurrences.js';
import { ruleOf, ruleText } from '../../../../src/plugins/formats/calendar/rules/rrule.js';
import type { Rule } from '../../../../src/plugins/formats/calendar/rules/rule.js';
import { type Ends, toVCalendar } from '../../../../src/plugins/formats/calendar/rules/to-vcalendar.js';
import { momentIn, momentText } from '../../../../src/plugins/formats/calendar/time/moment.js';

const wall = (text: string): number => momentIn('DTSTART', text).wall;
const text = (time: number): string => momentText({ form: 'local', wall: time });
const ends: Ends = { text, wall: (moment) => moment.wall };

const rulesOf = (rule: string, start: string): readonly string[] =>
  fromVCalendar(rule, wall(start), (moment) => moment.wall).rules.map(ruleText);

function times(rule: Rule, start: string, most = 1000): readonly string[] {
  const found: string[] = [];
  for (const one of occurrences(rule, wall(start))) {
    found.push(text(one.wall));
    if (found.length >= most) break;
  }
  return found;
}

/** vCalendar 1.0's examples and what phones send; #n counts intervals. */
const SAYINGS: readonly (readonly [string, string, string])[] = [
  ['D1 #10', '20030211T090000', 'FREQ=DAILY;COUNT=10'],
  ['D1 19941224T000000', '19940901T090000', 'FREQ=DAILY;UNTIL=19941224T000000'],
  ['D2 #0', '20030211T090000', 'FREQ=DAILY;INTERVAL=2'],
  ['D10 #5', '20030211T090000', 'FREQ=DAILY;INTERVAL=10;COUNT=5'],
  ['D1', '20030211T090000', 'FREQ=DAILY;COUNT=2'],
  ['W1 #10', '20030211T090000', 'FREQ=WEEKLY;COUNT=10'],
  ['W1 TU TH #5', '20030211T090000', 'FREQ=WEEKLY;COUNT=10;BYDAY=TU,TH'],
  ['W1 TU TH #5', '20030213T090000', 'FREQ=WEEKLY;COUNT=9;BYDAY=TU,TH'],
  ['W2 TU TH #10', '20030128T090000', 'FREQ=WEEKLY;INTERVAL=2;COUNT=20;BYDAY=TU,TH'],
  ['W2 MO SU 19971224T000000', '19970901T090000', 'FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000;BYDAY=MO,SU;WKST=SU'],
  ['MP1 1+ FR #10', '19970905T090000', 'FREQ=MONTHLY;COUNT=10;BYDAY=1FR'],
  ['MP2 1+ SU 1- SU #5', '19970907T090000', 'FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU'],
  ['MP1 2+ TU 1- TU #10', '20030211T090000', 'FREQ=MONTHLY;COUNT=20;BYDAY=2TU,-1TU'],
  ['MP1 1+ 3+ TU #0', '20030204T090000', 'FREQ=MONTHLY;BYDAY=1TU,3TU'],
  ['MP1 1+ SA SU #0', '20030201T090000', 'FREQ=MONTHLY;BYDAY=1SA,1SU'],
  ['MP1 #100', '20050411T100000', 'FREQ=MONTHLY;COUNT=100;BYDAY=2MO'],
  ['MP12 2+ SU #0', '20030511T090000', 'FREQ=YEARLY;BYDAY=2SU;BYMONTH=5'],
  ['MD1 11+ 16+ #10', '20030211T090000', 'FREQ=MONTHLY;COUNT=20;BYMONTHDAY=11,16'],
  ['MD1 1 1- #0', '20030201T090000', 'FREQ=MONTHLY;BYMONTHDAY=1,-1'],
  ['MD1 LD #0', '20030228T090000', 'FREQ=MONTHLY;BYMONTHDAY=-1'],
  ['MD2 31+ #5', '20030131T090000', 'FREQ=MONTHLY;INTERVAL=2;COUNT=5;BYMONTHDAY=31'],
  ['YM1 2 #10', '20030211T090000', 'FREQ=YEARLY;COUNT=10'],
  ['YM1 #0', '20030211T090000', 'FREQ=YEARLY'],
  ['YM1 6 7 #2', '19970610T090000', 'FREQ=YEARLY;COUNT=4;BYMONTH=6,7'],
  ['YD1 1 100 200 #0', '19970101T090000', 'FREQ=YEARLY;BYYEARDAY=1,100,200'],
  ['YD1 #0', '19970101T090000', 'FREQ=YEARLY'],
  ['d1 #0', '20030211T090000', 'FREQ=DAILY'],
  ['W1 MO TU WE TH FR 20051231', '20050103T090000', 'FREQ=WEEKLY;UNTIL=20051231;BYDAY=MO,TU,WE,TH,FR'],
];

test('rules of the basic grammar are read, and #n counts intervals', () => {
  for (const [rule, start, expected] of SAYINGS) assert.deepEqual(rulesOf(rule, start), [expected], rule);
});

/** The extended grammar: times of day, months within years. */
const EXTENDED: readonly (readonly [string, string, readonly string[]])[] = [
  ['D2 0600 1200 1500 #2', '20030211T060000', ['FREQ=DAILY;INTERVAL=2;COUNT=6;BYHOUR=6,12,15;BYMINUTE=0']],
  [
    'W1 TU 1200 TH 1130 #10',
    '20030211T120000',
    ['FREQ=WEEKLY;COUNT=10;BYDAY=TU', 'FREQ=WEEKLY;COUNT=10;BYHOUR=11;BYDAY=TH;BYMINUTE=30'],
  ],
  ['YM1 6 #0 MP1 1+ TH #1', '20030605T090000', ['FREQ=YEARLY;BYDAY=1TH;BYMONTH=6']],
  ['YM2 6 #3 MD1 12', '20030612T090000', ['FREQ=YEARLY;INTERVAL=2;COUNT=3;BYMONTHDAY=12;BYMONTH=6']],
];

test('rules of the extended grammar are read', () => {
  for (const [rule, start, expected] of EXTENDED) {
    const read = fromVCalendar(rule, wall(start), (moment) => moment.wall);
    const mine = read.rules.map((one) => times(one, start, 12));
    assert.deepEqual(
      mine,
      expected.map((one) => times(ruleOf(one), start, 12)),
      rule,
    );
  }
});

test('a rule within a rule that no RRULE can say is written out', () => {
  const read = fromVCalendar('D7 0600 #2 M15 #3', wall('20030211T060000'), (moment) => moment.wall);
  assert.deepEqual(read.rules, []);
  assert.deepEqual(read.dates.map(text), [
    '20030211T060000',
    '20030211T061500',
    '20030211T063000',
    '20030218T060000',
    '20030218T061500',
    '20030218T063000',
  ]);
});

test('an endmark ends the last round early', () => {
  const read = (rule: string, start: string): readonly string[] =>
    fromVCalendar(rule, wall(start), (moment) => moment.wall).dates.map(text);
  assert.deepEqual(read('D2 0600 1200$ 1500 #2', '20030211T060000'), [
    '20030211T060000',
    '20030211T120000',
    '20030211T150000',
    '20030213T060000',
    '20030213T120000',
  ]);
  assert.deepEqual(read('W2 MO$ TU #2', '20030210T090000'), ['20030210T090000', '20030211T090000', '20030224T090000']);
  assert.deepEqual(read('MP2 1+$ 1- FR #2', '20030207T090000'), [
    '20030207T090000',
    '20030228T090000',
    '20030404T090000',
  ]);
});

test('what is no rule is an error that says so', () => {
  for (const rule of [
    '',
    'X1',
    'D',
    'D0',
    'D1 MO',
    'W1 13',
    'MD1 32',
    'YM1 13',
    'YM1 1-',
    'MP1 6+ MO',
    'YD1 367',
    'D1 2500',
    '#0',
    'D1 #0 ?',
    'D1 19940230T000000',
    `D1 ${'#0 '.repeat(2000)}`,
    'D1 D1 D1 D1 D1 D1 D1',
  ])
    assert.throws(
      () => fromVCalendar(rule, wall('20030211T090000'), (moment) => moment.wall),
      { name: 'CradleError.InvalidItem' },
      rule,
    );
});

test('what vCalendar can say is said so, and read again as it was', () => {
  for (const [rule, start, expected] of SAYINGS) {
    const said = toVCalendar(ruleOf(expected), wall(start), ends);
    assert(said !== undefined, rule);
    const [again = ''] = rulesOf(said, start);
    const mine = times(ruleOf(expected), start, 200);
    assert.deepEqual(times(ruleOf(again), start, 200), mine, `${expected} as ${said}`);
  }
});

/** What desktop programs write for the same. */
const HABITS: readonly (readonly [string, string, string])[] = [
  ['FREQ=MONTHLY;BYDAY=TH;BYSETPOS=3', '20030220T090000', 'MP1 3+ TH #0'],
  ['FREQ=MONTHLY;BYDAY=SU,MO,TU,WE,TH,FR,SA;BYSETPOS=-1', '20030228T090000', 'MD1 1- #0'],
  ['FREQ=YEARLY;BYMONTH=11;BYDAY=4TH', '20031127T090000', 'MP12 4+ TH #0'],
  ['FREQ=YEARLY;BYMONTHDAY=5;BYMONTH=3', '20030305T090000', 'YM1 3 #0'],
  ['FREQ=YEARLY;BYMONTHDAY=7;BYMONTH=3,9', '20030307T090000', 'YM1 3 9 #0'],
  ['FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR', '20030210T090000', 'W1 MO TU WE TH FR #0'],
  ['FREQ=WEEKLY;BYDAY=TU;BYHOUR=9;BYMINUTE=0;BYSECOND=0', '20030211T090000', 'W1 TU #0'],
  ['FREQ=MONTHLY;BYDAY=FR', '20030207T090000', 'W1 FR #0'],
  ['FREQ=WEEKLY;UNTIL=20030401;BYDAY=TU', '20030211T090000', 'W1 TU 20030401T090000'],
  ['FREQ=WEEKLY;COUNT=3;BYDAY=TU,TH', '20030211T090000', 'W1 TU TH 20030218T090000'],
  ['FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU', '20030211T090000', 'W2 TU SU #0'],
];

test('other words for what vCalendar has are found', () => {
  for (const [rule, start, expected] of HABITS)
    assert.equal(toVCalendar(ruleOf(rule), wall(start), ends), expected, rule);
});

test('what vCalendar cannot say is not said wrongly', () => {
  for (const [rule, start] of [
    ['FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1', '20030228T090000'],
    ['FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO', '20030211T090000'],
    ['FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO', '20030512T090000'],
    ['FREQ=DAILY;BYHOUR=9,12', '20030211T090000'],
    ['FREQ=DAILY;INTERVAL=2;BYDAY=MO', '20030210T090000'],
    ['FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR', '20030613T090000'],
    ['FREQ=HOURLY', '20030211T090000'],
    ['FREQ=YEARLY;BYDAY=20MO', '20030519T090000'],
    ['FREQ=YEARLY;BYYEARDAY=-1', '20031231T090000'],
    ['FREQ=YEARLY;RSCALE=HEBREW', '20030211T090000'],
    ['FREQ=YEARLY;BYMONTH=3,4;BYMONTHDAY=8', '20030307T090000'],
  ] as const)
    assert.equal(toVCalendar(ruleOf(rule), wall(start), ends), undefined, rule);
});

const day = fc.constantFrom('SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA');
const days = fc.uniqueArray(day, { minLength: 1, maxLength: 4 }).map((list) => list.join(' '));
const head = fc.oneof(
  fc.constant('D'),
  fc.constant('W'),
  days.map((list) => ` ${list}`).map((list) => `W${list}`),
  fc.tuple(fc.constantFrom('1+', '2+', '4+', '1-', '2-'), days).map(([nth, list]) => `MP ${nth} ${list}`),
  fc.uniqueArray(fc.integer({ min: 1, max: 28 }), { minLength: 1, maxLength: 3 }).map((list) => `MD ${list.join(' ')}`),
  fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 3 }).map((list) => `YM ${list.join(' ')}`),
);
const anyRule = fc
  .tuple(head, fc.integer({ min: 1, max: 3 }), fc.constantFrom('#0', '#1', '#3', '#7', '20091231T235900'))
  .map(([kind, interval, end]) => `${kind.replace(/^[A-Z]+/, (name) => `${name}${interval}`)} ${end}`);
const anyStart = fc
  .tuple(fc.integer({ min: 1999, max: 2008 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
  .map(([year, month, date]) => `${year}${String(month).padStart(2, '0')}${String(date).padStart(2, '0')}T083000`);

test('any rule of the basic grammar goes to iCalendar and back with the same occurrences', () => {
  fc.assert(
    fc.property(anyRule, anyStart, (rule, start) => {
      const [read] = fromVCalendar(rule, wall(start), (moment) => moment.wall).rules;
      assert(read !== undefined);
      const said = toVCalendar(read, wall(start), ends);
      const expected = times(read, start, 60);
      // Without one occurrence there is nothing to say.
      if (expected.length === 0) return;
      assert(said !== undefined, `${rule} became ${ruleText(read)}, which is not said`);
      const [again] = fromVCalendar(said, wall(start), (moment) => moment.wall).rules;
      assert(again !== undefined);
      assert.deepEqual(times(again, start, 60), expected, `${rule} as ${ruleText(read)} as ${said}`);
    }),
    { numRuns: 400 },
  );
});
