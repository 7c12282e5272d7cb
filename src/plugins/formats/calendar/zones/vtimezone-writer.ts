import { type Component, component, type Property, property } from '../../content-lines/component.js';
import { WEEKDAYS } from '../rules/rule.js';
import { civilDate, dayOf, daysInMonth, timeOf, type Wall, wallOf, weekdayOf } from '../time/civil.js';
import { momentText, offsetText } from '../time/moment.js';
import type { Transition, Zone } from './zone.js';

/** How far the generated tables look; rules that hold to the end are taken to hold on. */
const HORIZON_YEAR = 2037;
const LEAST_YEARS = 20;

/** A change as seen by the wall clock it changes. */
interface Onset extends Transition {
  readonly wall: Wall;
  readonly year: number;
}

/** Consecutive years in which the clock changes on the same weekday of the same month. */
interface Family {
  readonly first: Onset;
  last: Onset;
  count: number;
  /** Ways to say the day that fit all of them. */
  days: readonly string[];
}

/** What was written of a zone goes with it: zones of one name need not be one zone. */
const written = new WeakMap<Zone, Map<string, Component>>();
const MOST_WRITTEN = 256;

/** A VTIMEZONE (RFC 5545 section 3.6.5) that tells the zone's offsets from that year on, under its or another name. */
export function vtimezoneOf(zone: Zone, fromYear: number, name = zone.name): Component {
  const key = `${name} ${fromYear}`;
  const known = written.get(zone)?.get(key);
  if (known !== undefined) return known;
  const made = makeVtimezone(zone, fromYear, name);
  const its = written.get(zone) ?? new Map<string, Component>();
  if (its.size >= MOST_WRITTEN) its.clear();
  written.set(zone, its.set(key, made));
  return made;
}

function makeVtimezone(zone: Zone, fromYear: number, name: string): Component {
  // By the zone's own clock, so that nothing of that year comes before it.
  const start = wallOf(fromYear, 1, 1);
  const offset = zone.offsetAt(zone.instantOf(start));
  const lastYear = Math.max(HORIZON_YEAR, fromYear + LEAST_YEARS);
  const onsets: Onset[] = [];
  for (let year = fromYear; year <= lastYear; year++)
    for (const transition of zone.transitionsIn(year)) {
      const wall = transition.at + transition.from;
      onsets.push({ ...transition, wall, year: civilDate(dayOf(wall)).year });
    }
  const inSummer = onsets[0] !== undefined && onsets[0].to < offset;
  const observances = [
    observance(inSummer ? 'DAYLIGHT' : 'STANDARD', start, offset, offset, []),
    ...observancesOf(familiesOf(onsets), lastYear),
  ];
  return component('VTIMEZONE', 'icalendar-2.0', [property('TZID', name)], observances);
}

function familiesOf(onsets: readonly Onset[]): readonly Family[] {
  const families: Family[] = [];
  for (const onset of onsets) {
    const days = daysOf(onset.wall);
    const family = families.find(
      ({ first, last, days: theirs }) =>
        first.from === onset.from &&
        first.to === onset.to &&
        timeOf(first.wall) === timeOf(onset.wall) &&
        last.year === onset.year - 1 &&
        theirs.some((day) => days.includes(day)),
    );
    if (family === undefined) families.push({ first: onset, last: onset, count: 1, days });
    else {
      family.days = family.days.filter((day) => days.includes(day));
      family.last = onset;
      family.count += 1;
    }
  }
  return families;
}

/** How a rule may name the day: the last such weekday of the month, the nth, or the first from a date on. */
function daysOf(wall: Wall): readonly string[] {
  const { year, month, day } = civilDate(dayOf(wall));
  const weekday = WEEKDAYS[weekdayOf(dayOf(wall))] ?? 'SU';
  const length = daysInMonth(year, month);
  const ways = [`BYMONTH=${month};BYDAY=${Math.ceil(day / 7)}${weekday}`];
  if (day + 7 > length) ways.unshift(`BYMONTH=${month};BYDAY=-1${weekday}`);
  for (let from = Math.max(1, day - 6); from <= Math.min(day, length - 6); from++) {
    const range = Array.from({ length: 7 }, (_, index) => from + index);
    if (from % 7 !== 1) ways.push(`BYMONTH=${month};BYDAY=${weekday};BYMONTHDAY=${range.join(',')}`);
  }
  return ways;
}

function observancesOf(families: readonly Family[], lastYear: number): readonly Component[] {
  const once = new Map<string, Onset[]>();
  const several: Component[] = [];
  for (const family of families) {
    if (family.count > 1) {
      several.push(familyObservance(family, lastYear));
      continue;
    }
    const key = `${family.first.from} ${family.first.to}`;
    const known = once.get(key);
    if (known === undefined) once.set(key, [family.first]);
    else known.push(family.first);
  }
  // Changes that follow no rule, such as Morocco's around Ramadan, are listed: each on a line, the first among them, for
  // there are readers that know it no other way.
  const listed = [...once.values()].map(([onset, ...more]) => {
    if (onset === undefined) return [];
    const dates = more.length === 0 ? [] : [onset, ...more];
    return [
      onsetObservance(
        onset,
        dates.map(({ wall }) => property('RDATE', momentText({ form: 'local', wall }))),
      ),
    ];
  });
  return [...several, ...listed.flat()];
}

const onsetObservance = ({ wall, from, to }: Onset, more: readonly Property[]): Component =>
  observance(to > from ? 'DAYLIGHT' : 'STANDARD', wall, from, to, more);

function familyObservance({ first, last, days }: Family, lastYear: number): Component {
  const until = last.year >= lastYear ? '' : `;UNTIL=${momentText({ form: 'utc', wall: last.at })}`;
  return onsetObservance(first, [property('RRULE', `FREQ=YEARLY${until};${days[0] ?? ''}`)]);
}

const observance = (
  kind: 'DAYLIGHT' | 'STANDARD',
  wall: Wall,
  from: number,
  to: number,
  more: readonly Property[],
): Component =>
  component(kind, 'icalendar-2.0', [
    property('DTSTART', momentText({ form: 'local', wall })),
    property('TZOFFSETFROM', offsetText(from)),
    property('TZOFFSETTO', offsetText(to)),
    ...more,
  ]);
