import { civilDate, DAY, dayNumber, dayOf, HOUR, LAST_WALL, MINUTE, timeOf, type Wall } from '../time/civil.js';
import { DayFilter, weekOf } from './day-filter.js';
import type { Rule } from './rule.js';

/** An occurrence by the wall clock, and the how manieth period of the rule's interval it lies in, from 0. */
export interface Occurrence {
  readonly wall: Wall;
  readonly period: number;
}

/**
 * How many days and times may be looked at before a rule is given up: four centuries of days, so that a rule which never
 * comes (30 February) or comes every second costs some milliseconds and no more.
 */
export const PATIENCE = 150_000;

/** What is left of the patience; shared by several rules it bounds them all. */
export class Effort {
  #left: number;
  readonly #of: Effort | undefined;

  /** `of`: what this is a part of, and uses up too. */
  constructor(patience = PATIENCE, of?: Effort) {
    this.#left = patience;
    this.#of = of;
  }

  /** Whether there was enough for it. */
  spend(amount: number): boolean {
    this.#left -= amount;
    return this.#of?.spend(amount) !== false && this.#left >= 0;
  }

  /** Whether something was left out, so that what was found is not all. */
  get exhausted(): boolean {
    return this.#left < 0 || this.#of?.exhausted === true;
  }
}

const STEPS: Readonly<Record<string, number>> = { HOURLY: HOUR, MINUTELY: MINUTE, SECONDLY: 1 };
const LAST_DAY = dayOf(LAST_WALL);

/**
 * A rule's occurrences from its start on, in order, by the wall clock: RFC 5545 section 3.3.10. `until` is compared as a
 * wall clock's reading, so the caller has put it into the start's zone. The start itself is one only where the rule says so.
 */
export function* occurrences(rule: Rule, start: Wall, effort = new Effort()): Generator<Occurrence> {
  const until = lastWall(rule);
  let left = rule.count ?? Number.POSITIVE_INFINITY;
  const candidates = STEPS[rule.frequency] === undefined ? byDays(rule, start, effort) : byTimes(rule, start, effort);
  for (const { period, walls } of candidates) {
    if (walls[0] !== undefined && walls[0] > until) return;
    for (const wall of rule.bySetPos.length === 0 ? walls : positions(walls, rule.bySetPos)) {
      if (wall < start) continue;
      if (wall > until || left <= 0) return;
      left -= 1;
      yield { wall, period };
    }
    if (left <= 0) return;
  }
}

/** A date ends with its last second. */
const lastWall = ({ until }: Rule): Wall =>
  until === undefined ? LAST_WALL : until.form === 'date' ? until.wall + DAY - 1 : until.wall;

interface Period {
  readonly period: number;
  readonly walls: readonly Wall[];
}

function* byDays(rule: Rule, start: Wall, effort: Effort): Generator<Period> {
  const filter = new DayFilter(rule, start);
  const times = timesOf(rule, timeOf(start));
  for (let period = 0; ; period++) {
    const span = spanOf(rule, dayOf(start), period);
    if (span.first > LAST_DAY) return;
    const walls: Wall[] = [];
    if (!effort.spend(1)) return;
    for (let day = span.first; day <= Math.min(span.last, LAST_DAY); ) {
      const { year, month } = civilDate(day);
      if (!filter.hasMonth(month)) {
        day = dayNumber(year, month + 1, 1);
        continue;
      }
      if (!effort.spend(1)) return;
      if (filter.takes(day)) {
        if (!effort.spend(times.length)) return;
        for (const time of times) walls.push(day * DAY + time);
      }
      day += 1;
    }
    yield { period, walls };
  }
}

/** The days of a rule's nth period. */
function spanOf(rule: Rule, start: number, period: number): { readonly first: number; readonly last: number } {
  const step = period * rule.interval;
  if (rule.frequency === 'DAILY') return { first: start + step, last: start + step };
  if (rule.frequency === 'WEEKLY') {
    const first = weekOf(start, rule.weekStart) + step * 7;
    return { first, last: first + 6 };
  }
  const { year, month } = civilDate(start);
  if (rule.frequency === 'MONTHLY') {
    const index = year * 12 + month - 1 + step;
    const [inYear, inMonth] = [Math.floor(index / 12), (index % 12) + 1];
    return { first: dayNumber(inYear, inMonth, 1), last: dayNumber(inYear, inMonth + 1, 1) - 1 };
  }
  return { first: dayNumber(year + step, 1, 1), last: dayNumber(year + step, 12, 31) };
}

/** Seconds since midnight, in order, each once. */
function timesOf(rule: Rule, time: number): readonly number[] {
  const hours = rule.byHour.length > 0 ? rule.byHour : [Math.floor(time / HOUR)];
  const minutes = rule.byMinute.length > 0 ? rule.byMinute : [Math.floor((time % HOUR) / MINUTE)];
  const seconds = rule.bySecond.length > 0 ? rule.bySecond : [time % MINUTE];
  const times = hours.flatMap((hour) => minutes.flatMap((minute) => seconds.map((second) => at(hour, minute, second))));
  return [...new Set(times)].sort((a, b) => a - b);
}

const at = (hour: number, minute: number, second: number): number => hour * HOUR + minute * MINUTE + second;

/** Rules that count hours, minutes or seconds: each period is one of these. */
function* byTimes(rule: Rule, start: Wall, effort: Effort): Generator<Period> {
  const filter = new DayFilter(rule, start);
  const unit = STEPS[rule.frequency] ?? HOUR;
  const step = unit * rule.interval;
  const origin = start - (timeOf(start) % unit);
  for (let period = 0; ; ) {
    const from = origin + period * step;
    if (from > LAST_WALL) return;
    if (!effort.spend(1)) return;
    if (!filter.takes(dayOf(from))) {
      // On to the first period of the next day.
      period = Math.ceil(((dayOf(from) + 1) * DAY - origin) / step);
      continue;
    }
    const walls = within(rule, from, start);
    if (!effort.spend(walls.length)) return;
    if (walls.length > 0) yield { period, walls };
    period += 1;
  }
}

function within(rule: Rule, from: Wall, start: Wall): readonly Wall[] {
  const time = timeOf(from);
  const [hour, minute] = [Math.floor(time / HOUR), Math.floor((time % HOUR) / MINUTE)];
  if (rule.byHour.length > 0 && !rule.byHour.includes(hour)) return [];
  const hourly = rule.frequency === 'HOURLY';
  if (!hourly && rule.byMinute.length > 0 && !rule.byMinute.includes(minute)) return [];
  const startTime = timeOf(start);
  const minutes = !hourly
    ? [minute]
    : rule.byMinute.length > 0
      ? rule.byMinute
      : [Math.floor((startTime % HOUR) / MINUTE)];
  if (rule.frequency === 'SECONDLY')
    return rule.bySecond.length === 0 || rule.bySecond.includes(time % MINUTE) ? [from] : [];
  const seconds = rule.bySecond.length > 0 ? rule.bySecond : [startTime % MINUTE];
  const midnight = from - time;
  const walls = minutes.flatMap((one) => seconds.map((second) => midnight + at(hour, one, second)));
  return [...new Set(walls)].sort((a, b) => a - b);
}

/** BYSETPOS: those of a period's occurrences that stand at these places, in order, each once. */
function positions(walls: readonly Wall[], places: readonly number[]): readonly Wall[] {
  const found = places.flatMap((place) => walls[place > 0 ? place - 1 : walls.length + place] ?? []);
  return [...new Set(found)].sort((a, b) => a - b);
}
