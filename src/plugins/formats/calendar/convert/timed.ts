import { type Parameter, type Property, parameterOf } from '../../content-lines/component.js';
import { DAY, dayOf, type Wall } from '../time/civil.js';
import { type Moment, momentIn, momentText } from '../time/moment.js';
import type { Timezones } from '../zones/timezones.js';
import { type Instant, UTC, type Zone } from '../zones/zone.js';

/**
 * A time as both formats mean it: a day, a wall clock's reading that belongs to no zone, or an instant. `wall` is what the
 * clock of the conversion's zone shows.
 */
export type Timed =
  | { readonly kind: 'date'; readonly wall: Wall }
  | { readonly kind: 'floating'; readonly wall: Wall }
  | { readonly kind: 'instant'; readonly wall: Wall; readonly instant: Instant };

export const dateAt = (wall: Wall): Timed => ({ kind: 'date', wall: dayOf(wall) * DAY });

/** An instant, and what `zone`'s clock shows then. */
export const instantIn = (zone: Zone, instant: Instant): Timed => ({
  kind: 'instant',
  instant,
  wall: zone.wallAt(instant),
});

/** What `zone`'s clock shows, as the kind of time that `like` is. */
export function wallLike(like: Timed, wall: Wall, zone: Zone): Timed {
  if (like.kind === 'date') return dateAt(wall);
  return like.kind === 'floating'
    ? { kind: 'floating', wall }
    : { kind: 'instant', wall, instant: zone.instantOf(wall) };
}

/** A time of an iCalendar property, whose TZID `timezones` explains; one that nothing explains is floating. */
export const timedOf = (property: Property, timezones: Timezones, zone: Zone): Timed =>
  timedIn(property.name, property.value, timezones.of(property), zone);

/** All times of RDATE or EXDATE; of a period its start. */
export const timesOf = (property: Property, timezones: Timezones, zone: Zone): readonly Timed[] => {
  const its = timezones.of(property);
  return property.value
    .split(',')
    .filter((text) => text.trim() !== '')
    .map((text) => timedIn(property.name, text.split('/')[0] ?? '', its, zone));
};

function timedIn(name: string, text: string, its: Zone | undefined, zone: Zone): Timed {
  const moment = momentIn(name, text);
  if (moment.form === 'date') return { kind: 'date', wall: moment.wall };
  if (moment.form === 'utc') return instantIn(zone, moment.wall);
  if (its === undefined) return { kind: 'floating', wall: moment.wall };
  const instant = its.instantOf(moment.wall);
  return { kind: 'instant', instant, wall: its === zone ? moment.wall : zone.wallAt(instant) };
}

/** A time of a vCalendar 1.0, whose local times are of zone `its`. */
export function deviceTime(name: string, text: string, its: Zone, zone: Zone): Timed {
  const moment = momentIn(name, text);
  if (moment.form === 'date') return { kind: 'date', wall: moment.wall };
  if (moment.form === 'utc') return instantIn(zone, moment.wall);
  const instant = its.instantOf(moment.wall);
  // A reading that its clock skips is kept as it is where both clocks are one.
  return { kind: 'instant', instant, wall: its === zone ? moment.wall : zone.wallAt(instant) };
}

/** As vCalendar 1.0 writes it: in UTC where wanted, days and floating times always local. */
export function deviceText(time: Timed, utc: boolean): string {
  if (time.kind === 'instant' && utc) return momentText({ form: 'utc', wall: time.instant });
  return momentText({ form: 'local', wall: time.wall });
}

/** As iCalendar writes it: value and parameters. */
export function calendarText(time: Timed, zone: Zone): { readonly value: string; readonly parameters: Parameter[] } {
  if (time.kind === 'date')
    return { value: momentText({ form: 'date', wall: time.wall }), parameters: [{ name: 'VALUE', values: ['DATE'] }] };
  if (time.kind === 'floating') return { value: momentText({ form: 'local', wall: time.wall }), parameters: [] };
  // The hour that comes twice has no other name for its second time than the one in UTC.
  if (zone === UTC || zone.instantOf(time.wall) !== time.instant)
    return { value: momentText({ form: 'utc', wall: time.instant }), parameters: [] };
  return {
    value: momentText({ form: 'local', wall: time.wall }),
    parameters: [{ name: 'TZID', values: [zone.name] }],
  };
}

/** An UNTIL for a series that starts at such a time: RFC 5545 section 3.3.10 wants UTC, or as DTSTART is. */
export function untilLike(start: Timed, wall: Wall, zone: Zone): Moment {
  if (start.kind === 'date') return { form: 'date', wall: dayOf(wall) * DAY };
  if (start.kind === 'floating') return { form: 'local', wall };
  return { form: 'utc', wall: zone.instantOf(wall) };
}

/** Whether the property says by itself that it holds dates. */
export const isDateValued = (property: Property): boolean =>
  parameterOf(property, 'VALUE')[0]?.toUpperCase() === 'DATE' || /^\s*\d{8}\s*$/.test(property.value);
