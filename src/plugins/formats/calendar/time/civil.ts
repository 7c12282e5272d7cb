import { CradleError } from '../../../../dbus/errors.js';

/**
 * A wall clock's reading as whole seconds since 1970-01-01T00:00:00 of that same clock, whatever its zone. Days of it are
 * the proleptic Gregorian calendar's.
 */
export type Wall = number;

/** Seconds. */
export const MINUTE = 60;
export const HOUR = 3600;
export const DAY = 86_400;

/** A date of the calendar; month and day count from 1. */
export interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** What `YYYY` can say; a calendar text has no others. */
export const FIRST_WALL: Wall = -62_135_596_800;
export const LAST_WALL: Wall = 253_402_300_799;

/** Days since 1970-01-01; a month or day outside its range runs on into the next. */
export function dayNumber(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The date of a day number. */
export function civilDate(days: number): CivilDate {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9);
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  };
}

export const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export const daysInMonth = (year: number, month: number): number =>
  month === 2 && isLeap(year) ? 29 : (LENGTHS[month - 1] ?? 0);

/** 0 is Sunday, as in every list of both calendar formats. */
export const weekdayOf = (days: number): number => (((days + 4) % 7) + 7) % 7;

export const dayOf = (wall: Wall): number => Math.floor(wall / DAY);

/** Seconds since midnight. */
export const timeOf = (wall: Wall): number => wall - dayOf(wall) * DAY;

export const wallOf = (year: number, month: number, day: number, seconds = 0): Wall =>
  dayNumber(year, month, day) * DAY + seconds;

export const isMidnight = (wall: Wall): boolean => timeOf(wall) === 0;

/** The same reading, or InvalidItem when four digits cannot say its year. */
export function expressible(wall: Wall): Wall {
  if (wall >= FIRST_WALL && wall <= LAST_WALL) return wall;
  throw new CradleError('InvalidItem', 'a date lies outside the years 1 to 9999');
}
