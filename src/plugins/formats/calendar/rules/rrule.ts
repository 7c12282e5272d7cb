import { CradleError } from '../../../../dbus/errors.js';
import { momentOf, momentText } from '../time/moment.js';
import { type DayRule, FREQUENCIES, type Frequency, MONDAY, makeRule, type Rule, WEEKDAYS } from './rule.js';

/** No rule that means anything has longer lists or a larger interval or count. */
const LONGEST_LIST = 400;
const LARGEST = 1_000_000;
const LONGEST_TEXT = 8192;

interface NumberList {
  readonly key: 'bySecond' | 'byMinute' | 'byHour' | 'byMonthDay' | 'byYearDay' | 'byWeekNo' | 'byMonth' | 'bySetPos';
  readonly least: number;
  readonly most: number;
  /** Whether it may count from the end. */
  readonly signed: boolean;
}

/** RFC 5545 section 3.3.10; in the order a rule is written. */
const LISTS: ReadonlyMap<string, NumberList> = new Map([
  ['BYSECOND', { key: 'bySecond', least: 0, most: 60, signed: false }],
  ['BYMINUTE', { key: 'byMinute', least: 0, most: 59, signed: false }],
  ['BYHOUR', { key: 'byHour', least: 0, most: 23, signed: false }],
  ['BYMONTHDAY', { key: 'byMonthDay', least: 1, most: 31, signed: true }],
  ['BYYEARDAY', { key: 'byYearDay', least: 1, most: 366, signed: true }],
  ['BYWEEKNO', { key: 'byWeekNo', least: 1, most: 53, signed: true }],
  ['BYMONTH', { key: 'byMonth', least: 1, most: 12, signed: false }],
  ['BYSETPOS', { key: 'bySetPos', least: 1, most: 366, signed: true }],
]);

/** Reads `FREQ=...;...`. InvalidItem when it is no rule; parts that are not known are kept as they are. */
export function ruleOf(text: string): Rule {
  if (text.length > LONGEST_TEXT) throw unreadable(text);
  const parts = new Map<string, string>();
  for (const part of text.trim().split(';')) {
    const at = part.indexOf('=');
    // Empty parts, as in a trailing semicolon, are a habit of several programs.
    if (part.trim() === '') continue;
    const name = part.slice(0, at).trim().toUpperCase();
    if (at < 1 || parts.has(name)) throw unreadable(text);
    parts.set(
      name,
      part
        .slice(at + 1)
        .trim()
        .toUpperCase(),
    );
  }
  const frequency = parts.get('FREQ');
  if (frequency === undefined || !isFrequency(frequency)) throw unreadable(text);
  const lists: Record<string, readonly number[]> = {};
  let byDay: readonly DayRule[] = [];
  let weekStart = MONDAY;
  const others: string[] = [];
  for (const [name, value] of parts) {
    const list = LISTS.get(name);
    if (list !== undefined) lists[list.key] = numbers(value, list, text);
    else if (name === 'BYDAY') byDay = days(value, text);
    else if (name === 'WKST') weekStart = weekdayIn(value, text);
    else if (!['FREQ', 'INTERVAL', 'COUNT', 'UNTIL'].includes(name)) others.push(`${name}=${value}`);
  }
  const rule = { ...makeRule(frequency, whole(parts.get('INTERVAL'), text) ?? 1, lists, weekStart), byDay, others };
  return { ...rule, ...endOf(parts, text) };
}

function endOf(parts: ReadonlyMap<string, string>, text: string): Pick<Rule, 'count' | 'until'> {
  const until = parts.get('UNTIL');
  if (until !== undefined && until !== '') {
    const moment = momentOf(until);
    if (moment === undefined) throw unreadable(text);
    return { until: moment };
  }
  const count = whole(parts.get('COUNT'), text);
  return count === undefined ? {} : { count };
}

/** The rule as RFC 5545 has it, its parts always in one order. */
export function ruleText(rule: Rule): string {
  const parts = [`FREQ=${rule.frequency}`];
  if (rule.interval !== 1) parts.push(`INTERVAL=${rule.interval}`);
  if (rule.count !== undefined) parts.push(`COUNT=${rule.count}`);
  if (rule.until !== undefined) parts.push(`UNTIL=${momentText(rule.until)}`);
  for (const [name, { key }] of LISTS) {
    if (name === 'BYMONTHDAY' && rule.byDay.length > 0) parts.push(`BYDAY=${rule.byDay.map(dayText).join(',')}`);
    if (rule[key].length > 0) parts.push(`${name}=${rule[key].join(',')}`);
  }
  if (rule.weekStart !== MONDAY) parts.push(`WKST=${WEEKDAYS[rule.weekStart] ?? 'MO'}`);
  return [...parts, ...rule.others].join(';');
}

const dayText = ({ weekday, nth }: DayRule): string => `${nth === 0 ? '' : nth}${WEEKDAYS[weekday] ?? ''}`;

function numbers(value: string, { least, most, signed }: NumberList, text: string): readonly number[] {
  const list = value.split(',').map((part) => part.trim());
  if (list.length > LONGEST_LIST) throw unreadable(text);
  return list.map((part) => {
    const number = Number(part);
    if (!/^[+-]?\d{1,3}$/.test(part) || Math.abs(number) > most || Math.abs(number) < least) throw unreadable(text);
    if (number < 0 && !signed) throw unreadable(text);
    return number;
  });
}

function days(value: string, text: string): readonly DayRule[] {
  const list = value.split(',');
  if (list.length > LONGEST_LIST) throw unreadable(text);
  return list.map((part) => {
    const match = /^([+-]?\d{1,2})?\s*([A-Z]{2})$/.exec(part.trim());
    const nth = Number(match?.[1] ?? 0);
    if (match === null || Math.abs(nth) > 53) throw unreadable(text);
    return { weekday: weekdayIn(match[2] ?? '', text), nth };
  });
}

function weekdayIn(value: string, text: string): number {
  const weekday = value.length === 2 ? WEEKDAYS.findIndex((name) => value.startsWith(name)) : -1;
  if (weekday < 0) throw unreadable(text);
  return weekday;
}

function whole(value: string | undefined, text: string): number | undefined {
  if (value === undefined || value === '') return undefined;
  const number = Number(value);
  if (!/^\d{1,9}$/.test(value) || number < 1 || number > LARGEST) throw unreadable(text);
  return number;
}

const isFrequency = (text: string): text is Frequency => FREQUENCIES.some((frequency) => frequency === text);

const unreadable = (text: string): CradleError =>
  new CradleError('InvalidItem', `a recurrence rule cannot be read: ${text.slice(0, 60)}`);
