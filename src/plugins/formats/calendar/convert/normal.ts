import { type Component, changed, type Parameter, type Property } from '../../content-lines/component.js';
import { ruleOf, ruleText } from '../rules/rrule.js';
import { durationOf, durationText, lengthOf } from '../time/duration.js';

/** Parameters that say what holds without them, by property; `*` for all. */
const DEFAULTS: Readonly<Record<string, string>> = {
  'TRIGGER;RELATED': 'START',
  'TRIGGER;VALUE': 'DURATION',
  '*;VALUE': 'DATE-TIME',
  'ATTENDEE;ROLE': 'REQ-PARTICIPANT',
  'ATTENDEE;PARTSTAT': 'NEEDS-ACTION',
  'ATTENDEE;RSVP': 'FALSE',
  'ATTENDEE;CUTYPE': 'INDIVIDUAL',
};

/** Lines of iCalendar in one order and one spelling, so that what means the same is the same text. */
export const normalText = (of: Pick<Component, 'properties' | 'components'>): string =>
  [...of.properties.flatMap(normalLines), ...of.components.map((one) => `${one.name}{\n${normalText(one)}\n}`)]
    .sort()
    .join('\n');

/** A list of dates is as many lines of one. */
function normalLines(one: Property): readonly string[] {
  if (one.name !== 'EXDATE' && one.name !== 'RDATE') return [normalLine(one)];
  return one.value.split(',').map((value) => normalLine(changed(one, { value })));
}

function normalLine(one: Property): string {
  const value = normalValue(one);
  if (one.parameters.length === 0) return `${one.name}:${value}`;
  const parameters = one.parameters.flatMap((parameter) => normalParameter(one.name, parameter)).sort();
  return `${one.name}${parameters.join('')}:${value}`;
}

function normalParameter(property: string, { name, values }: Parameter): readonly string[] {
  const value = values.join(',');
  const usual = DEFAULTS[`${property};${name}`] ?? DEFAULTS[`*;${name}`];
  return value === '' || value.toUpperCase() === usual ? [] : [`;${name}=${values.join('\u0000')}`];
}

function normalValue({ name, value }: Property): string {
  switch (name) {
    case 'RRULE':
    case 'EXRULE':
      try {
        return ruleText(ruleOf(value));
      } catch {
        return value;
      }
    case 'TRIGGER':
    case 'DURATION': {
      const duration = durationOf(value);
      // 24 hours and a day are one for what is compared here.
      return duration === undefined ? value : durationText({ days: 0, seconds: lengthOf(duration) });
    }
    case 'ATTENDEE':
    case 'ORGANIZER':
      return value.replace(/^mailto:/i, 'mailto:');
    default:
      return value;
  }
}
