import { type Parameter, type Property, parameterOf, property } from '../../content-lines/component.js';
import { escaped, textOf } from '../../content-lines/values.js';

/** RFC 5545 section 3.2.12 and vCalendar 1.0 section 2.4.1. */
const STATUSES: readonly (readonly [string, string])[] = [
  ['NEEDS-ACTION', 'NEEDS ACTION'],
  ['IN-PROCESS', 'IN PROCESS'],
];

/** vCalendar has no roles but what is expected of one. */
const EXPECTATIONS: readonly (readonly [string, string])[] = [
  ['REQ-PARTICIPANT', 'REQUIRE'],
  ['OPT-PARTICIPANT', 'REQUEST'],
  ['NON-PARTICIPANT', 'FYI'],
];

/** A calendar user address that says there is none; RFC 5545 section 3.3.3 wants a URI. */
const NO_ADDRESS = 'invalid:nomail';

const OWN = new Set(['CN', 'ROLE', 'PARTSTAT', 'RSVP', 'STATUS', 'EXPECT', 'VALUE', 'TYPE']);

/** ATTENDEE or ORGANIZER of iCalendar as an ATTENDEE of vCalendar: `Name <mail>`. */
export function deviceAttendee(one: Property): Property {
  const parameter = (name: string): string => parameterOf(one, name)[0] ?? '';
  const address = one.value.trim();
  const mail = /^mailto:/i.test(address) ? address.slice(7) : address === NO_ADDRESS ? '' : address;
  const name = parameter('CN').trim();
  const who = name === '' ? mail : mail === '' ? name : `${name} <${mail}>`;
  const role = parameter('ROLE').toUpperCase();
  const expect = swapped(EXPECTATIONS, role);
  const status = parameter('PARTSTAT').toUpperCase();
  const rsvp = parameter('RSVP').toUpperCase();
  const title = one.name === 'ORGANIZER' ? 'ORGANIZER' : role === 'CHAIR' ? 'OWNER' : 'ATTENDEE';
  const parameters: Parameter[] = [{ name: 'ROLE', values: [title] }];
  if (status !== '') parameters.push({ name: 'STATUS', values: [swapped(STATUSES, status) ?? status] });
  if (rsvp !== '') parameters.push({ name: 'RSVP', values: [rsvp === 'TRUE' ? 'YES' : 'NO'] });
  if (expect !== undefined) parameters.push({ name: 'EXPECT', values: [expect] });
  return property('ATTENDEE', escaped(who, 'vcalendar-1.0'), [...parameters, ...others(one)]);
}

/** The way back; a role of ORGANIZER is the organizer. */
export function calendarAttendee(one: Property): Property {
  const parameter = (name: string): string => (parameterOf(one, name)[0] ?? '').trim().toUpperCase();
  const { name, mail } = whoOf(textOf(one, 'vcalendar-1.0'));
  const parameters: Parameter[] = [];
  if (name !== '') parameters.push({ name: 'CN', values: [name] });
  const role = parameter('ROLE') === 'OWNER' ? 'CHAIR' : swapped(EXPECTATIONS, parameter('EXPECT'), true);
  const organizes = parameter('ROLE') === 'ORGANIZER';
  if (role !== undefined && !organizes) parameters.push({ name: 'ROLE', values: [role] });
  const status = parameter('STATUS').replace('_', ' ');
  if (status !== '' && !organizes) parameters.push({ name: 'PARTSTAT', values: [participation(status)] });
  const rsvp = parameter('RSVP');
  if (rsvp !== '' && !organizes)
    parameters.push({ name: 'RSVP', values: [/^(?:YES|TRUE)$/.test(rsvp) ? 'TRUE' : 'FALSE'] });
  const address = mail === '' ? NO_ADDRESS : /^[a-z][a-z0-9+.-]*:/i.test(mail) ? mail : `mailto:${mail}`;
  return property(organizes ? 'ORGANIZER' : 'ATTENDEE', address, [...parameters, ...others(one)]);
}

function participation(status: string): string {
  if (status === 'CONFIRMED') return 'ACCEPTED';
  return status === 'SENT' ? 'NEEDS-ACTION' : (swapped(STATUSES, status, true) ?? status.replace(/\s+/g, '-'));
}

/** `Name <mail>`, `mail` or `Name`. */
function whoOf(text: string): { readonly name: string; readonly mail: string } {
  const match = /^([^<]*)<([^<>]*)>\s*$/.exec(text.trim());
  if (match !== null) return { name: (match[1] ?? '').trim().replace(/^"(.*)"$/, '$1'), mail: (match[2] ?? '').trim() };
  const bare = text.trim();
  return /^\S+@\S+$|^[a-z][a-z0-9+.-]*:\S+$/i.test(bare) ? { name: '', mail: bare } : { name: bare, mail: '' };
}

const others = (one: Property): readonly Parameter[] => one.parameters.filter(({ name }) => !OWN.has(name));

function swapped(pairs: readonly (readonly [string, string])[], value: string, back = false): string | undefined {
  const [from, to] = back ? ([1, 0] as const) : ([0, 1] as const);
  return pairs.find((pair) => pair[from] === value)?.[to];
}
