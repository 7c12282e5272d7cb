import { all, type Component, first, type Property, property } from '../../content-lines/component.js';
import { civilDate, dayNumber, dayOf, daysInMonth, timeOf, type Wall, wallOf, weekdayOf } from '../time/civil.js';
import { momentOf, momentText, offsetOf, offsetText } from '../time/moment.js';
import { fixedZone, type Transition, Zone } from './zone.js';

/** vCalendar 1.0 section 2.2.2: offset, first and last moment, and what the two times are called. */
interface Daylight {
  readonly offset: number;
  readonly start: Wall;
  readonly end: Wall;
}

const MOST_RULES = 100;

/** The zone that a vCalendar's TZ and DAYLIGHT tell; undefined when it has no TZ. */
export function zoneOfDaylight(calendar: Component): Zone | undefined {
  const standard = offsetOf(first(calendar, 'TZ')?.value ?? '');
  if (standard === undefined) return undefined;
  const rules = all(calendar, 'DAYLIGHT')
    .slice(0, MOST_RULES)
    .flatMap((one) => daylightOf(one, standard) ?? []);
  if (rules.length === 0) return fixedZone(nameOf(standard), standard);
  const summer = rules[0]?.offset ?? standard;
  return new Zone(`${nameOf(standard)}/${offsetText(summer)}`, (year) => yearOf(rules, standard, year));
}

const nameOf = (offset: number): string => `UTC${offsetText(offset)}`;

function daylightOf({ value }: Property, standard: number): Daylight | undefined {
  const [flag = '', offsetField = '', from = '', to = ''] = value.split(';').map((part) => part.trim());
  const [start, end] = [momentOf(from), momentOf(to)];
  const offset = offsetOf(offsetField);
  if (!/^TRUE$/i.test(flag) || offset === undefined || start === undefined || end === undefined) return undefined;
  if (offset === standard) return undefined;
  return {
    offset,
    start: start.form === 'utc' ? start.wall + standard : start.wall,
    end: end.form === 'utc' ? end.wall + offset : end.wall,
  };
}

/** A year without a rule of its own is as the nearest one with: the same weekdays of the same months. */
function yearOf(rules: readonly Daylight[], standard: number, year: number) {
  const yearsAway = (rule: Daylight): number => Math.abs(civilDate(dayOf(rule.start)).year - year);
  const [nearest] = rules.toSorted((a, b) => yearsAway(a) - yearsAway(b));
  if (nearest === undefined) return { offset: standard, transitions: [] };
  const { offset, start, end } = nearest;
  const moved = yearsAway(nearest) === 0 ? 0 : year;
  const transitions: Transition[] = [
    { at: inYear(start, moved) - standard, from: standard, to: offset },
    { at: inYear(end, moved) - offset, from: offset, to: standard },
  ];
  transitions.sort((a, b) => a.at - b.at);
  return { offset: transitions[0]?.from ?? standard, transitions };
}

/** The same weekday of the same month in another year, the last one where it was the last. */
function inYear(wall: Wall, year: number): Wall {
  const date = civilDate(dayOf(wall));
  if (year === 0 || date.year === year) return wall;
  const weekday = weekdayOf(dayOf(wall));
  const length = daysInMonth(year, date.month);
  if (date.day + 7 > daysInMonth(date.year, date.month)) {
    const last = dayNumber(year, date.month, length);
    return wallOf(year, date.month, length - ((weekdayOf(last) - weekday + 7) % 7), timeOf(wall));
  }
  const firstDay = dayNumber(year, date.month, 1);
  const nth = Math.floor((date.day - 1) / 7);
  return wallOf(year, date.month, 1 + ((weekday - weekdayOf(firstDay) + 7) % 7) + nth * 7, timeOf(wall));
}

/** TZ and DAYLIGHT for a calendar whose times are of that year. */
export function daylightLines(zone: Zone, year: number): readonly Property[] {
  const transitions = zone.transitionsIn(year);
  const forward = transitions.find(({ from, to }) => to > from);
  const back = transitions.find(({ from, to }) => to < from);
  const simple = transitions.length === 2 && forward !== undefined && back !== undefined && forward.to === back.from;
  const standard = simple ? forward.from : zone.offsetAt(wallOf(year, 7, 1));
  const tz = property('TZ', offsetText(standard, ':'));
  if (!simple) return [tz];
  const walls = [forward.at + forward.from, back.at + back.from].map((wall) => momentText({ form: 'local', wall }));
  return [tz, property('DAYLIGHT', `TRUE;${offsetText(forward.to, ':')};${walls.join(';')};;`)];
}
