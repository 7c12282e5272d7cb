import type { Moment } from '../time/moment.js';

export const FREQUENCIES = ['SECONDLY', 'MINUTELY', 'HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'] as const;
export type Frequency = (typeof FREQUENCIES)[number];

/** Index is the weekday's number; 0 is Sunday. */
export const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'] as const;

/** A weekday, and which of them within the month or year: 1 the first, -1 the last, 0 all. */
export interface DayRule {
  readonly weekday: number;
  readonly nth: number;
}

/** The lists a rule may have, each empty when it has none. */
export interface RuleLists {
  readonly bySecond: readonly number[];
  readonly byMinute: readonly number[];
  readonly byHour: readonly number[];
  readonly byDay: readonly DayRule[];
  readonly byMonthDay: readonly number[];
  readonly byYearDay: readonly number[];
  readonly byWeekNo: readonly number[];
  readonly byMonth: readonly number[];
  readonly bySetPos: readonly number[];
}

/** A recurrence rule in the terms of RFC 5545 section 3.3.10. */
export interface Rule extends RuleLists {
  readonly frequency: Frequency;
  /** At least 1. */
  readonly interval: number;
  /** How often, the first included. */
  readonly count?: number;
  /** The last moment that may be one. */
  readonly until?: Moment;
  /** 0 is Sunday. */
  readonly weekStart: number;
  /** Parts not known here, such as RSCALE (RFC 7529), as they were. */
  readonly others: readonly string[];
}

/** The default week start, RFC 5545 section 3.3.10. */
export const MONDAY = 1;

const NOTHING: RuleLists = {
  bySecond: [],
  byMinute: [],
  byHour: [],
  byDay: [],
  byMonthDay: [],
  byYearDay: [],
  byWeekNo: [],
  byMonth: [],
  bySetPos: [],
};

/** A rule with the lists given and no others. */
export const makeRule = (
  frequency: Frequency,
  interval: number,
  lists: Partial<RuleLists> = {},
  weekStart = MONDAY,
): Rule => ({ ...NOTHING, ...lists, frequency, interval, weekStart, others: [] });

/** The same rule with another end: a count, a last moment, or none. */
export function endingWith(rule: Rule, end: { readonly count?: number; readonly until?: Moment }): Rule {
  const { count: _count, until: _until, ...endless } = rule;
  return { ...endless, ...end };
}
