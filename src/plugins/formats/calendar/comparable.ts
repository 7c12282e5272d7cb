import { type Component, changed, component, type Property } from '../content-lines/component.js';
import type { CalendarOptions } from './convert/options.js';
import { convertComponent } from './convert.js';

/**
 * A calendar as two states of it are compared and put together: iCalendar 2.0, lists of dates as one line each, so that
 * an occurrence more or less is a line more or less. Nothing is lost, and it is as good a calendar as before.
 */
export function comparableCalendar(calendar: Component, options: CalendarOptions = {}): Component {
  const converted = calendar.name === 'VCALENDAR' ? convertComponent(calendar, 'icalendar-2.0', options) : calendar;
  return component(converted.name, converted.dialect, converted.properties, converted.components.map(exploded));
}

function exploded(one: Component): Component {
  if (!one.properties.some(isList)) return one;
  return component(one.name, one.dialect, one.properties.flatMap(dates), one.components);
}

const isList = ({ name, value }: Property): boolean => (name === 'EXDATE' || name === 'RDATE') && value.includes(',');

const dates = (one: Property): readonly Property[] =>
  isList(one) ? one.value.split(',').map((value) => changed(one, { value: value.trim() })) : [one];
