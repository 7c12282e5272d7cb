import { civilDate, dayOf, HOUR, MINUTE, timeOf, type Wall, weekdayOf } from '../time/civil.js';
import { type DayRule, type Frequency, makeRule, type Rule, type RuleLists } from './rule.js';
import type { DayGroup, Level } from './vcalendar-grammar.js';

/** In vCalendar's examples, which RFC 2445 took over, a week starts on Sunday. */
export const SUNDAY = 0;

/** One level in the terms of RFC 5545, without its end; several rules where its days come at different times. */
export function rulesOfLevel(level: Level, start: Wall): readonly Rule[] {
  const { interval, numbers, times, groups } = level;
  const date = civilDate(dayOf(start));
  switch (level.kind) {
    case 'M':
      return [makeRule('MINUTELY', interval)];
    case 'D':
      return timed('DAILY', interval, {}, times, start);
    case 'W':
      return weekly(level, start);
    case 'MP': {
      const nth = Math.floor((date.day - 1) / 7) + 1;
      const here = weekdayOf(dayOf(start));
      const stated = groups.length > 0 ? groups : [{ nths: [nth], weekdays: [here], times }];
      // Every twelfth month is one month of the year.
      const [frequency, every, months] =
        interval % 12 === 0
          ? (['YEARLY', interval / 12, { byMonth: [date.month] }] as const)
          : (['MONTHLY', interval, {}] as const);
      return byTimes(stated).flatMap(([at, days]) =>
        timed(frequency, every, { ...months, byDay: days.flatMap((group) => positionsOf(group, here)) }, at, start),
      );
    }
    case 'MD':
      return timed('MONTHLY', interval, { byMonthDay: numbers }, times, start);
    case 'YM':
      return timed('YEARLY', interval, monthsOf(numbers, date.month), times, start);
    case 'YD':
      return timed('YEARLY', interval, { byYearDay: numbers }, times, start);
  }
}

/** A monthly level within a yearly one, `YM1 6 MP1 1+ TH`, as one rule; undefined where there is none. */
export function yearlyRule(outer: Level, inner: Level, start: Wall): Rule | undefined {
  if (outer.kind !== 'YM' || outer.times.length > 0 || inner.interval !== 1 || (inner.count ?? 1) !== 1)
    return undefined;
  if (inner.until !== undefined || (inner.kind !== 'MP' && inner.kind !== 'MD')) return undefined;
  const [rule, second] = rulesOfLevel(inner, start);
  if (rule === undefined || second !== undefined) return undefined;
  const months = outer.numbers.length > 0 ? outer.numbers : [civilDate(dayOf(start)).month];
  return { ...rule, frequency: 'YEARLY', interval: outer.interval, byMonth: [...months].sort((a, b) => a - b) };
}

/** The start's own month need not be told. */
const monthsOf = (months: readonly number[], own: number): Partial<RuleLists> =>
  months.length === 0 || (months.length === 1 && months[0] === own)
    ? {}
    : { byMonth: [...months].sort((a, b) => a - b) };

function weekly({ interval, groups, times }: Level, start: Wall): readonly Rule[] {
  if (groups.length === 0) return timed('WEEKLY', interval, {}, times, start);
  return byTimes(groups).flatMap(([at, days]) => {
    const weekdays = [...new Set(days.flatMap((group) => group.weekdays))];
    const byDay = weekdays.map((weekday): DayRule => ({ weekday, nth: 0 }));
    return timed('WEEKLY', interval, { byDay }, at, start).map((rule) => ({
      ...rule,
      weekStart: weekStartOf(rule, start),
    }));
  });
}

/** Sunday where it makes a difference to Monday, else the default. */
function weekStartOf({ interval, byDay, weekStart }: Rule, start: Wall): number {
  const days = new Set([weekdayOf(dayOf(start)), ...byDay.map(({ weekday }) => weekday)]);
  return interval > 1 && days.size > 1 && days.has(SUNDAY) ? SUNDAY : weekStart;
}

const positionsOf = ({ nths, weekdays }: DayGroup, here: number): readonly DayRule[] =>
  (weekdays.length === 0 ? [here] : weekdays).flatMap((weekday) =>
    (nths.length === 0 ? [0] : nths).map((nth) => ({ weekday, nth })),
  );

/** Groups of one time of day together. */
function byTimes(groups: readonly DayGroup[]): readonly (readonly [readonly number[], readonly DayGroup[]])[] {
  const found = new Map<string, [readonly number[], DayGroup[]]>();
  for (const group of groups) {
    const known = found.get(group.times.join());
    if (known === undefined) found.set(group.times.join(), [group.times, [group]]);
    else known[1].push(group);
  }
  return [...found.values()];
}

/** The rule at these times of day: one rule where hours and minutes multiply to them, else one for each. */
function timed(
  frequency: Frequency,
  interval: number,
  lists: Partial<RuleLists>,
  times: readonly number[],
  start: Wall,
): readonly Rule[] {
  const rule = (more: Partial<RuleLists>): Rule => makeRule(frequency, interval, { ...lists, ...more });
  const distinct = [...new Set(times)].sort((a, b) => a - b);
  if (distinct.length === 0 || (distinct.length === 1 && distinct[0] === timeOf(start))) return [rule({})];
  const hours = [...new Set(distinct.map((time) => Math.floor(time / HOUR)))];
  const minutes = [...new Set(distinct.map((time) => Math.floor((time % HOUR) / MINUTE)))];
  const bySecond = timeOf(start) % MINUTE === 0 ? [] : [0];
  if (hours.length * minutes.length === distinct.length) return [rule({ byHour: hours, byMinute: minutes, bySecond })];
  return distinct.map((time) =>
    rule({ byHour: [Math.floor(time / HOUR)], byMinute: [Math.floor((time % HOUR) / MINUTE)], bySecond }),
  );
}
