import { type CalendarOptions, convertCalendar } from '../../../../src/plugins/formats/calendar/convert.js';
import { type Sample, text } from './samples.js';

export const BERLIN: CalendarOptions = { zone: 'Europe/Berlin' };

export const lines = (bytes: Uint8Array): readonly string[] =>
  Buffer.from(bytes)
    .toString()
    .replace(/\r\n[ \t]/g, '')
    .replace(/=\r\n(?!ATTACH)/g, '')
    .split('\r\n')
    .filter((line) => line !== '');

/** The lines of the components, without VTIMEZONE and what all have. */
export function said(bytes: Uint8Array): readonly string[] {
  const found: string[] = [];
  let inZone = false;
  for (const line of lines(bytes)) {
    if (line === 'BEGIN:VTIMEZONE') inZone = true;
    if (
      !inZone &&
      !/^(?:BEGIN|END):V(?:CALENDAR|EVENT|TODO|JOURNAL)|^(?:VERSION|PRODID|DTSTAMP|TZ|DAYLIGHT|CALSCALE)[:;]/.test(line)
    )
      found.push(line);
    if (line === 'END:VTIMEZONE') inZone = false;
  }
  return found;
}

export const toCalendar = (sample: Sample, options = BERLIN): Uint8Array =>
  convertCalendar(text(sample), 'icalendar-2.0', options);
export const toDevice = (sample: Sample, options = BERLIN): Uint8Array =>
  convertCalendar(text(sample), 'vcalendar-1.0', options);

export const event = (...properties: readonly string[]): Sample => [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'BEGIN:VEVENT',
  ...properties,
  'END:VEVENT',
  'END:VCALENDAR',
];
export const deviceEvent = (...properties: readonly string[]): Sample => [
  'BEGIN:VCALENDAR',
  'VERSION:1.0',
  'BEGIN:VEVENT',
  ...properties,
  'END:VEVENT',
  'END:VCALENDAR',
];
