import { civilDate, DAY, dayNumber, dayOf, daysInMonth, isLeap, type Wall, weekdayOf } from '../time/civil.js';
import type { DayRule, Rule } from './rule.js';

/**
 * Which days a rule takes, its missing parts filled in from the start: RFC 5545 section 3.3.10, "information not in the
 * rule is determined from DTSTART".
 */
export class DayFilter {
  readonly #rule: Rule;
  readonly #months: ReadonlySet<number>;
  readonly #monthDays: readonly number[];
  readonly #byDay: readonly DayRule[];

  constructor(rule: Rule, start: Wall) {
    this.#rule = rule;
    const first = dayOf(start);
    const { month, day } = civilDate(first);
    const { frequency, byDay, byMonth, byMonthDay, byYearDay, byWeekNo } = rule;
    const dated = byDay.length + byMonthDay.length + byYearDay.length > 0;
    const weekly = frequency === 'WEEKLY' || (frequency === 'YEARLY' && byWeekNo.length > 0);
    const monthly = frequency === 'MONTHLY' || (frequency === 'YEARLY' && !weekly);
    this.#byDay = !dated && weekly ? [{ weekday: weekdayOf(first), nth: 0 }] : byDay;
    this.#monthDays = !dated && monthly ? [day] : byMonthDay;
    this.#months = new Set(!dated && !weekly && frequency === 'YEARLY' && byMonth.length === 0 ? [month] : byMonth);
  }

  /** Whether a day of this month can be one at all. */
  hasMonth(month: number): boolean {
    return this.#months.size === 0 || this.#months.has(month);
  }

  takes(days: number): boolean {
    const { year, month, day } = civilDate(days);
    if (!this.hasMonth(month)) return false;
    const length = daysInMonth(year, month);
    if (this.#monthDays.length > 0 && !this.#monthDays.some((one) => one === day || one === day - length - 1))
      return false;
    const { byYearDay, byWeekNo } = this.#rule;
    if (byYearDay.length > 0) {
      const ordinal = days - dayNumber(year, 1, 1) + 1;
      const total = isLeap(year) ? 366 : 365;
      if (!byYearDay.some((one) => one === ordinal || one === ordinal - total - 1)) return false;
    }
    if (byWeekNo.length > 0 && !this.#inWeek(days, year)) return false;
    return this.#byDay.length === 0 || this.#byDay.some((one) => this.#isDay(one, days, year, month));
  }

  #isDay({ weekday, nth }: DayRule, days: number, year: number, month: number): boolean {
    if (weekdayOf(days) !== weekday) return false;
    const { frequency, byMonth, byWeekNo } = this.#rule;
    const yearly = frequency === 'YEARLY' && byMonth.length === 0;
    // A number means nothing unless the rule is monthly or yearly without weeks: such rules are read as without it.
    if (nth === 0 || byWeekNo.length > 0 || (frequency !== 'MONTHLY' && frequency !== 'YEARLY')) return true;
    const first = yearly ? dayNumber(year, 1, 1) : dayNumber(year, month, 1);
    const length = yearly ? (isLeap(year) ? 366 : 365) : daysInMonth(year, month);
    const index = days - first;
    return nth > 0 ? Math.floor(index / 7) + 1 === nth : Math.floor((length - 1 - index) / 7) + 1 === -nth;
  }

  /** Week 1 is the first with at least four days in the year (RFC 5545, as ISO 8601). */
  #inWeek(days: number, year: number): boolean {
    const { byWeekNo, weekStart } = this.#rule;
    const next = firstWeek(year + 1, weekStart);
    const ownYear = days >= next ? year + 1 : days >= firstWeek(year, weekStart) ? year : year - 1;
    const first = firstWeek(ownYear, weekStart);
    const week = Math.floor((days - first) / 7) + 1;
    const total = Math.round((firstWeek(ownYear + 1, weekStart) - first) / 7);
    return byWeekNo.some((one) => one === week || one === week - total - 1);
  }
}

/** The day number of the first day of a year's week 1. */
function firstWeek(year: number, weekStart: number): number {
  const fourth = dayNumber(year, 1, 4);
  return fourth - ((weekdayOf(fourth) - weekStart + 7) % 7);
}

/** The first day of the week a day lies in. */
export const weekOf = (days: number, weekStart: number): number => days - ((weekdayOf(days) - weekStart + 7) % 7);

export const midnightOf = (days: number): Wall => days * DAY;
