import { DAY, wallOf } from '../time/civil.js';
import { type Instant, type Transition, UTC, Zone, type ZoneYear } from './zone.js';

/** Zones kept; a calendar knows a handful. */
const MOST_ZONES = 64;
const LONGEST_NAME = 64;
/** Days between looks: no zone has changed its clocks for less and back. */
const STEP = 10 * DAY;

const known = new Map<string, Zone | undefined>();

/** A zone of the IANA database, as this machine's ICU knows it; undefined when it does not. */
export function ianaZone(name: string): Zone | undefined {
  if (name.length > LONGEST_NAME) return undefined;
  if (known.has(name)) return known.get(name);
  const zone = findZone(name);
  if (known.size >= MOST_ZONES) known.delete(known.keys().next().value ?? '');
  known.set(name, zone);
  return zone;
}

let local: { readonly told: string | undefined; readonly zone: Zone } | undefined;

/** The zone this machine's clock shows. A running Node learns of another only where TZ tells it. */
export function localZone(): Zone {
  const told = process.env.TZ;
  if (local === undefined || local.told !== told)
    local = { told, zone: ianaZone(new Intl.DateTimeFormat().resolvedOptions().timeZone) ?? UTC };
  return local.zone;
}

function findZone(name: string): Zone | undefined {
  // Plain offsets and other words ICU may take are no names of the database.
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/.test(name)) return undefined;
  if (/^(?:UTC|Etc\/UTC|GMT|Etc\/GMT|Zulu|Etc\/Zulu)$/i.test(name)) return UTC;
  try {
    const format = new Intl.DateTimeFormat('en-u-ca-iso8601', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    return new Zone(format.resolvedOptions().timeZone === 'UTC' ? 'UTC' : name, (year) => yearOf(format, year));
  } catch {
    return undefined;
  }
}

function yearOf(format: Intl.DateTimeFormat, year: number): ZoneYear {
  const [start, end] = [wallOf(year, 1, 1), wallOf(year + 1, 1, 1)];
  const offset = offsetAt(format, start);
  const transitions: Transition[] = [];
  let [before, from] = [start, offset];
  while (before < end - 1) {
    const at = Math.min(before + STEP, end - 1);
    const to = offsetAt(format, at);
    if (to !== from) transitions.push({ at: changeBetween(format, before, at, from), from, to });
    [before, from] = [at, to];
  }
  return { offset, transitions };
}

/** The first second after which the offset is no longer `from`. */
function changeBetween(format: Intl.DateTimeFormat, before: Instant, after: Instant, from: number): Instant {
  let [low, high] = [before, after];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(format, middle) === from) low = middle;
    else high = middle;
  }
  return high;
}

function offsetAt(format: Intl.DateTimeFormat, instant: Instant): number {
  const parts = new Map<string, number>();
  for (const { type, value } of format.formatToParts(instant * 1000)) parts.set(type, Number(value));
  const part = (name: string): number => parts.get(name) ?? 0;
  const time = (part('hour') % 24) * 3600 + part('minute') * 60 + part('second');
  return wallOf(part('year'), part('month'), part('day'), time) - instant;
}
