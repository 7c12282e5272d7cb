import { CradleError } from '../../../../dbus/errors.js';
import type { Component } from '../../content-lines/component.js';
import { Effort, PATIENCE } from '../rules/occurrences.js';
import { ianaZone, localZone } from '../zones/iana.js';
import { zoneNamed } from '../zones/timezones.js';
import { zoneFrom } from '../zones/vtimezone.js';
import type { Zone } from '../zones/zone.js';

/** How a device writes and reads a day without times in vCalendar 1.0, which has no word for it. */
export type AllDayHabit = 'midnight' | 'last-minute' | 'date';

/** What a device or its owner wants of a conversion; all may be left out. */
export interface CalendarOptions {
  /** Where the device's clock runs: an IANA or Windows name, or a VTIMEZONE. This machine's zone if not told. */
  readonly zone?: string | Component;
  /** Write vCalendar times in UTC: DevInf's UTC element. Days without times stay local. */
  readonly utc?: boolean;
  /** Write vCalendar alarms in UTC whatever the times are in: Nokia and Sony Ericsson phones read no others. */
  readonly utcAlarms?: boolean;
  /** What the device wants vCalendar text in, where that has the characters; UTF-8 if not told. */
  readonly charset?: string;
  readonly allDay?: AllDayHabit;
  /** Whether exceptions of a series go along as events of their own (`within`), or only leave a gap in the series. */
  readonly exceptions?: 'within' | 'left-out';
  /** Whether what the other format cannot say goes along in X-CRADLE-WAS properties, to be put back on the way back. */
  readonly originals?: boolean;
  /** The device knows three priorities (1, 2, 3) where iCalendar has nine. */
  readonly threePriorities?: boolean;
  /** The device keeps kinds of entry apart by X-EPOCAGENDAENTRYTYPE, as Symbian does: those that follow are told it. */
  readonly entryTypes?: boolean;
  /** UID for an iCalendar component that has none. */
  readonly uid?: string;
  /** Occurrences before this (milliseconds since the epoch) are not written out, where a rule must be. */
  readonly since?: number;
}

/** The options with nothing left out. */
export interface Setting {
  readonly zone: Zone;
  readonly utc: boolean;
  readonly utcAlarms: boolean;
  readonly allDay: AllDayHabit;
  readonly withExceptions: boolean;
  readonly originals: boolean;
  readonly threePriorities: boolean;
  readonly entryTypes: boolean;
  readonly uid: string | undefined;
  /** Seconds since the epoch. */
  readonly since: number;
  /** What all rules of the text together may cost. */
  readonly effort: Effort;
}

/** As much as six rules of the worst kind: no calendar is spoilt by one, and none costs much more than a second. */
const WHOLE = 6 * PATIENCE;

/** Fails with InvalidArgs for a zone that nobody knows. */
export function settingOf(options: CalendarOptions): Setting {
  return {
    zone: zoneOf(options.zone),
    utc: options.utc ?? false,
    utcAlarms: options.utcAlarms ?? options.utc ?? false,
    allDay: options.allDay ?? 'midnight',
    withExceptions: options.exceptions !== 'left-out',
    originals: options.originals ?? true,
    threePriorities: options.threePriorities ?? false,
    entryTypes: options.entryTypes ?? false,
    uid: options.uid,
    since: options.since === undefined ? Number.NEGATIVE_INFINITY : Math.floor(options.since / 1000),
    effort: new Effort(WHOLE),
  };
}

function zoneOf(zone: CalendarOptions['zone']): Zone {
  if (zone === undefined) return localZone();
  if (typeof zone === 'string') {
    const found = zoneNamed(zone);
    if (found === undefined) throw new CradleError('InvalidArgs', `there is no time zone ${zone.slice(0, 64)}`);
    return found;
  }
  const name = zone.properties.find((one) => one.name === 'TZID')?.value.trim() ?? '';
  const found = zoneFrom(zone, name === '' ? 'Local' : name) ?? ianaZone(name);
  if (found === undefined) throw new CradleError('InvalidArgs', 'the VTIMEZONE tells no offset');
  return found;
}
