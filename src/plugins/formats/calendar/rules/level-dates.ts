import { civilDate, dayNumber, dayOf, timeOf, type Wall, weekdayOf } from '../time/civil.js';
import { rulesOfLevel } from './level-rules.js';
import { type Effort, type Occurrence, occurrences } from './occurrences.js';
import { endingWith } from './rule.js';
import type { EndMark, Level } from './vcalendar-grammar.js';

/** Occurrences of one rule that are written out where no rule can say them. */
export const MOST_DATES = 500;

/** All occurrences of a rule of the extended grammar, the inner levels counted from each of the outer: at most MOST_DATES. */
export function writtenOut(levels: readonly Level[], start: Wall, effort: Effort): readonly Wall[] {
  const [outer, ...inner] = levels;
  if (outer === undefined) return [start];
  let walls = [...roundsOf(outer, start, effort)];
  for (const level of inner) {
    const next = new Set<Wall>();
    for (const wall of walls)
      for (const one of roundsOf(level, wall, effort)) if (next.size < MOST_DATES) next.add(one);
    walls = [...next];
  }
  return walls.sort((a, b) => a - b);
}

function* roundsOf(level: Level, start: Wall, effort: Effort): Generator<Wall> {
  const rounds = level.count ?? (level.until === undefined ? 2 : 0);
  const periods = new Set<number>();
  let given = 0;
  for (const { wall, period } of merged(level, start, effort)) {
    periods.add(period);
    if ((rounds > 0 && periods.size > rounds) || given >= MOST_DATES) return;
    given += 1;
    yield wall;
    if (periods.size === rounds && level.endMark !== undefined && isMarked(level, level.endMark, wall)) return;
  }
}

/** The occurrences of all rules of the level in order. */
function merged(level: Level, start: Wall, effort: Effort): readonly Occurrence[] {
  const end = level.until === undefined ? {} : { until: level.until };
  const found = rulesOfLevel(level, start).flatMap((rule) => {
    const some: Occurrence[] = [];
    for (const occurrence of occurrences(endingWith(rule, end), start, effort)) {
      some.push(occurrence);
      if (some.length >= MOST_DATES) break;
    }
    return some;
  });
  return found.sort((a, b) => a.wall - b.wall);
}

function isMarked(level: Level, mark: EndMark, wall: Wall): boolean {
  const days = dayOf(wall);
  if (mark.of === 'weekday') return weekdayOf(days) === mark.value;
  if (mark.of === 'time') return timeOf(wall) === mark.value;
  const { year, month, day } = civilDate(days);
  const [first, next] =
    level.kind === 'YD'
      ? [dayNumber(year, 1, 1), dayNumber(year + 1, 1, 1)]
      : [dayNumber(year, month, 1), dayNumber(year, month + 1, 1)];
  if (level.kind === 'YM') return month === mark.value;
  if (level.kind === 'MP') return mark.value === (mark.value > 0 ? Math.ceil(day / 7) : -Math.ceil((next - days) / 7));
  return mark.value === (mark.value > 0 ? days - first + 1 : days - next);
}
