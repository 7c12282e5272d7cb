import type { Timezones } from '../zones/timezones.js';
import type { Zone } from '../zones/zone.js';
import type { Setting } from './options.js';
import type { Timed } from './timed.js';

/** When something is: a to-do's end is when it is due. */
export interface Span {
  readonly start?: Timed;
  readonly end?: Timed;
}

/** What the parts of a component hang on, whichever way it goes. */
export interface Frame {
  readonly setting: Setting;
  /** The zone by whose clock everything is compared. */
  readonly zone: Zone;
  /** VEVENT, VTODO or VJOURNAL. */
  readonly kind: string;
  readonly span: Span;
}

/** A component of iCalendar. */
export interface CalendarFrame extends Frame {
  readonly timezones: Timezones;
  /** The zone DTSTART is in; undefined for days and floating times. */
  readonly startZone: Zone | undefined;
}

/** A component of vCalendar, whose local times are of zone `deviceZone`. */
export interface DeviceFrame extends Frame {
  readonly deviceZone: Zone;
  /** What an alarm without words of its own says. */
  readonly summary: string;
}
