import { all, type Component, type Property, property } from '../../content-lines/component.js';
import { Effort, occurrences, PATIENCE } from '../rules/occurrences.js';
import { ruleOf } from '../rules/rrule.js';
import { endingWith, type Rule } from '../rules/rule.js';
import { type Ends, shiftedByDays, toVCalendar } from '../rules/to-vcalendar.js';
import { DAY, dayOf, type Wall } from '../time/civil.js';
import type { Moment } from '../time/moment.js';
import type { Zone } from '../zones/zone.js';
import type { CalendarFrame } from './frame.js';
import { deviceText, type Timed, timesOf, wallLike } from './timed.js';

/** The properties that make a series, in both formats. */
export const SERIES_PROPERTIES: ReadonlySet<string> = new Set(['RRULE', 'EXRULE', 'RDATE', 'EXDATE']);

/** Occurrences that are written out where vCalendar has no rule for them, and how far ahead: five years. */
export const MOST_OCCURRENCES = 200;
const HORIZON = 5 * 366 * DAY;

/** What a rule came to: a rule, dates besides it, and dates of it that are wrong. */
interface Said {
  readonly text: string | undefined;
  readonly more: readonly Wall[];
  readonly less: readonly Wall[];
}

/** RRULE, EXRULE, RDATE and EXDATE of a vCalendar; `gaps` are occurrences that something else stands for. */
export function deviceSeries(of: Component, frame: CalendarFrame, gaps: readonly Timed[]): readonly Property[] {
  const start = frame.span.start ?? frame.span.end;
  if (start === undefined) return [];
  const lines: Property[] = [];
  const [dates, exceptions] = [new Set<Wall>(), new Set<Wall>()];
  for (const one of of.properties) {
    if (one.name !== 'RRULE' && one.name !== 'EXRULE') continue;
    const said = saidOf(one.value, start, frame);
    if (said.text !== undefined) lines.push(property(one.name, said.text));
    const [into, out] = one.name === 'RRULE' ? [dates, exceptions] : [exceptions, dates];
    for (const wall of said.more) into.add(wall);
    for (const wall of said.less) out.add(wall);
  }
  for (const one of all(of, 'RDATE')) for (const { wall } of timesOf(one, frame.timezones, frame.zone)) dates.add(wall);
  for (const one of all(of, 'EXDATE'))
    for (const { wall } of timesOf(one, frame.timezones, frame.zone)) exceptions.add(wall);
  for (const { wall } of gaps) exceptions.add(wall);
  // DTSTART has told it; a list without it stays true when a person moves the start.
  dates.delete(start.wall);
  lines.push(...dateLines('RDATE', dates, start, frame), ...dateLines('EXDATE', exceptions, start, frame));
  return lines;
}

/** vCalendar 1.0 sections 2.4.8 and 2.4.4 set semicolons between the dates. */
function dateLines(name: string, walls: ReadonlySet<Wall>, start: Timed, { setting, zone }: CalendarFrame) {
  if (walls.size === 0) return [];
  const texts = [...walls].sort((a, b) => a - b).map((wall) => deviceText(wallLike(start, wall, zone), setting.utc));
  return [property(name, texts.join(';'))];
}

function saidOf(value: string, start: Timed, frame: CalendarFrame): Said {
  let rule: Rule;
  try {
    rule = ruleOf(value);
  } catch {
    // A rule with words of its own (RSCALE, RFC 7529) goes along as it is and says nothing here.
    return { text: undefined, more: [], less: [] };
  }
  const { zone, startZone } = frame;
  const ends = endsOf(start, frame);
  const elsewhere = start.kind === 'instant' && startZone !== undefined && startZone !== zone ? startZone : undefined;
  if (elsewhere === undefined || start.kind !== 'instant') {
    const here = endingBy(rule, (moment) => (moment.form === 'utc' ? zone.wallAt(moment.wall) : moment.wall), start);
    const text = toVCalendar(here, start.wall, ends, frame.setting.effort);
    return text === undefined ? writtenOut(walls(here, start.wall, frame)) : { text, more: [], less: [] };
  }
  return translated(rule, start, elsewhere, frame, ends);
}

/** A rule by another zone's clock, as this one's clock shows it: where the two part now and then, with corrections. */
function translated(
  rule: Rule,
  start: Timed & { readonly kind: 'instant' },
  its: Zone,
  frame: CalendarFrame,
  ends: Ends,
): Said {
  const { zone } = frame;
  const there = its.wallAt(start.instant);
  const own = endingBy(rule, (moment) => (moment.form === 'utc' ? its.wallAt(moment.wall) : moment.wall), start);
  const right = walls(own, there, frame).map((wall) => zone.wallAt(its.instantOf(wall)));
  const shifted = shiftedByDays(own, dayOf(start.wall) - dayOf(there), there);
  if (shifted === undefined) return writtenOut(right);
  const candidate = endingBy(
    shifted,
    (moment) => (moment.form === 'date' ? moment.wall + DAY - 1 : zone.wallAt(its.instantOf(moment.wall))),
    start,
  );
  const text = toVCalendar(candidate, start.wall, ends, frame.setting.effort);
  if (text === undefined) return writtenOut(right);
  const mine = walls(candidate, start.wall, frame);
  const [wanted, given] = [new Set(right), new Set(mine)];
  // What one list reaches and the other does not is no difference.
  const until = Math.min(right.at(-1) ?? start.wall, mine.at(-1) ?? start.wall) + DAY;
  return {
    text,
    more: right.filter((wall) => wall <= until && !given.has(wall)),
    less: mine.filter((wall) => wall <= until && !wanted.has(wall)),
  };
}

const writtenOut = (dates: readonly Wall[]): Said => ({ text: undefined, more: dates, less: [] });

/** The rule with its last moment by another clock. */
function endingBy(rule: Rule, wallOf: (moment: Moment) => Wall, start: Timed): Rule {
  const { until } = rule;
  if (until === undefined || (until.form === 'date' && start.kind === 'date')) return rule;
  if (until.form === 'date') return rule;
  return endingWith(rule, { until: { form: 'local', wall: wallOf(until) } });
}

function endsOf(start: Timed, { zone, setting }: CalendarFrame): Ends {
  return {
    text: (wall) => deviceText(wallLike(start, wall, zone), setting.utc),
    wall: ({ form, wall }) => (form === 'utc' ? zone.wallAt(wall) : wall),
  };
}

/** The occurrences to write out, the first always among them. */
function walls(rule: Rule, start: Wall, { setting }: CalendarFrame): readonly Wall[] {
  const found: Wall[] = [];
  const from = Math.max(start, setting.since);
  for (const { wall } of occurrences(rule, start, new Effort(PATIENCE, setting.effort))) {
    if (wall > from + HORIZON || found.length >= MOST_OCCURRENCES) break;
    if (wall >= from - DAY || wall === start) found.push(wall);
  }
  return found;
}
