import {
  type Component,
  changed,
  component,
  first,
  type Property,
  parameterOf,
  withParameter,
} from '../content-lines/component.js';
import { timedOf } from './convert/timed.js';
import { momentText } from './time/moment.js';
import { zonesNeeded } from './zones/needed.js';
import { Timezones, zoneNamed } from './zones/timezones.js';
import { vtimezoneOf } from './zones/vtimezone-writer.js';
import { UTC, type Zone } from './zones/zone.js';

/** Properties that tell a time which a zone may be told with. */
const TIMES = new Set(['DTSTART', 'DTEND', 'DUE', 'RECURRENCE-ID', 'EXDATE', 'RDATE']);

/** What holds where nothing is said: RFC 5545 sections 3.8.1.3, 3.8.1.8, 3.8.1.9, 3.8.2.7 and 3.8.7.4. */
const DEFAULTS: ReadonlyMap<string, string> = new Map([
  ['CLASS', 'PUBLIC'],
  ['PERCENT-COMPLETE', '0'],
  ['PRIORITY', '0'],
  ['TRANSP', 'OPAQUE'],
  ['SEQUENCE', '0'],
]);

/** Whether a property of an iCalendar says what holds without it. */
export const isDefault = ({ name, value }: Property): boolean => DEFAULTS.get(name) === value.trim().toUpperCase();

/**
 * An iCalendar 2.0 as states of it are compared and put together: dates that are left out or added are a line each, so
 * that an occurrence more or less is a line more or less; VTIMEZONEs, which only explain, are left out, and
 * completedCalendar puts them back. Like another state, where one is given: its times are told in the zones that one
 * tells them in, and defaults that one does not tell are left out. So it is one of several states that differ in what
 * they say alone.
 */
export function comparableCalendar(calendar: Component, like?: Component): Component {
  if (calendar.name !== 'VCALENDAR') return calendar;
  const spelling = like === undefined ? undefined : new Spelling(calendar, like);
  const entries = calendar.components.filter(({ name }) => name !== 'VTIMEZONE');
  const components = entries.map((one) => comparableEntry(one, spelling));
  return component(calendar.name, calendar.dialect, calendar.properties, components);
}

/** The calendar with a VTIMEZONE for every zone its times name (RFC 5545 section 3.2.19): of the first text that has one. */
export function completedCalendar(calendar: Component, texts: readonly Component[]): Component {
  if (calendar.name !== 'VCALENDAR') return calendar;
  const entries = calendar.components.filter(({ name }) => name !== 'VTIMEZONE');
  const { names, since } = zonesNeeded(entries);
  const known = texts.flatMap((one) => one.components.filter(({ name }) => name === 'VTIMEZONE'));
  const zones = [...names].flatMap((name) => {
    const own = known.find((one) => first(one, 'TZID')?.value.trim() === name);
    const zone = own === undefined ? zoneNamed(name) : undefined;
    return own ?? (zone === undefined ? [] : [vtimezoneOf(zone, since, name)]);
  });
  return component(calendar.name, calendar.dialect, calendar.properties, [...zones, ...entries]);
}

function comparableEntry(entry: Component, spelling: Spelling | undefined): Component {
  const told = spelling?.entryLike(entry);
  const properties = entry.properties.flatMap(dates).flatMap((one) => {
    if (spelling === undefined) return [one];
    if (isDefault(one) && told !== undefined && first(told, one.name) === undefined) return [];
    return [TIMES.has(one.name) ? spelling.respelled(one, told) : one];
  });
  return component(entry.name, entry.dialect, properties, entry.components);
}

const isList = ({ name, value }: Property): boolean => (name === 'EXDATE' || name === 'RDATE') && value.includes(',');

const dates = (one: Property): readonly Property[] =>
  isList(one) ? one.value.split(',').map((value) => changed(one, { value: value.trim() })) : [one];

/** How another state of a calendar tells its times. */
class Spelling {
  readonly #own: Timezones;
  readonly #theirs: Timezones;
  readonly #like: Component;

  constructor(calendar: Component, like: Component) {
    this.#own = new Timezones(calendar, LIKELY_YEAR);
    this.#theirs = new Timezones(like, LIKELY_YEAR);
    this.#like = like;
  }

  /** The same event there: the exception for an exception, else the series. */
  entryLike(entry: Component): Component | undefined {
    const uid = first(entry, 'UID')?.value;
    const candidates = this.#like.components.filter(
      (one) => one.name === entry.name && (uid === undefined || (first(one, 'UID')?.value ?? uid) === uid),
    );
    const id = first(entry, 'RECURRENCE-ID');
    const at = id === undefined ? undefined : this.#told(id, this.#own);
    return (
      candidates.find((one) => {
        const its = first(one, 'RECURRENCE-ID');
        return (its === undefined ? undefined : this.#told(its, this.#theirs)) === at;
      }) ?? candidates.find((one) => first(one, 'RECURRENCE-ID') === undefined)
    );
  }

  /** The same instant as `like` would tell it; days and floating times as they are. */
  respelled(one: Property, like: Component | undefined): Property {
    const model =
      like === undefined ? undefined : (first(like, one.name) ?? first(like, 'DTSTART') ?? first(like, 'DUE'));
    if (model === undefined) return one;
    const zone = this.#zoneOf(model);
    if (zone === undefined) return one;
    const instant = this.#instant(one, this.#own);
    if (instant === undefined) return one;
    const wall = zone.wallAt(instant);
    if (zone.instantOf(wall) !== instant) return one;
    const parameters = withParameter(one.parameters, 'TZID', parameterOf(model, 'TZID'));
    const utc = zone === UTC && parameterOf(model, 'TZID').length === 0;
    return changed(one, { value: momentText({ form: utc ? 'utc' : 'local', wall }), parameters });
  }

  #zoneOf(model: Property): Zone | undefined {
    return /\dZ\s*(?:,|$)/i.test(model.value) ? UTC : this.#theirs.of(model);
  }

  #instant(one: Property, timezones: Timezones): number | undefined {
    try {
      const time = timedOf(one, timezones, UTC);
      return time.kind === 'instant' ? time.instant : undefined;
    } catch {
      // Periods, and times that do not exist, are compared as they are written.
      return undefined;
    }
  }

  #told(one: Property, timezones: Timezones): string {
    return String(this.#instant(one, timezones) ?? one.value.trim());
  }
}

/** A VTIMEZONE must agree in this year with the zone its name promises. */
const LIKELY_YEAR = 2020;
