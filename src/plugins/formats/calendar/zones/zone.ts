import { civilDate, DAY, dayOf, isLeap, type Wall, wallOf, weekdayOf } from '../time/civil.js';

/** Whole seconds since 1970-01-01T00:00:00Z. */
export type Instant = number;

/** A change of the offset from UTC; both offsets in seconds, east positive. */
export interface Transition {
  readonly at: Instant;
  readonly from: number;
  readonly to: number;
}

/** A year of a zone, from its first second in UTC. */
export interface ZoneYear {
  /** The offset it begins with. */
  readonly offset: number;
  readonly transitions: readonly Transition[];
}

/** Years before are as this one began, years after repeat one of the last forty with the same calendar. */
const FIRST_YEAR = 1850;
const LAST_YEAR = 2099;

/** A time zone: what a wall clock there shows at an instant. Its years are found out when asked for, and kept. */
export class Zone {
  /** What TZID calls it. */
  readonly name: string;
  readonly #yearOf: (year: number) => ZoneYear;
  readonly #years = new Map<number, ZoneYear>();

  constructor(name: string, yearOf: (year: number) => ZoneYear) {
    this.name = name;
    this.#yearOf = yearOf;
  }

  /** Seconds east of UTC. */
  offsetAt(instant: Instant): number {
    const { year } = civilDate(dayOf(instant));
    if (year < FIRST_YEAR) return this.#year(FIRST_YEAR).offset;
    const like = likeYear(year);
    const here = like === year ? instant : instant - wallOf(year, 1, 1) + wallOf(like, 1, 1);
    const { offset, transitions } = this.#year(like);
    let found = offset;
    for (const { at, to } of transitions) if (at <= here) found = to;
    return found;
  }

  /** What the wall clock shows. */
  wallAt(instant: Instant): Wall {
    return instant + this.offsetAt(instant);
  }

  /**
   * When the wall clock shows this: the first time where it does so twice; where it never does, as if it had not been
   * put forward (RFC 5545 section 3.3.5).
   */
  instantOf(wall: Wall): Instant {
    const before = this.offsetAt(wall - DAY);
    const after = this.offsetAt(wall + DAY);
    if (before === after) return wall - before;
    if (this.offsetAt(wall - before) === before) return wall - before;
    return this.offsetAt(wall - after) === after ? wall - after : wall - before;
  }

  /** The changes of a year, in order. */
  transitionsIn(year: number): readonly Transition[] {
    if (year < FIRST_YEAR) return [];
    const like = likeYear(year);
    if (like === year) return this.#year(year).transitions;
    const shift = wallOf(year, 1, 1) - wallOf(like, 1, 1);
    return this.#year(like).transitions.map(({ at, from, to }) => ({ at: at + shift, from, to }));
  }

  #year(year: number): ZoneYear {
    const known = this.#years.get(year);
    if (known !== undefined) return known;
    const found = this.#yearOf(year);
    this.#years.set(year, found);
    return found;
  }
}

/** A year up to 2099 whose days fall on the same weekdays. */
function likeYear(year: number): number {
  if (year <= LAST_YEAR) return year;
  for (let like = LAST_YEAR; ; like--)
    if (isLeap(like) === isLeap(year) && weekdayOf(dayOf(wallOf(like, 1, 1))) === weekdayOf(dayOf(wallOf(year, 1, 1))))
      return like;
}

export const UTC = new Zone('UTC', () => ({ offset: 0, transitions: [] }));

/** A zone that has no daylight saving time. */
export const fixedZone = (name: string, offset: number): Zone => new Zone(name, () => ({ offset, transitions: [] }));

/** Whether two zones' clocks agree in all of a year. */
export function agree(one: Zone, other: Zone, year: number): boolean {
  const start = wallOf(year, 1, 1);
  if (one.offsetAt(start) !== other.offsetAt(start)) return false;
  const [mine, its] = [one.transitionsIn(year), other.transitionsIn(year)];
  return (
    mine.length === its.length && mine.every(({ at, to }, index) => at === its[index]?.at && to === its[index]?.to)
  );
}
