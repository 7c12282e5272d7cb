import { civilDate, dayOf, timeOf, type Wall } from '../time/civil.js';
import type { Moment } from '../time/moment.js';
import { comesSeveralTimes, fromVCalendar } from './from-vcalendar.js';
import { Effort, occurrences, PATIENCE } from './occurrences.js';
import { type DayRule, type Rule, WEEKDAYS } from './rule.js';

/** Occurrences by which two rules are told to be the same, and how long a counted rule may be. */
const COMPARED = 128;
const LONGEST_COUNT = 4096;

/** How the end of a rule is written, and what the start's clock shows at one that is read. */
export interface Ends {
  text(wall: Wall): string;
  wall(moment: Moment): Wall;
}

/**
 * The rule in vCalendar 1.0's basic grammar, which is what devices know; undefined when that grammar cannot say it. The
 * rule's end is by the start's clock already. What is given means the same: both are unrolled and compared.
 */
export function toVCalendar(rule: Rule, start: Wall, ends: Ends, whole?: Effort): string | undefined {
  const effort = new Effort(2 * PATIENCE, whole);
  const head = headOf(simplified(rule, start), start);
  if (head === undefined) return undefined;
  for (const text of endings(head, rule, start, ends, effort))
    if (meansTheSame(text, rule, start, ends, effort)) return text;
  return undefined;
}

function* endings(head: string, rule: Rule, start: Wall, ends: Ends, effort: Effort): Generator<string, void, void> {
  const { count, until } = rule;
  if (until !== undefined) yield `${head} ${ends.text(lastWall(until, start))}`;
  else if (count === undefined) yield `${head} #0`;
  else if (!comesSeveralTimes(rule)) yield `${head} #${count}`;
  else if (count <= LONGEST_COUNT) {
    const rounds = new Set<number>();
    let last: Wall | undefined;
    for (const { wall, period } of occurrences(rule, start, effort)) {
      rounds.add(period);
      last = wall;
    }
    yield `${head} #${rounds.size}`;
    if (last !== undefined) yield `${head} ${ends.text(last)}`;
  }
}

/** Of a date the time of the series, so that devices which look at the time still see the last one. */
const lastWall = ({ form, wall }: Moment, start: Wall): Wall => (form === 'date' ? wall + timeOf(start) : wall);

/** Whether the text, read again, has the same occurrences, as far as they are compared. */
function meansTheSame(text: string, rule: Rule, start: Wall, ends: Ends, effort: Effort): boolean {
  const [read, ...more] = fromVCalendar(text, start, ends.wall, effort).rules;
  if (read === undefined || more.length > 0) return false;
  const [mine, its] = [occurrences(rule, start, effort), occurrences(read, start, effort)];
  for (let compared = 0; compared < Math.max(COMPARED, rule.count ?? 0); compared++) {
    const [a, b] = [mine.next(), its.next()];
    if (a.done || b.done) return a.done === b.done && !effort.exhausted;
    if (a.value.wall !== b.value.wall) return false;
  }
  return true;
}

const DAYS_OF_WEEK = 7;

/** Other words for the same: what programs write as positions in a set where a plain list says it. */
function simplified(rule: Rule, start: Wall): Rule {
  let { byDay, bySetPos, byMonthDay, byHour, byMinute, bySecond } = rule;
  const time = timeOf(start);
  const plain = byMonthDay.length + rule.byYearDay.length + rule.byWeekNo.length === 0;
  const weekdays = new Set(byDay.map(({ weekday }) => weekday));
  const unnumbered = byDay.every(({ nth }) => nth === 0);
  const monthly = rule.frequency === 'MONTHLY' || (rule.frequency === 'YEARLY' && rule.byMonth.length === 1);
  if (monthly && plain && bySetPos.length > 0 && unnumbered) {
    const [weekday] = weekdays;
    if (weekdays.size === 1 && weekday !== undefined) {
      byDay = bySetPos.map((nth): DayRule => ({ weekday, nth }));
      bySetPos = [];
    } else if (weekdays.size === DAYS_OF_WEEK) {
      byMonthDay = bySetPos;
      byDay = [];
      bySetPos = [];
    }
  }
  // All weekdays are no limit.
  if (weekdays.size === DAYS_OF_WEEK && unnumbered && rule.frequency === 'DAILY' && bySetPos.length === 0) byDay = [];
  const same = (list: readonly number[], value: number): readonly number[] =>
    list.length === 1 && list[0] === value ? [] : list;
  byHour = same(byHour, Math.floor(time / 3600));
  byMinute = same(byMinute, Math.floor((time % 3600) / 60));
  bySecond = same(bySecond, time % 60);
  return { ...rule, byDay, bySetPos, byMonthDay, byHour, byMinute, bySecond };
}

function headOf(rule: Rule, start: Wall): string | undefined {
  const { byDay, byMonth, byMonthDay, byYearDay, interval } = rule;
  const unsaid = [rule.bySecond, rule.byMinute, rule.byHour, rule.byWeekNo, rule.bySetPos, rule.others];
  if (unsaid.some((list) => list.length > 0)) return undefined;
  const date = civilDate(dayOf(start));
  const [days, months, monthDays] = [byDay.length > 0, byMonth.length > 0, byMonthDay.length > 0];
  switch (rule.frequency) {
    case 'DAILY':
      if (months || monthDays) return undefined;
      if (!days) return `D${interval}`;
      return interval === 1 ? `W1 ${weekdayList(byDay)}` : undefined;
    case 'WEEKLY':
      if (months) return undefined;
      return days ? `W${interval} ${weekdayList(byDay)}` : `W${interval}`;
    case 'MONTHLY':
      if (months || byYearDay.length > 0) return undefined;
      return monthlyHead(interval, byDay, byMonthDay);
    case 'YEARLY': {
      if (byYearDay.length > 0)
        return days || months || monthDays || byYearDay.some((day) => day < 0)
          ? undefined
          : `YD${interval} ${byYearDay.join(' ')}`;
      const every = monthStep(byMonth, interval, date.month);
      if (!days && (!monthDays || (byMonthDay.length === 1 && byMonthDay[0] === date.day && months)))
        return `YM${interval} ${(months ? [...byMonth].sort((a, b) => a - b) : [date.month]).join(' ')}`;
      return every === undefined ? undefined : monthlyHead(every, byDay, byMonthDay);
    }
    default:
      return undefined;
  }
}

/** Months of the year that come at one distance, the start's among them, are every so manieth month. */
function monthStep(byMonth: readonly number[], interval: number, own: number): number | undefined {
  const months = [...new Set(byMonth)].sort((a, b) => a - b);
  const step = 12 / months.length;
  const [first] = months;
  if (first === undefined || !months.includes(own) || !Number.isInteger(step)) return undefined;
  if (months.some((month, index) => month !== first + index * step)) return undefined;
  return months.length === 1 ? interval * 12 : interval === 1 ? step : undefined;
}

function monthlyHead(interval: number, byDay: readonly DayRule[], byMonthDay: readonly number[]): string | undefined {
  if (byDay.length === 0) {
    const days = byMonthDay.map((day) => (day < 0 ? ` ${-day}-` : ` ${day}`));
    return `MD${interval}${days.join('')}`;
  }
  if (byMonthDay.length > 0) return undefined;
  // Every Friday of every month is every Friday.
  if (byDay.every(({ nth }) => nth === 0)) return interval === 1 ? `W1 ${weekdayList(byDay)}` : undefined;
  if (byDay.some(({ nth }) => nth === 0 || Math.abs(nth) > 5)) return undefined;
  const places = [...new Set(byDay.map(({ nth }) => nth))];
  const groups = places.map((nth) => {
    const days = byDay.filter((day) => day.nth === nth);
    return `${Math.abs(nth)}${nth > 0 ? '+' : '-'} ${weekdayList(days)}`;
  });
  return `MP${interval} ${groups.join(' ')}`;
}

const weekdayList = (days: readonly DayRule[]): string =>
  [...new Set(days.map(({ weekday }) => weekday))].map((weekday) => WEEKDAYS[weekday]).join(' ');

/**
 * The same rule by a clock that shows another day at its occurrences than the one it was made by, where it starts on
 * `start`; undefined where that has no simple rule.
 */
export function shiftedByDays(rule: Rule, days: number, start: Wall): Rule | undefined {
  if (days === 0) return rule;
  if (rule.byMonthDay.length + rule.byYearDay.length + rule.byWeekNo.length + rule.bySetPos.length > 0)
    return undefined;
  if (rule.byDay.some(({ nth }) => nth !== 0) || rule.byMonth.length > 0) return undefined;
  if (rule.frequency === 'MONTHLY' || rule.frequency === 'YEARLY') {
    // Around the end of a month the other day is not always in the same month.
    const { day } = civilDate(dayOf(start));
    return rule.byDay.length > 0 || day + Math.min(days, 0) < 1 || day + Math.max(days, 0) > 28 ? undefined : rule;
  }
  const byDay = rule.byDay.map(({ weekday, nth }) => ({ weekday: (weekday + days + 7) % 7, nth }));
  return { ...rule, byDay, weekStart: (rule.weekStart + days + 7) % 7 };
}
