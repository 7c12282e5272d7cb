import { type Component, component, first, type Property, property } from '../../content-lines/component.js';
import { textOf } from '../../content-lines/values.js';
import { civilDate, dayOf, type Wall, wallOf } from '../time/civil.js';
import { momentOf } from '../time/moment.js';
import { zoneOfDaylight } from '../zones/daylight.js';
import { zonesNeeded } from '../zones/needed.js';
import { Timezones, zoneNamed } from '../zones/timezones.js';
import { vtimezoneOf } from '../zones/vtimezone-writer.js';
import { agree, type Zone } from '../zones/zone.js';

import { ALARM_PROPERTIES, calendarAlarm } from './alarms.js';
import { isPlainType } from './entry-type.js';
import { deviceUnitSays } from './faithful.js';
import type { CalendarFrame, DeviceFrame } from './frame.js';
import type { Setting } from './options.js';
import { isEmpty, keepsake, markOf, NO_UNIT, ORIGINAL, originalsOf, type Unit, unitOf } from './originals.js';
import { calendarProperty } from './properties.js';
import { calendarSeries } from './series-from-device.js';
import { SERIES_PROPERTIES } from './series-to-device.js';
import { calendarEnd, calendarStart, deviceSpan, END_PROPERTIES } from './span.js';
import { deviceTime } from './timed.js';

const OLD = 'vcalendar-1.0';
const NEW = 'icalendar-2.0';
const PRODUCT = '-//Cradle//Cradle//EN';
/** Of a vCalendar's own properties these are told otherwise in iCalendar. */
const HEADER = new Set(['VERSION', 'PRODID', 'TZ', 'DAYLIGHT', 'GEO']);
/** For what tells no other time; DTSTAMP must be there (RFC 5545 section 3.8.7.2). */
const EPOCH = '19700101T000000Z';

const RECURRENCE_ID = 'X-RECURRENCE-ID';

/** A vCalendar 1.0 as an iCalendar 2.0 with the time zones it needs. */
export function fromDevice(calendar: Component, setting: Setting): Component {
  const year = yearOf(calendar);
  const own = zoneApart(calendar, setting.zone, year);
  const recurs = calendar.components.some((one) => first(one, 'RRULE') !== undefined);
  // A series goes by the clock it was made for; a single time is the same by any.
  const zone = own !== undefined && recurs ? own : setting.zone;
  const deviceZone = own ?? zone;
  const geo = first(calendar, 'GEO');
  const gaps = gapsIn(calendar, deviceZone, zone);
  const components = calendar.components.map((one) => {
    const placed =
      geo === undefined || first(one, 'GEO') !== undefined ? one : { ...one, properties: [...one.properties, geo] };
    return fromDeviceComponent(
      placed,
      deviceZone,
      zone,
      setting,
      isException(one) ? NO_GAPS : (gaps.get(seriesOf(one)) ?? NO_GAPS),
    );
  });
  const properties = [
    property('VERSION', '2.0'),
    first(calendar, 'PRODID') ?? property('PRODID', PRODUCT),
    ...calendar.properties.filter(({ name }) => !HEADER.has(name)),
  ];
  const kept = properties.filter(({ name }) => name === ORIGINAL);
  const zones = timezonesOf(components, zone, kept);
  const shown = properties.filter(({ name }) => name !== ORIGINAL);
  return component('VCALENDAR', NEW, shown, [...zones, ...components]);
}

/** The VTIMEZONEs that the components name. */
function timezonesOf(components: readonly Component[], own: Zone, kept: readonly Property[]): readonly Component[] {
  const { names, since } = zonesNeeded(components);
  const originals = kept.length === 0 ? [] : (originalsOf(kept, OLD, NEW).get(markOf(NO_UNIT)) ?? []);
  const theirs = originals.flatMap((unit) => unit.components);
  return [...names].flatMap((name) => {
    if (name === own.name) return [vtimezoneOf(own, since)];
    const original = theirs.find((one) => first(one, 'TZID')?.value === name);
    if (original !== undefined) return [original];
    const zone = zoneNamed(name);
    return zone === undefined ? [] : [vtimezoneOf(zone, since, name)];
  });
}

function yearOf(calendar: Component): number {
  for (const one of calendar.components) {
    const moment = momentOf((first(one, 'DTSTART') ?? first(one, 'DUE'))?.value ?? '');
    if (moment !== undefined) return civilDate(dayOf(moment.wall)).year;
  }
  return 2000;
}

/** The zone that the calendar's TZ and DAYLIGHT tell, where it is another than the device is said to be in. */
function zoneApart(calendar: Component, zone: Zone, year: number): Zone | undefined {
  const said = zoneOfDaylight(calendar);
  if (said === undefined || agree(said, zone, year)) return undefined;
  // Many devices tell their offset and never a word of daylight saving time: in winter theirs is the zone's.
  const winter = Math.min(zone.offsetAt(wallOf(year, 1, 1)), zone.offsetAt(wallOf(year, 7, 1)));
  const plain = said.transitionsIn(year).length === 0;
  return plain && said.offsetAt(wallOf(year, 1, 1)) === winter ? undefined : said;
}

const NO_GAPS: ReadonlySet<Wall> = new Set();

const isException = (one: Component): boolean => first(one, RECURRENCE_ID) !== undefined;

/** What a series and its exceptions have in common. */
const seriesOf = (one: Component): string => `${one.name} ${first(one, 'UID')?.value ?? ''}`;

/** The occurrences of each series that components of their own stand for. */
function gapsIn(calendar: Component, deviceZone: Zone, zone: Zone): ReadonlyMap<string, ReadonlySet<Wall>> {
  const gaps = new Map<string, Set<Wall>>();
  for (const one of calendar.components) {
    const id = first(one, RECURRENCE_ID);
    if (id === undefined || momentOf(id.value) === undefined) continue;
    const { wall } = deviceTime(RECURRENCE_ID, id.value, deviceZone, zone);
    gaps.set(seriesOf(one), (gaps.get(seriesOf(one)) ?? new Set()).add(wall));
  }
  return gaps;
}

/** What a component's parts hang on. Fails with InvalidItem for times that do not exist. */
export function deviceFrame(of: Component, deviceZone: Zone, zone: Zone, setting: Setting): DeviceFrame {
  const words = ['SUMMARY', 'DESCRIPTION']
    .map((name) => first(of, name))
    .map((one) => (one ? textOf(one, OLD).trim() : ''));
  return {
    setting,
    zone,
    deviceZone,
    kind: of.name,
    span: deviceSpan(of, deviceZone, zone),
    summary: words.find((text) => text !== '')?.split('\n')[0] ?? '',
  };
}

const always = (): boolean => true;

/** A unit of vCalendar and what it is in iCalendar. */
export interface ReadUnit {
  readonly device: Unit;
  readonly calendar: Unit;
  /** Whether iCalendar says all of it. */
  exact(): boolean;
}

/** The component unit by unit: its start, its end, its series, each alarm, each other property. */
export function readUnits(of: Component, frame: DeviceFrame, gaps: ReadonlySet<Wall>): readonly ReadUnit[] {
  const own = (names: ReadonlySet<string>): readonly Property[] => of.properties.filter(({ name }) => names.has(name));
  const starts = own(new Set(['DTSTART']));
  const series = calendarSeries(of, frame, gaps);
  const units: ReadUnit[] = [
    { device: unitOf(...starts), calendar: unitOf(...calendarStart(frame.span, frame.zone)), exact: always },
    {
      device: unitOf(...own(END_PROPERTIES)),
      calendar: unitOf(...calendarEnd(frame.span, frame.kind, frame.zone)),
      exact: () => frame.span.end !== undefined || frame.span.start?.kind === 'date',
    },
    { device: unitOf(...own(SERIES_PROPERTIES)), calendar: unitOf(...series.properties), exact: () => series.exact },
  ];
  const rule = series.properties.find(({ name }) => name === 'RRULE')?.value;
  const forward = backFrame(frame);
  for (const one of of.properties) {
    if (one.name === 'DTSTART' || END_PROPERTIES.has(one.name) || SERIES_PROPERTIES.has(one.name)) continue;
    if (one.name === ORIGINAL || isPlainType(one, frame)) continue;
    const read = readProperty(one, frame, rule);
    units.push({ device: unitOf(one), calendar: read, exact: () => deviceUnitSays(one, read, forward) });
  }
  return units;
}

function readProperty(one: Property, frame: DeviceFrame, rule: string | undefined): Unit {
  try {
    if (!ALARM_PROPERTIES.has(one.name)) return unitOf(...calendarProperty(one, frame));
    const alarm = calendarAlarm(one, frame, rule);
    return alarm === undefined ? NO_UNIT : { properties: [], components: [alarm] };
  } catch {
    // One time that does not exist, of those an event can do without, is kept as it was written.
    return NO_UNIT;
  }
}

/** The frame of the way back, to see whether it leads back. */
const backFrame = (frame: DeviceFrame): CalendarFrame => ({
  setting: frame.setting,
  zone: frame.zone,
  kind: frame.kind,
  span: frame.span,
  timezones: new Timezones(EMPTY, 2000, frame.zone),
  startZone: frame.span.start?.kind === 'instant' ? frame.zone : undefined,
});

const EMPTY = component('VCALENDAR', NEW, []);

function fromDeviceComponent(
  of: Component,
  deviceZone: Zone,
  zone: Zone,
  setting: Setting,
  gaps: ReadonlySet<Wall>,
): Component {
  const frame = deviceFrame(of, deviceZone, zone, setting);
  const kept = originalsOf(of.properties, OLD, NEW);
  const used = new Set<Unit>();
  const properties: Property[] = [];
  const components: Component[] = [];
  const keepsakes: Property[] = [];
  for (const { device, calendar, exact } of readUnits(of, frame, gaps)) {
    const original = kept.size === 0 ? undefined : kept.get(markOf(calendar))?.find((one) => !used.has(one));
    const said = original ?? calendar;
    if (original !== undefined) used.add(original);
    properties.push(...said.properties);
    components.push(...said.components);
    if (original === undefined && setting.originals && !isEmpty(device) && !exact())
      keepsakes.push(keepsake(device, calendar, OLD, NEW));
  }
  // What had no place in the device's format has not changed there.
  for (const one of kept.get(markOf(NO_UNIT)) ?? []) {
    if (used.has(one) || one.properties.some(({ name }) => properties.some((other) => other.name === name))) continue;
    properties.push(...one.properties);
    components.push(...one.components);
  }
  const inner = of.components.map((one) => fromDeviceComponent(one, deviceZone, zone, setting, NO_GAPS));
  return component(of.name, NEW, [...completed(properties, of.name, setting), ...keepsakes], [...components, ...inner]);
}

/** With the properties that RFC 5545 section 3.6.1 wants to be there. */
function completed(properties: readonly Property[], kind: string, { uid }: Setting): readonly Property[] {
  const has = (name: string): Property | undefined => properties.find((one) => one.name === name);
  if (kind !== 'VEVENT' && kind !== 'VTODO' && kind !== 'VJOURNAL') return properties;
  const added: Property[] = [];
  if (uid !== undefined && has('UID') === undefined) added.push(property('UID', uid));
  const stamp = has('LAST-MODIFIED') ?? has('CREATED');
  if (has('DTSTAMP') === undefined) added.push(property('DTSTAMP', stamp?.value ?? EPOCH));
  return [...added, ...properties];
}
