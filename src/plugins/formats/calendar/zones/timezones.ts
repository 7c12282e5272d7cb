import { type Component, first, type Property, parameterOf } from '../../content-lines/component.js';
import { textOfComponent } from '../../content-lines/write.js';
import { ianaZone } from './iana.js';
import { zoneFrom } from './vtimezone.js';
import { windowsZone } from './windows-zones.js';
import { agree, UTC, type Zone } from './zone.js';

/** A text with more zones than this is nobody's calendar. */
const MOST_ZONES = 64;
const MOST_KNOWN = 256;

/** Zones of VTIMEZONEs met before, by their whole text: a store of ten thousand events repeats the same few. */
const known = new Map<string, Zone | undefined>();

/** The zones that a calendar's TZID parameters name: RFC 5545 section 3.2.19. */
export class Timezones {
  readonly #vtimezones = new Map<string, Component>();
  readonly #found = new Map<string, Zone | undefined>();
  /** A year in which a VTIMEZONE must agree with the zone its name promises. */
  readonly #year: number;

  /** `also` is known under its name whatever the calendar says. */
  constructor(calendar: Component, year: number, also?: Zone) {
    this.#year = year;
    if (also !== undefined) this.#found.set(also.name, also);
    for (const one of calendar.components)
      if (one.name === 'VTIMEZONE' && this.#vtimezones.size < MOST_ZONES)
        this.#vtimezones.set(first(one, 'TZID')?.value.trim() ?? '', one);
  }

  /** The zone a property's time is in; undefined for none, and for one that nothing explains. */
  of(property: Property): Zone | undefined {
    const [name] = parameterOf(property, 'TZID');
    return name === undefined ? undefined : this.named(name.trim());
  }

  named(name: string): Zone | undefined {
    if (this.#found.has(name) || this.#found.size >= MOST_ZONES) return this.#found.get(name);
    const zone = this.#find(name);
    this.#found.set(name, zone);
    return zone;
  }

  /** The VTIMEZONE the calendar itself has under that name. */
  component(name: string): Component | undefined {
    return this.#vtimezones.get(name);
  }

  /** By its name where the calendar's own definition agrees with it, else by the definition. */
  #find(name: string): Zone | undefined {
    const vtimezone = this.#vtimezones.get(name);
    const location = vtimezone === undefined ? undefined : first(vtimezone, 'X-LIC-LOCATION')?.value;
    const promised = zoneNamed(name) ?? (location === undefined ? undefined : zoneNamed(location));
    if (vtimezone === undefined) return promised;
    const defined = definedBy(vtimezone, name);
    if (defined === undefined) return promised;
    return promised !== undefined && agree(promised, defined, this.#year) ? promised : defined;
  }
}

function definedBy(vtimezone: Component, name: string): Zone | undefined {
  const text = textOfComponent(vtimezone);
  if (known.has(text)) return known.get(text);
  const zone = zoneFrom(vtimezone, name);
  if (known.size >= MOST_KNOWN) known.clear();
  if (text.length <= 16_384) known.set(text, zone);
  return zone;
}

/** The zone of an IANA or Windows name, also at the end of a path such as `/example.org/20070227_1/Europe/Berlin`. */
export function zoneNamed(name: string): Zone | undefined {
  if (/^(?:UTC|GMT|Z)$/i.test(name)) return UTC;
  const parts = name.split('/').filter((part) => part !== '');
  for (const length of [parts.length, 3, 2]) {
    if (length > parts.length || length < 1) continue;
    const zone = ianaZone(parts.slice(-length).join('/'));
    if (zone !== undefined) return zone;
  }
  const windows = windowsZone(name);
  return windows === undefined ? undefined : ianaZone(windows);
}
