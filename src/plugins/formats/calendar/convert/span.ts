import { type Component, first, type Property, property } from '../../content-lines/component.js';
import { DAY, dayOf, isMidnight, MINUTE, timeOf } from '../time/civil.js';
import { type Duration, durationOf } from '../time/duration.js';
import { momentText } from '../time/moment.js';
import type { Timezones } from '../zones/timezones.js';
import type { Zone } from '../zones/zone.js';
import type { Span } from './frame.js';
import type { Setting } from './options.js';
import { calendarText, dateAt, deviceText, deviceTime, instantIn, type Timed, timedOf } from './timed.js';

/** The properties a span is made of, in either format. */
export const END_PROPERTIES: ReadonlySet<string> = new Set(['DTEND', 'DUE', 'DURATION']);

const endName = (kind: string): string => (kind === 'VTODO' ? 'DUE' : 'DTEND');

/** The span of an iCalendar component; a duration is counted by its start's own clock. */
export function calendarSpan(of: Component, timezones: Timezones, zone: Zone): Span {
  const startLine = first(of, 'DTSTART');
  const endLine = first(of, endName(of.name));
  const start = startLine === undefined ? undefined : timedOf(startLine, timezones, zone);
  if (endLine !== undefined) return { ...(start && { start }), end: timedOf(endLine, timezones, zone) };
  const duration = durationOf(first(of, 'DURATION')?.value ?? '');
  if (start === undefined || duration === undefined) return start === undefined ? {} : { start };
  return { start, end: later(start, duration, timezones.of(startLine ?? property('X', '')) ?? zone, zone) };
}

/** Days go by the wall clock of `its`, hours and less by any clock: RFC 5545 section 3.3.6. */
export function later(start: Timed, { days, seconds }: Duration, its: Zone, zone: Zone): Timed {
  if (start.kind !== 'instant') return { ...start, wall: start.wall + days * DAY + seconds };
  const instant = days === 0 ? start.instant : its.instantOf(its.wallAt(start.instant) + days * DAY);
  return instantIn(zone, instant + seconds);
}

/** DTSTART of a vCalendar. */
export function deviceStart({ start }: Span, setting: Setting): readonly Property[] {
  if (start === undefined) return [];
  if (start.kind === 'date' && setting.allDay === 'date') return [property('DTSTART', dayText(start))];
  return [property('DTSTART', deviceText(start, setting.utc))];
}

const dayText = (time: Timed): string => momentText({ form: 'date', wall: time.wall });

/** DTEND or DUE of a vCalendar. */
export function deviceEnd({ start, end }: Span, kind: string, setting: Setting): readonly Property[] {
  const name = endName(kind);
  if (kind !== 'VEVENT' || start?.kind !== 'date') {
    if (end === undefined) return [];
    const text = end.kind === 'date' && setting.allDay === 'date' ? dayText(end) : deviceText(end, setting.utc);
    return [property(name, text)];
  }
  // RFC 5545 section 3.6.1: without an end a day lasts a day. Devices tell days by where they end.
  const last = dateAt(Math.max(start.wall + DAY, end?.wall ?? start.wall));
  if (setting.allDay === 'date') return [property(name, dayText(last))];
  const wall = setting.allDay === 'midnight' ? last.wall : last.wall - MINUTE;
  return [property(name, momentText({ form: 'local', wall }))];
}

/** Properties by which devices say that an event takes whole days. */
const FLAGS: ReadonlyMap<string, RegExp> = new Map([
  ['X-EPOCAGENDAENTRYTYPE', /^(?:EVENT|ANNIVERSARY|DAY NOTE)$/i],
  ['X-FUNAMBOL-ALLDAY', /^(?:1|TRUE)$/i],
  ['X-MICROSOFT-CDO-ALLDAYEVENT', /^(?:1|TRUE)$/i],
  ['X-EPOCALLDAY', /^(?:1|TRUE|YES)$/i],
  ['X-ALLDAY', /^(?:1|TRUE|YES)$/i],
]);

/** Kinds of entry that phones have for days, as they stand in CATEGORIES. */
const DAY_KINDS = /^(?:ANNIVERSARY|BIRTHDAY|SPECIAL OCCASION|HOLIDAY|VACATION|DAY EVENT|MEMO)$/i;

/** The span of a vCalendar component. Midnight to midnight, or to the minute before, is days. */
export function deviceSpan(of: Component, deviceZone: Zone, zone: Zone): Span {
  const read = (name: string): Timed | undefined => {
    const line = first(of, name);
    return line === undefined || line.value.trim() === '' ? undefined : deviceTime(name, line.value, deviceZone, zone);
  };
  const start = read('DTSTART');
  const told = read(endName(of.name));
  // Clocks of devices that were never set write ends long before the start.
  const end =
    of.name === 'VEVENT' && start !== undefined && told !== undefined && told.wall < start.wall ? undefined : told;
  if (of.name === 'VEVENT' && start !== undefined && takesDays(of, start, end)) return daySpan(start, end);
  if (of.name === 'VEVENT' || start === undefined || end === undefined) {
    const single = start ?? end;
    const days = of.name !== 'VEVENT' && single !== undefined && isMidnight(single.wall);
    const as = (time: Timed): Timed => (days ? dateAt(time.wall) : zoned(time, zone));
    return { ...(start && { start: as(start) }), ...(end && { end: as(end) }) };
  }
  // A to-do that begins and is due at midnight has days, and RFC 5545 section 3.8.2.3 wants both of one kind.
  const days = isMidnight(start.wall) && isMidnight(end.wall);
  const as = (time: Timed): Timed => (days ? dateAt(time.wall) : zoned(time, zone));
  return { start: as(start), end: as(end) };
}

/** A day without a time, beside one with: its midnight. */
const zoned = (time: Timed, zone: Zone): Timed =>
  time.kind === 'date' ? { kind: 'instant', wall: time.wall, instant: zone.instantOf(time.wall) } : time;

function takesDays(of: Component, start: Timed, end: Timed | undefined): boolean {
  if (start.kind === 'date') return true;
  if (of.properties.some(({ name, value }) => FLAGS.get(name)?.test(value.trim()))) return true;
  if (!isMidnight(start.wall)) return false;
  if (end !== undefined && end.wall > start.wall) return isMidnight(end.wall) || endsDay(end);
  const kinds = first(of, 'CATEGORIES')?.value.split(/[;,]/) ?? [];
  return kinds.some((kind) => DAY_KINDS.test(kind.trim()));
}

/** 23:59, with or without its last second. */
const endsDay = ({ wall }: Timed): boolean => timeOf(wall) >= DAY - MINUTE;

function daySpan(start: Timed, end: Timed | undefined): Span {
  const from = dateAt(start.wall);
  if (end === undefined || end.wall <= start.wall) return { start: from };
  const lastDay = isMidnight(end.wall) ? dayOf(end.wall) : dayOf(end.wall) + 1;
  return { start: from, end: dateAt(Math.max(lastDay, dayOf(from.wall) + 1) * DAY) };
}

export const calendarStart = ({ start }: Span, zone: Zone): readonly Property[] =>
  start === undefined ? [] : [timeProperty('DTSTART', start, zone)];

export const calendarEnd = ({ end }: Span, kind: string, zone: Zone): readonly Property[] =>
  end === undefined ? [] : [timeProperty(endName(kind), end, zone)];

export function timeProperty(name: string, time: Timed, zone: Zone): Property {
  const { value, parameters } = calendarText(time, zone);
  return property(name, value, parameters);
}
