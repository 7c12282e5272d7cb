import { changed, type Parameter, type Property, parameterOf, property } from '../../content-lines/component.js';
import { escaped, listed, listOf, textOf } from '../../content-lines/values.js';
import { momentText } from '../time/moment.js';
import { calendarAttendee, deviceAttendee } from './attendees.js';
import type { CalendarFrame, DeviceFrame } from './frame.js';
import { timeProperty } from './span.js';
import { calendarStatus, deviceStatus } from './status.js';
import { deviceText, deviceTime, timedOf } from './timed.js';

const OLD = 'vcalendar-1.0';
const NEW = 'icalendar-2.0';

/** Values that are text (RFC 5545 section 3.3.11), and lists of it. */
const TEXTS = new Set(['SUMMARY', 'DESCRIPTION', 'LOCATION', 'COMMENT', 'CONTACT', 'X-ALT-DESC']);
const LISTS = new Set(['CATEGORIES', 'RESOURCES']);
/** Properties of the other name in the other format. */
const CREATED = { old: 'DCREATED', new: 'CREATED' };
const INSTANTS = new Set(['LAST-MODIFIED', 'COMPLETED', 'CREATED', 'DCREATED']);

/** Set anew by whoever writes; they have no place in the other format. */
const DROPPED = new Set(['DTSTAMP']);

/** iCalendar's priorities 1 to 9 (0: none) on a device with three. */
const asThree = (value: string): string => {
  const priority = Number(value);
  if (!/^\d$/.test(value) || priority === 0) return value;
  return priority < 5 ? '1' : priority === 5 ? '2' : '3';
};
const ofThree = (value: string): string => ({ '1': '1', '2': '5', '3': '9' })[value] ?? value;

/** One property of iCalendar in vCalendar 1.0; none where it has no place there. */
export function deviceProperty(one: Property, frame: CalendarFrame): readonly Property[] {
  const { name, value } = one;
  if (DROPPED.has(name)) return [];
  if (TEXTS.has(name)) return [renamed(one, name, escaped(textOf(one, NEW), OLD))];
  if (LISTS.has(name)) return [renamed(one, name, listed(listOf(one, NEW), OLD))];
  if (INSTANTS.has(name)) {
    const text = deviceText(timedOf(one, frame.timezones, frame.zone), frame.setting.utc);
    return [renamed(one, name === CREATED.new ? CREATED.old : name, text)];
  }
  switch (name) {
    case 'STATUS':
      return [renamed(one, name, deviceStatus(value))];
    case 'TRANSP':
      return [renamed(one, name, /^TRANSPARENT$/i.test(value.trim()) ? '1' : '0')];
    case 'PRIORITY':
      return [renamed(one, name, frame.setting.threePriorities ? asThree(value) : value)];
    case 'GEO': {
      // vCalendar has the longitude first.
      const [latitude = '', longitude = ''] = value.split(';');
      return [renamed(one, name, `${longitude.trim()},${latitude.trim()}`)];
    }
    case 'ATTENDEE':
    case 'ORGANIZER':
      return [deviceAttendee(one)];
    case 'ATTACH':
      return [deviceAttachment(one)];
    case 'RECURRENCE-ID':
      return [property('X-RECURRENCE-ID', deviceText(timedOf(one, frame.timezones, frame.zone), frame.setting.utc))];
    default:
      return [changed(one, { value: opened(value) })];
  }
}

/** One property of vCalendar 1.0 in iCalendar, and whether the way back gives it again. */
export function calendarProperty(one: Property, frame: DeviceFrame): readonly Property[] {
  const { name, value } = one;
  if (DROPPED.has(name)) return [];
  if (TEXTS.has(name)) return [renamed(one, name, escaped(textOf(one, OLD), NEW))];
  if (LISTS.has(name)) return [renamed(one, name, listed(entries(one), NEW))];
  if (INSTANTS.has(name)) {
    if (value.trim() === '') return [];
    const time = deviceTime(name, value, frame.deviceZone, frame.zone);
    const instant = time.kind === 'instant' ? time.instant : frame.zone.instantOf(time.wall);
    const text = momentText({ form: 'utc', wall: instant });
    return [renamed(one, name === CREATED.old ? CREATED.new : name, text)];
  }
  switch (name) {
    case 'STATUS': {
      const status = calendarStatus(value, frame.kind);
      return status === undefined ? [] : [renamed(one, name, status)];
    }
    case 'TRANSP':
      return [renamed(one, name, /^(?:0|OPAQUE|)$/i.test(value.trim()) ? 'OPAQUE' : 'TRANSPARENT')];
    case 'PRIORITY':
      return value.trim() === ''
        ? []
        : [renamed(one, name, frame.setting.threePriorities ? ofThree(value.trim()) : value.trim())];
    case 'GEO': {
      const [longitude = '', latitude = ''] = value.split(/[,;]/);
      return latitude === '' ? [] : [renamed(one, name, `${latitude.trim()};${longitude.trim()}`)];
    }
    case 'ATTENDEE':
      return value.trim() === '' ? [] : [calendarAttendee(one)];
    case 'ATTACH':
      return [calendarAttachment(one)];
    case 'X-RECURRENCE-ID': {
      const like = frame.span.start;
      const time = deviceTime(name, value, frame.deviceZone, frame.zone);
      return [
        timeProperty('RECURRENCE-ID', like?.kind === 'date' ? { kind: 'date', wall: time.wall } : time, frame.zone),
      ];
    }
    default:
      return [changed(one, { value: closed(value) })];
  }
}

/** The same property with its parameters, save those that tell how the value is written. */
function renamed(one: Property, name: string, value: string): Property {
  const parameters = one.parameters.filter((parameter) => !SPELLING.has(parameter.name));
  return property(name, value, parameters);
}

const SPELLING = new Set(['VALUE', 'TZID', 'ENCODING', 'CHARSET']);

/** vCalendar 1.0 has semicolons between the members; some devices write commas. */
function entries(one: Property): readonly string[] {
  const members = listOf(one, OLD);
  const [only, second] = members;
  const split = only !== undefined && second === undefined ? only.split(',') : members;
  return split.map((member) => member.trim()).filter((member) => member !== '');
}

function deviceAttachment(one: Property): Property {
  const binary = parameterOf(one, 'ENCODING')[0] === 'B';
  const rest = one.parameters.filter(({ name }) => name !== 'VALUE' && name !== 'ENCODING');
  if (binary) return property('ATTACH', one.value, [...rest, { name: 'ENCODING', values: ['B'] }]);
  const cid = /^cid:/i.test(one.value);
  const value: Parameter = { name: 'VALUE', values: [cid ? 'CONTENT-ID' : 'URL'] };
  return property('ATTACH', cid ? `<${one.value.slice(4)}>` : one.value, [...rest, value]);
}

function calendarAttachment(one: Property): Property {
  const binary = parameterOf(one, 'ENCODING')[0] === 'B';
  const kind = (parameterOf(one, 'VALUE')[0] ?? '').toUpperCase();
  const rest = one.parameters.filter(({ name }) => name !== 'VALUE' && name !== 'ENCODING');
  if (binary)
    return property('ATTACH', one.value, [
      ...rest,
      { name: 'ENCODING', values: ['B'] },
      { name: 'VALUE', values: ['BINARY'] },
    ]);
  const cid = kind === 'CONTENT-ID' || kind === 'CID' || /^<[^<>]*>$/.test(one.value);
  return property('ATTACH', cid ? `cid:${one.value.replace(/^<(.*)>$/, '$1')}` : one.value, rest);
}

/** Of a value that is not known to be text only line breaks are translated; a doubled backslash is none. */
const opened = (value: string): string =>
  value.includes('\\') ? value.replace(/\\(\\|[nN])/g, (whole, one: string) => (one === '\\' ? whole : '\n')) : value;

const closed = (value: string): string => (/[\r\n]/.test(value) ? value.replace(/\r\n?|\n/g, '\\n') : value);
