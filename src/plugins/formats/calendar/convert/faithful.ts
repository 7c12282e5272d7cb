import { changed, type Property } from '../../content-lines/component.js';
import { fieldsOf } from '../../content-lines/values.js';
import { ALARM_PROPERTIES, deviceAlarm } from './alarms.js';
import type { CalendarFrame } from './frame.js';
import type { Unit } from './originals.js';
import { deviceProperty } from './properties.js';

/** Properties whose value is a time: a device may write the same one in many ways. */
const TIMES = new Set(['LAST-MODIFIED', 'COMPLETED', 'DCREATED', 'X-RECURRENCE-ID', 'DTSTAMP']);

/** Whether what a line of vCalendar became in iCalendar gives the line again. */
export function deviceUnitSays(one: Property, read: Unit, frame: CalendarFrame): boolean {
  if (one.value.trim() === '') return true;
  if (TIMES.has(one.name)) return read.properties.length > 0 || one.name === 'DTSTAMP';
  const [alarm] = read.components;
  const [only, second] = alarm === undefined ? backOf(read, frame) : deviceAlarm(alarm, frame);
  if (only === undefined || second !== undefined || only.name !== one.name) return false;
  // An alarm without words of its own has been given the event's.
  const wordless = one.name === 'DALARM' && fieldsOf(one, 'vcalendar-1.0').slice(3).join('').trim() === '';
  return plain(one) === plain(wordless ? changed(only, { value: only.value.split(';').slice(0, 3).join(';') }) : only);
}

const backOf = ({ properties }: Unit, frame: CalendarFrame): readonly Property[] =>
  properties.flatMap((property) => deviceProperty(property, frame));

/** Without what says nothing: case and blanks of words, the time of an alarm, defaults. */
function plain({ name, value, parameters }: Property): string {
  const head = parameters
    .map((one) => `${one.name}=${one.values.join(',')}`.toUpperCase())
    .filter((text) => !DEFAULTS.has(text))
    .sort();
  return `${head.join(';')}:${plainValue(name, value)}`;
}

const DEFAULTS = new Set(['ROLE=ATTENDEE', 'VALUE=URL', 'VALUE=INLINE', 'RSVP=NO']);

function plainValue(name: string, value: string): string {
  if (ALARM_PROPERTIES.has(name)) {
    const [, snooze = '', repeat = '', ...rest] = value.split(';').map((field) => field.trim());
    return [snooze, repeat === '0' ? '' : repeat, ...rest].join(';').replace(/;+$/, '');
  }
  if (name === 'STATUS' || name === 'TRANSP') return value.trim().toUpperCase().replace('_', ' ');
  if (name === 'GEO' || name === 'CATEGORIES' || name === 'RESOURCES') return value.replace(/\s*[;,]\s*/g, ';').trim();
  if (name === 'ATTENDEE') return value.replace(/"/g, '').trim();
  return name === 'PRIORITY' ? value.trim() : value;
}
