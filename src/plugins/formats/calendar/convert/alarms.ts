import {
  type Component,
  component,
  first,
  type Parameter,
  type Property,
  parameterOf,
  property,
} from '../../content-lines/component.js';
import { escaped, fieldsOf, joined, textOf } from '../../content-lines/values.js';
import { Effort, occurrences, PATIENCE } from '../rules/occurrences.js';
import { ruleOf } from '../rules/rrule.js';
import { endingWith } from '../rules/rule.js';
import { DAY } from '../time/civil.js';
import { durationFrom, durationOf, durationText } from '../time/duration.js';
import { momentOf, momentText } from '../time/moment.js';
import type { Instant } from '../zones/zone.js';
import type { CalendarFrame, DeviceFrame, Frame } from './frame.js';
import { later } from './span.js';
import { deviceText, deviceTime, type Timed, timedOf } from './timed.js';

const OLD = 'vcalendar-1.0';
const NEW = 'icalendar-2.0';

/** vCalendar 1.0 sections 2.3.1 to 2.3.4 and RFC 5545 section 3.8.6.1. */
const ACTIONS: readonly (readonly [string, string])[] = [
  ['AALARM', 'AUDIO'],
  ['DALARM', 'DISPLAY'],
  ['MALARM', 'EMAIL'],
  ['PALARM', 'PROCEDURE'],
];

export const ALARM_PROPERTIES: ReadonlySet<string> = new Set(ACTIONS.map(([old]) => old));

/** An alarm more than this after its event's start belongs to a later occurrence. Seconds. */
const STALE = DAY;
/** How far ahead of its occurrence such an alarm may be. */
const LONGEST_LEAD = 62 * DAY;

/** A VALARM as vCalendar 1.0 has it: time, snooze, repetitions, and what to show, play, send or run. */
export function deviceAlarm(alarm: Component, frame: CalendarFrame): readonly Property[] {
  const action = textIn(alarm, 'ACTION').trim().toUpperCase();
  const name = ACTIONS.find(([, one]) => one === action)?.[0];
  const time = triggerTime(alarm, frame);
  if (name === undefined || time === undefined) return [];
  const snooze = durationOf(textIn(alarm, 'DURATION'));
  const fields = [
    deviceText(time, frame.setting.utcAlarms),
    snooze === undefined ? '' : durationText(snooze),
    textIn(alarm, 'REPEAT').trim(),
  ];
  const parameters: Parameter[] = [];
  switch (name) {
    case 'DALARM':
      fields.push(textIn(alarm, 'DESCRIPTION'));
      break;
    case 'MALARM':
      fields.push((first(alarm, 'ATTENDEE')?.value ?? '').replace(/^mailto:/i, ''), textIn(alarm, 'DESCRIPTION'));
      break;
    default: {
      const attachment = first(alarm, 'ATTACH');
      fields.push(attachment?.value ?? '');
      if (attachment !== undefined && /^[a-z][a-z0-9+.-]+:/i.test(attachment.value))
        parameters.push({ name: 'VALUE', values: ['URL'] });
    }
  }
  return [property(name, joined(fields, OLD), parameters)];
}

const textIn = (of: Component, name: string): string => {
  const found = first(of, name);
  return found === undefined ? '' : textOf(found, NEW);
};

/** When an alarm goes off for the first time. */
function triggerTime(alarm: Component, { span, timezones, zone, startZone }: CalendarFrame): Timed | undefined {
  const trigger = first(alarm, 'TRIGGER');
  if (trigger === undefined) return undefined;
  const duration = durationOf(trigger.value);
  if (duration === undefined)
    return momentOf(trigger.value) === undefined ? undefined : timedOf(trigger, timezones, zone);
  const atEnd = (parameterOf(trigger, 'RELATED')[0] ?? '').toUpperCase() === 'END';
  const base = atEnd ? (span.end ?? span.start) : (span.start ?? span.end);
  if (base === undefined) return undefined;
  const from: Timed = base.kind === 'instant' ? base : { kind: 'floating', wall: base.wall };
  return absolute(later(from, duration, startZone ?? zone, zone), zone);
}

/** A device's alarm goes off at an instant, even where the event is a day or floats. */
const absolute = (time: Timed, zone: Frame['zone']): Timed =>
  time.kind === 'instant' ? time : { kind: 'instant', wall: time.wall, instant: zone.instantOf(time.wall) };

/** An alarm of vCalendar 1.0 as a VALARM; undefined where it tells no time. `rule` is the series' first. */
export function calendarAlarm(one: Property, frame: DeviceFrame, rule?: string): Component | undefined {
  const action = ACTIONS.find(([old]) => old === one.name)?.[1];
  const [at = '', snooze = '', repeat = '', ...rest] = fieldsOf(one, OLD).map((field) => field.trim());
  if (action === undefined || momentOf(at) === undefined) return undefined;
  const properties = [
    property('ACTION', action),
    trigger(deviceTime(one.name, at, frame.deviceZone, frame.zone), frame, rule),
  ];
  const pause = durationOf(snooze);
  const times = /^\d{1,4}$/.test(repeat) ? Number(repeat) : 0;
  // RFC 5545 section 3.6.6: both or neither.
  if (pause !== undefined && times > 0)
    properties.push(property('DURATION', durationText(pause)), property('REPEAT', String(times)));
  properties.push(...matter(action, rest, frame));
  return component('VALARM', NEW, properties);
}

function matter(action: string, rest: readonly string[], { summary }: DeviceFrame): readonly Property[] {
  const text = (value: string): Property => property('DESCRIPTION', escaped(value, NEW));
  const [head = '', ...tail] = rest;
  switch (action) {
    case 'DISPLAY':
      return [text(rest.join(';') || summary)];
    case 'EMAIL':
      return [
        text(tail.join(';') || summary),
        property('SUMMARY', escaped(summary, NEW)),
        property('ATTENDEE', head === '' ? 'invalid:nomail' : `mailto:${head}`),
      ];
    default: {
      // A device's own sound, `Chimes`, is no URI, which RFC 5545 section 3.8.1.1 wants.
      const sound = rest.join(';');
      return /^[a-z][a-z0-9+.-]+:\S+$/i.test(sound) ? [property('ATTACH', sound)] : [];
    }
  }
}

/** Relative to what the alarm is for, so that it goes along when that is moved, and with each of a series. */
function trigger(time: Timed, frame: DeviceFrame, rule: string | undefined): Property {
  const { span, zone } = frame;
  const base = span.start ?? span.end;
  const instant = instantOf(time, frame);
  if (base === undefined) return property('TRIGGER', momentText({ form: 'utc', wall: instant }), [DATE_TIME]);
  const lead = instant - instantOf(base, frame);
  const own = lead > STALE && rule !== undefined ? leadOfLater(instant, base, frame, rule) : undefined;
  const parameters: Parameter[] = span.start === undefined ? [{ name: 'RELATED', values: ['END'] }] : [];
  // A day lasts as long as its clock says where daylight saving time begins or ends.
  const byClock = base.kind === 'instant' ? lead : zone.wallAt(instant) - base.wall;
  return property('TRIGGER', durationText(durationFrom(own ?? byClock)), parameters);
}

const DATE_TIME: Parameter = { name: 'VALUE', values: ['DATE-TIME'] };

const instantOf = (time: Timed, { zone }: Frame): Instant =>
  time.kind === 'instant' ? time.instant : zone.instantOf(time.wall);

/** Devices tell the alarm of the next occurrence, not of the first: its lead is counted from that one. */
function leadOfLater(instant: Instant, base: Timed, frame: DeviceFrame, rule: string): number | undefined {
  const wall = frame.zone.wallAt(instant);
  try {
    for (const occurrence of occurrences(
      endingWith(ruleOf(rule), {}),
      base.wall,
      new Effort(PATIENCE, frame.setting.effort),
    ))
      if (occurrence.wall >= wall) return occurrence.wall - wall > LONGEST_LEAD ? undefined : wall - occurrence.wall;
  } catch {
    // A series nobody can read has one alarm.
  }
  return undefined;
}
