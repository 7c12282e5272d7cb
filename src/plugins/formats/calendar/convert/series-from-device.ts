import type { Component, Property } from '../../content-lines/component.js';
import { property } from '../../content-lines/component.js';
import { fromVCalendar } from '../rules/from-vcalendar.js';
import { ruleText } from '../rules/rrule.js';
import { endingWith, type Rule } from '../rules/rule.js';
import { DAY, dayOf, isMidnight, timeOf, type Wall } from '../time/civil.js';
import { type Moment, momentOf } from '../time/moment.js';
import type { Zone } from '../zones/zone.js';
import type { DeviceFrame } from './frame.js';
import { calendarText, type Timed, untilLike, wallLike } from './timed.js';

/** No device lists more dates of one series. */
const MOST_DATES = 5000;

export interface CalendarSeries {
  readonly properties: readonly Property[];
  /** Whether the rules say all that the device's said; else its own lines are to be kept. */
  readonly exact: boolean;
}

/** RRULE, EXRULE, RDATE and EXDATE of an iCalendar; `gaps` are left out of EXDATE, as exceptions stand there. */
export function calendarSeries(of: Component, frame: DeviceFrame, gaps: ReadonlySet<Wall>): CalendarSeries {
  const start = frame.span.start ?? frame.span.end;
  if (start === undefined) return { properties: [], exact: true };
  const properties: Property[] = [];
  const [dates, exceptions] = [new Set<Wall>(), new Set<Wall>()];
  let exact = true;
  for (const { name, value } of of.properties) {
    if (value.trim() === '') continue;
    if (name === 'RRULE' || name === 'EXRULE') {
      const read = readRule(value, start, frame);
      for (const rule of read.rules) properties.push(property(name, ruleText(ended(rule, start, frame.zone))));
      for (const wall of read.dates) (name === 'RRULE' ? dates : exceptions).add(wall);
      exact &&= read.exact;
    } else if (name === 'RDATE' || name === 'EXDATE') {
      const into = name === 'RDATE' ? dates : exceptions;
      for (const wall of readDates(value, start, frame)) {
        if (into.size < MOST_DATES) into.add(wall);
        else exact = false;
      }
    }
  }
  if (start.kind !== 'date') timeDays(exceptions, dates, start.wall, properties);
  for (const gap of gaps) exceptions.delete(gap);
  dates.delete(start.wall);
  properties.push(
    ...dateLines('RDATE', dates, start, frame.zone),
    ...dateLines('EXDATE', exceptions, start, frame.zone),
  );
  return { properties, exact };
}

interface Read {
  readonly rules: readonly Rule[];
  readonly dates: readonly Wall[];
  readonly exact: boolean;
}

function readRule(value: string, start: Timed, { deviceZone, zone, setting }: DeviceFrame): Read {
  try {
    const wallOf = ({ form, wall }: Moment): Wall =>
      form === 'utc' ? zone.wallAt(wall) : deviceZone === zone ? wall : zone.wallAt(deviceZone.instantOf(wall));
    const { rules, dates } = fromVCalendar(value, start.wall, wallOf, setting.effort);
    return { rules, dates, exact: dates.length === 0 };
  } catch {
    // What is no rule is kept beside the event, which comes once.
    return { rules: [], dates: [], exact: false };
  }
}

function ended(rule: Rule, start: Timed, zone: Zone): Rule {
  if (rule.until === undefined) return rule;
  const wall = rule.until.form === 'date' ? rule.until.wall + DAY - 1 : rule.until.wall;
  return endingWith(rule, { until: untilLike(start, wall, zone) });
}

function* readDates(value: string, start: Timed, { deviceZone, zone }: DeviceFrame): Generator<Wall> {
  for (const text of value.split(/[;,]/)) {
    const moment = momentOf(text);
    if (moment === undefined) continue;
    const wall =
      moment.form === 'utc'
        ? zone.wallAt(moment.wall)
        : moment.form === 'date' || deviceZone === zone
          ? moment.wall
          : zone.wallAt(deviceZone.instantOf(moment.wall));
    yield start.kind === 'date' ? dayOf(wall) * DAY : wall;
  }
}

/** Some devices tell only the day of an exception: then, where nothing comes at midnight, the series' time is meant. */
function timeDays(exceptions: Set<Wall>, dates: ReadonlySet<Wall>, start: Wall, rules: readonly Property[]): void {
  const oneTime = rules.every(({ value }) => !/BYHOUR|FREQ=(?:HOUR|MINUTE|SECOND)LY/.test(value));
  if (!oneTime || isMidnight(start)) return;
  for (const wall of [...exceptions])
    if (isMidnight(wall) && !dates.has(wall) && exceptions.delete(wall)) exceptions.add(wall + timeOf(start));
}

function dateLines(name: string, walls: ReadonlySet<Wall>, start: Timed, zone: Zone): readonly Property[] {
  const lines = new Map<string, Property>();
  for (const wall of [...walls].sort((a, b) => a - b)) {
    const { value, parameters } = calendarText(wallLike(start, wall, zone), zone);
    const key = JSON.stringify(parameters);
    const known = lines.get(key);
    lines.set(key, property(name, known === undefined ? value : `${known.value},${value}`, parameters));
  }
  return [...lines.values()];
}
