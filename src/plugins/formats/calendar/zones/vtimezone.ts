import { all, type Component, first } from '../../content-lines/component.js';
import { Effort, occurrences } from '../rules/occurrences.js';
import { ruleOf } from '../rules/rrule.js';
import type { Rule } from '../rules/rule.js';
import { timeOf, type Wall, wallOf } from '../time/civil.js';
import { momentOf, offsetOf } from '../time/moment.js';
import { type Transition, Zone } from './zone.js';

/** Bounds on what one VTIMEZONE may hold: no zone has had more in a hundred years. */
const MOST_OBSERVANCES = 100;
const MOST_ONSETS = 2000;
const FIRST_YEAR = 1970;
const LAST_YEAR = 2100;

/** A VTIMEZONE as a zone: RFC 5545 section 3.6.5. Undefined when it tells no offset. */
export function zoneFrom(vtimezone: Component, name: string): Zone | undefined {
  const effort = new Effort();
  const transitions: Transition[] = [];
  const observances = vtimezone.components.filter(({ name: kind }) => kind === 'STANDARD' || kind === 'DAYLIGHT');
  for (const observance of observances.slice(0, MOST_OBSERVANCES)) transitions.push(...onsetsOf(observance, effort));
  transitions.sort((a, b) => a.at - b.at);
  const [earliest] = transitions;
  if (earliest === undefined) return undefined;
  // Onsets that change nothing are those that only begin the table.
  const changes: Transition[] = [];
  let offset = earliest.from;
  for (const { at, to } of transitions) {
    if (to !== offset) changes.push({ at, from: offset, to });
    offset = to;
  }
  return new Zone(name, (year) => {
    const [start, end] = [wallOf(year, 1, 1), wallOf(year + 1, 1, 1)];
    const before = changes.findLast(({ at }) => at < start);
    return {
      offset: before?.to ?? earliest.from,
      transitions: changes.filter(({ at }) => at >= start && at < end),
    };
  });
}

function onsetsOf(observance: Component, effort: Effort): readonly Transition[] {
  const start = momentOf(first(observance, 'DTSTART')?.value ?? '');
  const from = offsetOf(first(observance, 'TZOFFSETFROM')?.value ?? '');
  const to = offsetOf(first(observance, 'TZOFFSETTO')?.value ?? '');
  if (start === undefined || to === undefined) return [];
  const before = from ?? to;
  const walls = new Set<Wall>([start.wall]);
  for (const { value } of all(observance, 'RDATE'))
    for (const text of value.split(',')) {
      const moment = momentOf(text.split('/')[0] ?? '');
      if (moment === undefined || walls.size >= MOST_ONSETS) continue;
      walls.add(moment.form === 'utc' ? moment.wall + before : moment.wall);
    }
  for (const { value } of all(observance, 'RRULE'))
    for (const wall of ruled(value, start.wall, before, effort)) if (walls.size < MOST_ONSETS) walls.add(wall);
  return [...walls].map((wall) => ({ at: wall - before, from: before, to }));
}

function* ruled(text: string, start: Wall, offset: number, effort: Effort): Generator<Wall> {
  let rule: Rule;
  try {
    rule = ruleOf(text);
  } catch {
    // An observance with a rule nobody can read still begins once.
    return;
  }
  const { until } = rule;
  if (until?.form === 'utc') rule = { ...rule, until: { form: 'local', wall: until.wall + offset } };
  // Outlook's zones begin in 1601: what is before the first year asked for need not be gone through.
  const everyYear = rule.frequency === 'YEARLY' && rule.interval === 1 && rule.count === undefined;
  const dated = rule.byMonth.length > 0 && rule.byDay.length + rule.byMonthDay.length > 0;
  const from = everyYear && dated ? Math.max(start, wallOf(FIRST_YEAR, 1, 1, timeOf(start))) : start;
  const end = wallOf(LAST_YEAR, 12, 31);
  for (const { wall } of occurrences(rule, from, effort)) {
    if (wall > end) return;
    yield wall;
  }
}
