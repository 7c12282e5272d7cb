import { type Component, first } from '../content-lines/component.js';
import { textOf } from '../content-lines/values.js';
import { deviceTime, type Timed, timedOf } from './convert/timed.js';
import { readCalendar } from './convert.js';
import { DAY, dayOf, isMidnight } from './time/civil.js';
import { momentText } from './time/moment.js';
import { zoneOfDaylight } from './zones/daylight.js';
import { localZone } from './zones/iana.js';
import { Timezones } from './zones/timezones.js';
import type { Zone } from './zones/zone.js';

/** By what two events, to-dos or journals are kin. */
export interface EventIdentity {
  readonly uid?: string;
  /** One line; empty where there is none. */
  readonly summary: string;
  /** When it begins or is due, however that is written: `YYYYMMDD`, or in UTC. Empty where it tells no time. */
  readonly start: string;
  /** The UID where there is one, else summary and start. */
  readonly key: string;
}

const ENTRIES = new Set(['VEVENT', 'VTODO', 'VJOURNAL', 'VFREEBUSY']);

/** Of a calendar text in either format. Fails with InvalidItem for what cannot be read. */
export function identityOfEvent(bytes: Uint8Array, zone: Zone = localZone()): EventIdentity {
  return identityOfCalendar(readCalendar(bytes), zone);
}

/** Of the series where there is one, not of its exceptions. */
export function identityOfCalendar(calendar: Component, zone: Zone = localZone()): EventIdentity {
  const entries = calendar.components.filter(({ name }) => ENTRIES.has(name));
  const isException = (one: Component): boolean =>
    first(one, 'RECURRENCE-ID') !== undefined || first(one, 'X-RECURRENCE-ID') !== undefined;
  const entry = entries.find((one) => !isException(one)) ?? entries[0] ?? calendar;
  const text = (name: string): string => {
    const found = first(entry, name);
    return found === undefined ? '' : textOf(found, entry.dialect).replace(/\s+/g, ' ').trim();
  };
  const [uid, summary] = [text('UID'), text('SUMMARY') || text('DESCRIPTION')];
  const start = startOf(entry, calendar, zone);
  const key = `${summary.normalize('NFKC').toLowerCase()} @${start}`;
  return uid === '' ? { summary, start, key } : { uid, summary, start, key: uid };
}

/** Midnight there is a day: a device has no other way to say one. */
function startOf(entry: Component, calendar: Component, zone: Zone): string {
  const line = first(entry, 'DTSTART') ?? first(entry, 'DUE');
  if (line === undefined || line.value.trim() === '') return '';
  let time: Timed;
  try {
    time =
      entry.dialect === 'vcalendar-1.0'
        ? deviceTime(line.name, line.value, zoneOfDaylight(calendar) ?? zone, zone)
        : timedOf(line, new Timezones(calendar, 2000), zone);
  } catch {
    return line.value.trim();
  }
  if (time.kind === 'date' || isMidnight(time.wall)) return momentText({ form: 'date', wall: dayOf(time.wall) * DAY });
  const instant = time.kind === 'instant' ? time.instant : zone.instantOf(time.wall);
  return momentText({ form: 'utc', wall: instant });
}
