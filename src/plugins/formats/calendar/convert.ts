import { CradleError } from '../../../dbus/errors.js';
import type { Component } from '../content-lines/component.js';
import { parseSingle } from '../content-lines/parse.js';
import { writeContentLines } from '../content-lines/write.js';
import { fromDevice } from './convert/from-device.js';
import { type CalendarOptions, settingOf } from './convert/options.js';
import { toDevice } from './convert/to-device.js';

export type { AllDayHabit, CalendarOptions } from './convert/options.js';

export type CalendarDialect = 'vcalendar-1.0' | 'icalendar-2.0';

/**
 * A calendar text in the other format, or in the same one written anew. Fails with InvalidItem for what is no calendar,
 * or tells times that do not exist; with InvalidArgs for a zone nobody knows.
 */
export function convertCalendar(bytes: Uint8Array, to: CalendarDialect, options: CalendarOptions = {}): Uint8Array {
  const converted = convertComponent(readCalendar(bytes), to, options);
  return writeContentLines([converted], options.charset === undefined ? {} : { charset: options.charset });
}

/** As convertCalendar, of what is read already. */
export function convertComponent(calendar: Component, to: CalendarDialect, options: CalendarOptions = {}): Component {
  if (calendar.name !== 'VCALENDAR')
    throw new CradleError('InvalidItem', `a calendar begins with VCALENDAR, not with ${calendar.name.slice(0, 40)}`);
  const from = calendar.dialect;
  if (from === to) return calendar;
  const setting = settingOf(options);
  return to === 'vcalendar-1.0' ? toDevice(calendar, setting) : fromDevice(calendar, setting);
}

/** The VCALENDAR of a text; a component that stands alone is taken for one of a device, which forgot what is around it. */
export function readCalendar(bytes: Uint8Array): Component {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = buffer
    .subarray(0, 64)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '');
  if (!/^\s*BEGIN\s*:\s*V(?:EVENT|TODO|JOURNAL)\s/i.test(head)) return parseSingle(bytes);
  const start = Buffer.from('BEGIN:VCALENDAR\r\nVERSION:1.0\r\n');
  return parseSingle(Buffer.concat([start, buffer, Buffer.from('\r\nEND:VCALENDAR\r\n')]));
}
