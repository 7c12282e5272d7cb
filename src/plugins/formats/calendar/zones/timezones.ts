import { type Component, first, type Property, parameterOf } from '../../content-lines/component.js';
import { ianaZone } from './iana.js';
import { zoneFrom } from './vtimezone.js';
import { windowsZone } from './windows-zones.js';
import { agree, UTC, type Zone } from './zone.js';

/** A text with more zones than this is nobody's calendar. */
const MOST_ZONES = 64;
const MOST_KNOWN = 256;
/** Characters of a VTIMEZONE worth remembering; Outlook's and Google's have some hundred. */
const LONGEST_KNOWN = 16_384;

/** Zones of VTIMEZONEs met before, by all they say: a store of ten thousand events repeats the same few. */
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

  #find(name: string): Zone | undefined {
    const vtimezone = this.#vtimezones.get(name);
    if (vtimezone === undefined) return zoneNamed(name);
    const key = `${this.#year} ${name}\n${spelling(vtimezone)}`;
    if (known.has(key)) return known.get(key);
    const zone = explained(vtimezone, name, this.#year);
    if (known.size >= MOST_KNOWN) known.clear();
    if (key.length <= LONGEST_KNOWN) known.set(key, zone);
    return zone;
  }
}

/** All that a VTIMEZONE says, as a key. */
const spelling = (of: Component): string =>
  of.properties.map(({ name, value }) => `${name}:${value}`).join('\n') + of.components.map(spelling).join('\n\n');

/** By its name where the definition agrees with it, else by the definition. */
function explained(vtimezone: Component, name: string, year: number): Zone | undefined {
  const location = first(vtimezone, 'X-LIC-LOCATION')?.value;
  const promised = zoneNamed(name) ?? (location === undefined ? undefined : zoneNamed(location));
  const defined = zoneFrom(vtimezone, name);
  if (defined === undefined) return promised;
  return promised !== undefined && agree(promised, defined, year) ? promised : defined;
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
