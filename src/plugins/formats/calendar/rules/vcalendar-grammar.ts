import { CradleError } from '../../../../dbus/errors.js';
import { type Moment, momentOf } from '../time/moment.js';
import { WEEKDAYS } from './rule.js';

/** The kinds of a level: minutely (extended grammar only), daily, weekly, monthly by position or day, yearly by month or day. */
export type LevelKind = 'M' | 'D' | 'W' | 'MP' | 'MD' | 'YM' | 'YD';

/** With what item the rule's last round ends: the extended grammar's `$`. */
export interface EndMark {
  readonly of: 'weekday' | 'number' | 'time';
  readonly value: number;
}

/** Weekdays of a level: which of the month (`MP` only, empty for all), and at what times where some are told. */
export interface DayGroup {
  readonly nths: readonly number[];
  readonly weekdays: readonly number[];
  readonly times: readonly number[];
}

/** One level of a vCalendar 1.0 recurrence rule; the extended grammar sets one within the other. */
export interface Level {
  readonly kind: LevelKind;
  readonly interval: number;
  readonly groups: readonly DayGroup[];
  /** Days of the month or year, or months; negative ones from the end. */
  readonly numbers: readonly number[];
  /** Seconds since midnight, of a level without weekdays. */
  readonly times: readonly number[];
  /** How many of its intervals; 0 is for ever. */
  readonly count?: number;
  readonly until?: Moment;
  readonly endMark?: EndMark;
}

const LONGEST_TEXT = 2048;
const LARGEST = 1_000_000;
const MOST_LEVELS = 6;

const TOKEN =
  /\s*(?:(#)(\d{1,9})|(\d{8}T\d{4,6}Z?|\d{8}|\d{4}-\d\d-\d\d(?:T[\d:]{5,8}Z?)?)(?!\w)|(MP|MD|YM|YD|M|D|W)(\d{1,7})|(SU|MO|TU|WE|TH|FR|SA)(\$?)|(LD)(\$?)|(\d{4})(\$?)(?!\d)|(\d{1,3})([+-]?)(\$?))[\s,]*/iy;

interface Draft {
  kind: LevelKind;
  interval: number;
  groups: { nths: number[]; weekdays: number[]; times: number[] }[];
  numbers: number[];
  times: number[];
  count?: number;
  until?: Moment;
  endMark?: EndMark;
}

/** Reads a rule of vCalendar 1.0 section 2.3.14, basic or extended grammar. InvalidItem when it is none. */
export function levelsOf(text: string): readonly Level[] {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.length > LONGEST_TEXT) throw unreadable(text);
  const levels: Draft[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const match = TOKEN.exec(trimmed);
    if (match === null) throw unreadable(text);
    const [, hash, count, date, kind, interval] = match;
    if (kind !== undefined) {
      if (levels.length >= MOST_LEVELS) throw unreadable(text);
      levels.push(begin(kind, Number(interval), text));
      continue;
    }
    const level = levels.at(-1);
    if (level === undefined) throw unreadable(text);
    if (hash !== undefined) level.count = Number(count);
    else if (date !== undefined) level.until = endOf(date, text);
    else addItem(level, match, text);
    if ((level.count ?? 0) > LARGEST) throw unreadable(text);
  }
  return levels;
}

function begin(text: string, interval: number, whole: string): Draft {
  const kind = text.toUpperCase();
  if (!isKind(kind) || interval < 1 || interval > LARGEST) throw unreadable(whole);
  return { kind, interval, groups: [], numbers: [], times: [] };
}

const isKind = (text: string): text is LevelKind => ['M', 'D', 'W', 'MP', 'MD', 'YM', 'YD'].includes(text);

function endOf(text: string, whole: string): Moment {
  const moment = momentOf(text);
  if (moment === undefined) throw unreadable(whole);
  return moment;
}

function addItem(level: Draft, match: RegExpExecArray, text: string): void {
  const named = match[6]?.toUpperCase() ?? '';
  const weekday = WEEKDAYS.findIndex((name) => named.startsWith(name));
  if (weekday >= 0) addWeekday(level, weekday, text);
  else if (match[10] !== undefined) addTime(level, timeOf(match[10], text), text);
  else addNumber(level, match[8] !== undefined ? -1 : Number(match[12]) * (match[13] === '-' ? -1 : 1), text);
  if ([match[7], match[9], match[11], match[14]].includes('$')) level.endMark = markOf(level, match, text);
}

function markOf(level: Draft, match: RegExpExecArray, text: string): EndMark {
  const group = level.groups.at(-1);
  if (match[6] !== undefined) return { of: 'weekday', value: group?.weekdays.at(-1) ?? 0 };
  if (match[10] !== undefined) return { of: 'time', value: timeOf(match[10], text) };
  return { of: 'number', value: (level.kind === 'MP' ? group?.nths : level.numbers)?.at(-1) ?? 0 };
}

function addWeekday(level: Draft, weekday: number, text: string): void {
  if (level.kind !== 'W' && level.kind !== 'MP') throw unreadable(text);
  const group = level.groups.at(-1);
  // Times belong to the weekdays before them, so a weekday after a time begins anew.
  if (group === undefined || group.times.length > 0)
    level.groups.push({ nths: [...(group?.nths ?? [])], weekdays: [weekday], times: [] });
  else group.weekdays.push(weekday);
}

/** How large a number of each kind may be: the nth weekday, a day, a month. */
const LARGEST_NUMBER = { M: 0, D: 0, W: 0, MP: 5, MD: 31, YM: 12, YD: 366 } as const;

function addNumber(level: Draft, number: number, text: string): void {
  if (number === 0 || Math.abs(number) > LARGEST_NUMBER[level.kind]) throw unreadable(text);
  if (level.kind === 'YM' && number < 0) throw unreadable(text);
  const group = level.groups.at(-1);
  if (level.kind !== 'MP') level.numbers.push(number);
  else if (group === undefined || group.weekdays.length > 0)
    level.groups.push({ nths: [number], weekdays: [], times: [] });
  else group.nths.push(number);
}

function addTime(level: Draft, time: number, text: string): void {
  if (level.kind === 'M') throw unreadable(text);
  (level.groups.at(-1) ?? level).times.push(time);
}

function timeOf(text: string, whole: string): number {
  const [hour, minute] = [Number(text.slice(0, 2)), Number(text.slice(2))];
  if (hour > 23 || minute > 59) throw unreadable(whole);
  return hour * 3600 + minute * 60;
}

export const unreadable = (text: string): CradleError =>
  new CradleError('InvalidItem', `a vCalendar 1.0 recurrence rule cannot be read: ${text.slice(0, 60)}`);
