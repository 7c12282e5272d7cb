import type { Wall } from '../time/civil.js';
import type { Moment } from '../time/moment.js';
import { writtenOut } from './level-dates.js';
import { rulesOfLevel, yearlyRule } from './level-rules.js';
import { Effort, occurrences, PATIENCE } from './occurrences.js';
import { endingWith, type Rule } from './rule.js';
import { type Level, levelsOf } from './vcalendar-grammar.js';

/** What a vCalendar 1.0 rule says in the terms of RFC 5545: rules, or where none can say it, the occurrences themselves. */
export interface Translated {
  readonly rules: readonly Rule[];
  readonly dates: readonly Wall[];
}

/** A rule with neither count nor end comes twice: vCalendar 1.0 section 2.3.14. */
export const DEFAULT_COUNT = 2;

/**
 * A vCalendar 1.0 rule of something that starts at `start`; `wallOf` tells an end by the start's clock. `#n` counts
 * intervals, not occurrences: `W1 TU TH #5` is five weeks. InvalidItem when it cannot be read.
 */
export function fromVCalendar(text: string, start: Wall, wallOf: (moment: Moment) => Wall, whole?: Effort): Translated {
  const effort = new Effort(PATIENCE, whole);
  const levels = levelsOf(text).map((level) => ({ ...level, ...endOf(level, wallOf) }));
  const [outer, inner, third] = levels;
  if (outer === undefined) return { rules: [], dates: [] };
  const marked = levels.some(({ endMark }) => endMark !== undefined);
  if (!marked && inner === undefined)
    return { rules: rulesOfLevel(outer, start).map((rule) => limited(rule, outer, start, effort)), dates: [] };
  const yearly = marked || inner === undefined || third !== undefined ? undefined : yearlyRule(outer, inner, start);
  if (yearly !== undefined) return { rules: [limited(yearly, outer, start, effort)], dates: [] };
  return { rules: [], dates: writtenOut(levels, start, effort) };
}

/** The level's end by the start's clock; a date stays one, for it ends with its last second. */
function endOf({ until }: Level, wallOf: (moment: Moment) => Wall): Pick<Level, 'until'> {
  if (until === undefined) return {};
  return { until: until.form === 'date' ? until : { form: 'local', wall: wallOf(until) } };
}

/** The rule with its level's end. */
function limited(endless: Rule, { count, until }: Level, start: Wall, effort: Effort): Rule {
  const rule = until === undefined ? endless : endingWith(endless, { until });
  const rounds = count ?? (until === undefined ? DEFAULT_COUNT : 0);
  if (rounds === 0) return rule;
  if (until === undefined && !comesSeveralTimes(rule)) return endingWith(rule, { count: rounds });
  return endingWith(rule, { count: Math.max(1, countIn(rule, start, rounds, effort)) });
}

/** Occurrences of the first so many intervals that have any. */
function countIn(rule: Rule, start: Wall, rounds: number, effort: Effort): number {
  const periods = new Set<number>();
  let found = 0;
  for (const { period } of occurrences(rule, start, effort)) {
    periods.add(period);
    if (periods.size > rounds) break;
    found += 1;
  }
  return found;
}

/** Whether one interval may have several occurrences, so that counting the one is not counting the other. */
export function comesSeveralTimes(rule: Rule): boolean {
  const everyWeek = rule.byDay.some(({ nth }) => nth === 0) && rule.frequency !== 'WEEKLY';
  const days = Math.max(1, rule.byDay.length + rule.byMonthDay.length + rule.byYearDay.length);
  const times = Math.max(1, rule.byHour.length) * Math.max(1, rule.byMinute.length);
  return everyWeek || days * Math.max(1, rule.byMonth.length) * times > 1;
}
