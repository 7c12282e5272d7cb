import { CradleError } from '../../../../dbus/errors.js';
import { civilDate, DAY, dayOf, daysInMonth, expressible, HOUR, MINUTE, timeOf, type Wall, wallOf } from './civil.js';

/** A date, a wall clock's reading, or an instant (then `wall` is that of a clock in UTC). */
export interface Moment {
  readonly form: 'date' | 'local' | 'utc';
  readonly wall: Wall;
}

const BASIC = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(?:[.,]\d{1,9})?(Z|[+-]\d\d:?(?:\d\d)?)?)?$/i;
const EXTENDED = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?(?:[.,]\d{1,9})?(Z|[+-]\d\d:?(?:\d\d)?)?)?$/i;

/**
 * A date or date-time: RFC 5545 sections 3.3.4 and 3.3.5, and of ISO 8601 what vCalendar 1.0 section 2.1.8 allows besides
 * (extended form, no seconds, an offset). Undefined when it is none, or names a day or time that does not exist.
 */
export function momentOf(text: string): Moment | undefined {
  const trimmed = text.trim();
  const match = BASIC.exec(trimmed) ?? EXTENDED.exec(trimmed);
  if (match === null) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  if (match[4] === undefined) return { form: 'date', wall: wallOf(year, month, day) };
  const [hour, minute, second] = [Number(match[4]), Number(match[5]), Number(match[6] ?? 0)];
  // 24:00:00 is the end of the day and :60 a leap second; both are written by devices.
  if (hour > 24 || minute > 59 || second > 60 || (hour === 24 && minute + second > 0)) return undefined;
  const wall = wallOf(year, month, day, hour * HOUR + minute * MINUTE + Math.min(second, 59));
  const zone = match[7];
  if (zone === undefined) return { form: 'local', wall };
  return { form: 'utc', wall: wall - (offsetOf(zone) ?? 0) };
}

/** As momentOf, but InvalidItem naming the property. */
export function momentIn(property: string, text: string): Moment {
  const moment = momentOf(text);
  if (moment === undefined)
    throw new CradleError('InvalidItem', `${property} has no date that exists: ${text.slice(0, 40)}`);
  return moment;
}

/** `YYYYMMDD`, `YYYYMMDDTHHMMSS` or the latter with `Z`. */
export function momentText(moment: Moment): string {
  if (moment.form === 'date') return dateText(moment.wall);
  return `${dateText(moment.wall)}T${timeText(timeOf(moment.wall))}${moment.form === 'utc' ? 'Z' : ''}`;
}

export function dateText(wall: Wall): string {
  const { year, month, day } = civilDate(dayOf(expressible(wall)));
  return `${String(year).padStart(4, '0')}${two(month)}${two(day)}`;
}

const timeText = (seconds: number): string =>
  two(Math.floor(seconds / HOUR)) + two(Math.floor((seconds % HOUR) / MINUTE)) + two(seconds % MINUTE);

const two = (value: number): string => (value < 10 ? `0${value}` : String(value));

/** The offset from UTC of `Z`, `+01`, `+0100`, `-05:30` or `+00:53:28`, in seconds; undefined when it is none. */
export function offsetOf(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^Z$/i.test(trimmed)) return 0;
  const match = /^([+-]?)(\d{1,2})(?::?(\d\d))?(?::?(\d\d))?$/.exec(trimmed);
  if (match === null) return undefined;
  const seconds = Number(match[2]) * HOUR + Number(match[3] ?? 0) * MINUTE + Number(match[4] ?? 0);
  if (seconds >= DAY || Number(match[3] ?? 0) > 59 || Number(match[4] ?? 0) > 59) return undefined;
  return match[1] === '-' ? 0 - seconds : seconds;
}

/** `+0100`, as RFC 5545 section 3.3.14 has it. */
export function offsetText(offset: number, colon = ''): string {
  const seconds = Math.abs(offset);
  const tail = seconds % MINUTE === 0 ? '' : colon + two(seconds % MINUTE);
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(seconds / HOUR))}${colon}${two(Math.floor((seconds % HOUR) / MINUTE))}${tail}`;
}
