import { type Component, component, first, type Property, property } from '../../content-lines/component.js';
import { civilDate, dayOf } from '../time/civil.js';
import { momentOf } from '../time/moment.js';
import { daylightLines } from '../zones/daylight.js';
import { Timezones, zoneNamed } from '../zones/timezones.js';
import { UTC } from '../zones/zone.js';
import { deviceAlarm } from './alarms.js';
import { entryType } from './entry-type.js';
import type { CalendarFrame } from './frame.js';
import { deviceFrame, readUnits } from './from-device.js';
import type { Setting } from './options.js';
import { keepsake, markOf, NO_UNIT, ORIGINAL, originalsOf, saysTheSame, type Unit, unitOf } from './originals.js';
import { deviceProperty } from './properties.js';
import { deviceSeries, SERIES_PROPERTIES } from './series-to-device.js';
import { calendarSpan, deviceEnd, deviceStart, END_PROPERTIES } from './span.js';
import { type Timed, timedOf } from './timed.js';

const OLD = 'vcalendar-1.0';
const NEW = 'icalendar-2.0';
/** Of an iCalendar's own properties these say nothing in vCalendar. */
const HEADER = new Set(['VERSION', 'PRODID', 'CALSCALE']);

/** An iCalendar 2.0 as a vCalendar 1.0; exceptions of a series follow it, and leave a gap in it. */
export function toDevice(calendar: Component, setting: Setting): Component {
  const timezones = new Timezones(calendar, yearOf(calendar));
  const entries = calendar.components.filter(({ name }) => name !== 'VTIMEZONE');
  const frames = new Map(entries.map((one) => [one, calendarFrame(one, timezones, setting)]));
  const masters = new Set(entries.filter((one) => !isException(one)).map(seriesOf));
  const gaps = gapsIn(entries, timezones, setting);
  const components = entries.flatMap((one) => {
    const frame = frames.get(one);
    const exception = isException(one);
    if (frame === undefined || (exception && !setting.withExceptions && masters.has(seriesOf(one)))) return [];
    return [toDeviceComponent(one, frame, exception ? [] : (gaps.get(seriesOf(one)) ?? []))];
  });
  const timed = [...frames.values()].map(({ span }) => span.start ?? span.end).find((time) => time?.kind === 'instant');
  const properties = [
    property('VERSION', '1.0'),
    ...calendar.properties.filter(({ name }) => name === 'PRODID'),
    ...(timed === undefined ? [] : daylightLines(setting.zone, civilDate(dayOf(timed.wall)).year)),
    ...calendar.properties.filter(({ name }) => !HEADER.has(name)),
    ...(setting.originals ? zonesKept(calendar, timezones) : []),
  ];
  return component('VCALENDAR', OLD, properties, components);
}

/** Zones that nobody else knows under their name. */
const zonesKept = (calendar: Component, timezones: Timezones): readonly Property[] =>
  calendar.components.flatMap((one) => {
    const name = first(one, 'TZID')?.value ?? '';
    if (one.name !== 'VTIMEZONE' || timezones.named(name) === zoneNamed(name)) return [];
    return [keepsake({ properties: [], components: [one] }, NO_UNIT, NEW, OLD)];
  });

function yearOf(calendar: Component): number {
  for (const one of calendar.components) {
    const moment = momentOf((first(one, 'DTSTART') ?? first(one, 'DUE'))?.value ?? '');
    if (moment !== undefined) return civilDate(dayOf(moment.wall)).year;
  }
  return 2000;
}

function calendarFrame(of: Component, timezones: Timezones, setting: Setting): CalendarFrame {
  const start = first(of, 'DTSTART') ?? first(of, 'DUE');
  const utc = start !== undefined && /Z\s*$/i.test(start.value);
  return {
    setting,
    zone: setting.zone,
    kind: of.name,
    span: calendarSpan(of, timezones, setting.zone),
    timezones,
    startZone: utc ? UTC : start === undefined ? undefined : timezones.of(start),
  };
}

const isException = (one: Component): boolean => first(one, 'RECURRENCE-ID') !== undefined;

/** What a series and its exceptions have in common. */
const seriesOf = (one: Component): string => `${one.name} ${first(one, 'UID')?.value ?? ''}`;

/** The occurrences of each series that exceptions stand for. */
function gapsIn(
  entries: readonly Component[],
  timezones: Timezones,
  { zone }: Setting,
): ReadonlyMap<string, readonly Timed[]> {
  const gaps = new Map<string, Timed[]>();
  for (const one of entries) {
    const id = first(one, 'RECURRENCE-ID');
    if (id === undefined) continue;
    const known = gaps.get(seriesOf(one));
    const gap = timedOf(id, timezones, zone);
    if (known === undefined) gaps.set(seriesOf(one), [gap]);
    else known.push(gap);
  }
  return gaps;
}

/** A unit of iCalendar and the lines that say it in vCalendar. */
interface Spoken {
  readonly original: Unit;
  readonly lines: readonly Property[];
}

function toDeviceComponent(of: Component, frame: CalendarFrame, gaps: readonly Timed[]): Component {
  const { setting } = frame;
  const kept = originalsOf(of.properties, NEW, OLD);
  const spoken = spokenOf(of, frame, gaps).map((one) => restored(one, kept));
  const lines = [...spoken.flatMap((one) => one.lines), ...entryType(of, frame)];
  const inner = of.components
    .filter(({ name }) => name !== 'VALARM')
    .map((one) => toDeviceComponent(one, { ...frame, kind: one.name }, []));
  for (const one of kept.get(markOf(NO_UNIT)) ?? [])
    if (!one.properties.some(({ name }) => lines.some((line) => line.name === name))) lines.push(...one.properties);
  const said = component(of.name, OLD, lines, inner);
  if (!setting.originals) return said;
  const keepsakes = keepsakesOf(spoken, said, setting, gaps);
  return component(of.name, OLD, [...lines, ...keepsakes], inner);
}

/** The device's own lines where what was made of them has not changed since. */
function restored(one: Spoken, kept: ReadonlyMap<string, readonly Unit[]>): Spoken {
  if (kept.size === 0 || one.original === NO_UNIT) return one;
  const own = kept.get(markOf(one.original))?.[0];
  return own === undefined ? one : { original: one.original, lines: own.properties };
}

function spokenOf(of: Component, frame: CalendarFrame, gaps: readonly Timed[]): readonly Spoken[] {
  const own = (names: ReadonlySet<string>): Unit => unitOf(...of.properties.filter(({ name }) => names.has(name)));
  const spoken: Spoken[] = [
    { original: own(new Set(['DTSTART'])), lines: deviceStart(frame.span, frame.setting) },
    { original: own(END_PROPERTIES), lines: deviceEnd(frame.span, frame.kind, frame.setting) },
    { original: own(SERIES_PROPERTIES), lines: deviceSeries(of, frame, gaps) },
  ];
  for (const one of of.properties) {
    if (one.name === 'DTSTART' || END_PROPERTIES.has(one.name) || SERIES_PROPERTIES.has(one.name)) continue;
    if (one.name === ORIGINAL || one.name === 'DTSTAMP') continue;
    spoken.push({ original: unitOf(one), lines: linesOf(one, frame) });
  }
  for (const alarm of of.components)
    if (alarm.name === 'VALARM')
      spoken.push({ original: { properties: [], components: [alarm] }, lines: deviceAlarm(alarm, frame) });
  return spoken;
}

function linesOf(one: Property, frame: CalendarFrame): readonly Property[] {
  try {
    return deviceProperty(one, frame);
  } catch {
    // A time that does not exist, where an event can do without: it is kept and not said.
    return [];
  }
}

/** What the device's lines do not say, each with the mark of what they are read as. */
function keepsakesOf(
  spoken: readonly Spoken[],
  said: Component,
  setting: Setting,
  gaps: readonly Timed[],
): readonly Property[] {
  const { zone } = setting;
  const read = readUnits(said, deviceFrame(said, zone, zone, setting), walls(setting, gaps));
  const [start, end, series, ...rest] = read;
  const groups = [start, end, series];
  const byLine = new Map(rest.map((one) => [one.device.properties[0], one.calendar]));
  return spoken.flatMap(({ original, lines }, index) => {
    const line = lines[0];
    const back = index < groups.length ? groups[index]?.calendar : line === undefined ? NO_UNIT : byLine.get(line);
    const standIn = back ?? NO_UNIT;
    return saysTheSame(original, standIn) ? [] : [keepsake(original, standIn, NEW, OLD)];
  });
}

const walls = ({ withExceptions }: Setting, gaps: readonly Timed[]): ReadonlySet<number> =>
  new Set(withExceptions ? gaps.map(({ wall }) => wall) : []);
