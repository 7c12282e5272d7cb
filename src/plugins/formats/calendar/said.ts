import { type Component, first, type Property, parameterOf } from '../content-lines/component.js';
import { listOf, textOf } from '../content-lines/values.js';
import { isDefault } from './comparable.js';
import { ORIGINAL } from './convert/originals.js';
import { calendarSpan } from './convert/span.js';
import { instantIn, type Timed, timedOf, timesOf } from './convert/timed.js';
import { convertComponent } from './convert.js';
import { ruleOf, ruleText } from './rules/rrule.js';
import { endingWith, MONDAY, type Rule } from './rules/rule.js';
import { civilDate, DAY, dayOf, timeOf, weekdayOf } from './time/civil.js';
import { durationOf, lengthOf } from './time/duration.js';
import { momentOf, momentText } from './time/moment.js';
import { localZone } from './zones/iana.js';
import { Timezones } from './zones/timezones.js';
import type { Zone } from './zones/zone.js';

const NEW = 'icalendar-2.0';

/** Set anew by whoever writes, or minted by each device for itself. */
const VOLATILE = new Set(['DTSTAMP', 'LAST-MODIFIED', 'CREATED', 'SEQUENCE', 'UID', ORIGINAL]);

/** Bookkeeping of programs and devices. */
const BOOKKEEPING =
  /^X-(?:IRMC|EPOC|SYMBIAN|NOKIA|SONYERICSSON|SE-|FUNAMBOL|EVOLUTION|MOZ|LIC|KDE|KORGANIZER|MICROSOFT|MS-|WR-|GOOGLE|RADICALE|SYNCEVOLUTION)/;

/** Told with the whole of it. */
const TIMES = new Set(['DTSTART', 'DTEND', 'DUE', 'DURATION', 'EXDATE', 'RDATE', 'RRULE', 'EXRULE', 'RECURRENCE-ID']);
const LISTS = new Set(['CATEGORIES', 'RESOURCES']);
const TEXTS = new Set(['SUMMARY', 'DESCRIPTION', 'LOCATION', 'COMMENT', 'CONTACT']);

interface Scene {
  readonly timezones: Timezones;
  readonly zone: Zone;
  readonly start: Timed | undefined;
}

/**
 * What a calendar says, as one text: the same for the same events however they are written, in vCalendar 1.0 or
 * iCalendar 2.0, in whatever order, zone, or with defaults told. `zone` is where a device's clock runs. Fails with
 * InvalidItem for times that do not exist.
 */
export function saidByCalendar(calendar: Component, zone: Zone = localZone()): string {
  const device = calendar.dialect === 'vcalendar-1.0';
  const converted = device ? convertComponent(calendar, NEW, { zone: zone.name, originals: false }) : calendar;
  const timezones = new Timezones(converted, 2000);
  const entries = converted.components.filter(({ name }) => name !== 'VTIMEZONE');
  return entries
    .map((one) => entrySaid(one, timezones, zone))
    .sort()
    .join('\n');
}

function entrySaid(of: Component, timezones: Timezones, zone: Zone): string {
  const { start, end } = calendarSpan(of, timezones, zone);
  const scene: Scene = { timezones, zone, start };
  const parts: string[] = [];
  if (start !== undefined) parts.push(`DTSTART:${timeSaid(start)}`);
  // An event of no length, and a day of one day, are what they are without an end too.
  const least = start?.kind === 'date' ? DAY : 0;
  if (end !== undefined && (start === undefined || end.wall > start.wall + least || of.name !== 'VEVENT'))
    parts.push(`END:${timeSaid(end)}`);
  const categories: string[] = [];
  for (const one of of.properties) {
    if (LISTS.has(one.name)) categories.push(...listOf(one, NEW).map((entry) => `${one.name}:${entry.trim()}`));
    else if (TIMES.has(one.name)) parts.push(...timesSaid(one, scene));
    else if (says(one)) parts.push(propertySaid(one));
  }
  parts.push(...new Set(categories));
  const summary = first(of, 'SUMMARY');
  const title = summary === undefined ? '' : textOf(summary, NEW).trim();
  for (const inner of of.components)
    parts.push(inner.name === 'VALARM' ? alarmSaid(inner, scene, end, title) : inner.name);
  return `${of.name}{\n${parts.sort().join('\n')}\n}`;
}

const says = (one: Property): boolean =>
  !VOLATILE.has(one.name) && !BOOKKEEPING.test(one.name) && !/^[\s;,]*$/.test(one.value) && !isDefault(one);

function propertySaid(one: Property): string {
  if (TEXTS.has(one.name)) return `${one.name}:${textOf(one, NEW).replace(/\r\n?/g, '\n').trim()}`;
  if (one.name !== 'ATTENDEE' && one.name !== 'ORGANIZER') return `${one.name}:${one.value.trim()}`;
  const parameter = (name: string): string => parameterOf(one, name)[0]?.toUpperCase() ?? '';
  const status = parameter('PARTSTAT');
  // Who takes part and whether he comes; how he is called and asked differs from program to program.
  const who = one.value
    .trim()
    .toLowerCase()
    .replace(/^mailto:/, '');
  return `${one.name};${status === 'NEEDS-ACTION' ? '' : status}:${who === 'invalid:nomail' ? parameter('CN') : who}`;
}

const timeSaid = (time: Timed): string =>
  time.kind === 'instant'
    ? momentText({ form: 'utc', wall: time.instant })
    : momentText({ form: time.kind === 'date' ? 'date' : 'local', wall: time.wall });

function timesSaid(one: Property, { timezones, zone, start }: Scene): readonly string[] {
  switch (one.name) {
    case 'EXDATE':
    case 'RDATE':
      return timesOf(one, timezones, zone).map((time) => `${one.name}:${timeSaid(time)}`);
    case 'RECURRENCE-ID':
      return [`${one.name}:${timeSaid(timedOf(one, timezones, zone))}`];
    case 'RRULE':
    case 'EXRULE':
      return [`${one.name}:${ruleSaid(one.value, start, zone)}`];
    default:
      return [];
  }
}

/** A rule without what follows from its start. */
function ruleSaid(text: string, start: Timed | undefined, zone: Zone): string {
  let rule: Rule;
  try {
    rule = ruleOf(text);
  } catch {
    return text;
  }
  const { until } = rule;
  if (until !== undefined) {
    const wall = until.form === 'utc' ? zone.wallAt(until.wall) : until.wall;
    // To the day: programs end a series with its last occurrence, its day, or that day's last second.
    rule = endingWith(rule, { until: { form: 'date', wall: dayOf(wall) * DAY } });
  }
  const matters = (rule.frequency === 'WEEKLY' && rule.interval > 1) || rule.byWeekNo.length > 0;
  if (!matters) rule = { ...rule, weekStart: MONDAY };
  const byDay = rule.byDay.toSorted((a, b) => a.nth - b.nth || a.weekday - b.weekday);
  return ruleText(start === undefined ? { ...rule, byDay } : withoutStart({ ...rule, byDay }, start));
}

function withoutStart(rule: Rule, { wall }: Timed): Rule {
  const { month, day } = civilDate(dayOf(wall));
  const only = (list: readonly number[], value: number): boolean => list.length === 1 && list[0] === value;
  const [weekday] = rule.byDay;
  const own = rule.byDay.length === 1 && weekday?.nth === 0 && weekday.weekday === weekdayOf(dayOf(wall));
  const time = timeOf(wall);
  const byHour = only(rule.byHour, Math.floor(time / 3600)) ? [] : rule.byHour;
  const byMinute = only(rule.byMinute, Math.floor((time % 3600) / 60)) ? [] : rule.byMinute;
  const plain = { ...rule, byHour, byMinute };
  if (rule.frequency === 'WEEKLY' && own) return { ...plain, byDay: [] };
  if (rule.byDay.length + rule.bySetPos.length > 0) return plain;
  const byMonthDay = only(rule.byMonthDay, day) ? [] : rule.byMonthDay;
  if (rule.frequency === 'MONTHLY') return { ...plain, byMonthDay };
  if (rule.frequency !== 'YEARLY' || byMonthDay.length > 0) return plain;
  return only(rule.byMonth, month) || rule.byMonthDay.length === 0
    ? { ...plain, byMonth: only(rule.byMonth, month) ? [] : rule.byMonth, byMonthDay }
    : plain;
}

/** When it goes off and how, as an offset from the start where it can be told. */
function alarmSaid(alarm: Component, { timezones, zone, start }: Scene, end: Timed | undefined, title: string): string {
  const value = (name: string): string => first(alarm, name)?.value.trim() ?? '';
  const trigger = first(alarm, 'TRIGGER');
  const duration = durationOf(trigger?.value ?? '');
  const atEnd = trigger !== undefined && parameterOf(trigger, 'RELATED')[0]?.toUpperCase() === 'END';
  const base = start ?? end;
  let at = value('TRIGGER');
  if (duration !== undefined) {
    const shift = atEnd && start !== undefined && end !== undefined ? end.wall - start.wall : 0;
    at = String(lengthOf(duration) + shift);
  } else if (trigger !== undefined && momentOf(trigger.value) !== undefined) {
    const time = timedOf(trigger, timezones, zone);
    const instant = time.kind === 'instant' ? time : instantIn(zone, zone.instantOf(time.wall));
    at = base === undefined ? timeSaid(instant) : String(instant.wall - base.wall);
  }
  const description = first(alarm, 'DESCRIPTION');
  const words = description === undefined ? '' : textOf(description, NEW).trim();
  const repeat = value('REPEAT') === '' || value('REPEAT') === '0' ? '' : `${value('REPEAT')}x${value('DURATION')}`;
  return `VALARM{${value('ACTION').toUpperCase()} ${at} ${repeat} ${words === title ? '' : words}}`;
}
