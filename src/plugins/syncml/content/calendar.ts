import { randomUUID } from 'node:crypto';
import { CradleError } from '../../../dbus/errors.js';
import {
  type CalendarDialect,
  type CalendarOptions,
  convertComponent,
  readCalendar,
} from '../../formats/calendar/convert.js';
import { type Component, component, first, property } from '../../formats/content-lines/component.js';
import { writeContentLines } from '../../formats/content-lines/write.js';
import { enrich } from '../../formats/enrich.js';
import { identityOfComponent } from '../../formats/identity.js';
import { likenessOfComponent } from '../../formats/likeness.js';
import { type Capabilities, reducedComponent } from '../../formats/reduce.js';
import type { Content } from '../dialogue/conversation.js';
import type { Enriched, Form, Outbound, Put } from './form.js';
import { kinOf } from './kinship.js';
import type { Plain, Versions } from './plain.js';

export const CALENDAR = 'text/calendar';

/** Components that are items of a calendar, and what people call them. */
export const ENTRY_NAMES: ReadonlyMap<string, string> = new Map([
  ['VEVENT', 'appointments'],
  ['VTODO', 'tasks'],
  ['VJOURNAL', 'journal entries'],
]);

export interface CalendarHabits {
  readonly dialect: CalendarDialect;
  /** What the device calls that dialect. */
  readonly type: string;
  readonly capabilities: Capabilities;
  /** The components it takes; undefined: any. */
  readonly entries: ReadonlySet<string> | undefined;
  readonly options: CalendarOptions;
}

/** Calendars and task lists: iCalendar 2.0 here, what the device prefers there. */
export class CalendarForm implements Form {
  readonly contentTypes = [CALENDAR, 'text/x-vcalendar'];
  readonly #habits: CalendarHabits;

  constructor(habits: CalendarHabits) {
    // What the other format cannot say stays in the replica; it need not travel along.
    this.#habits = { ...habits, options: { ...habits.options, originals: false } };
  }

  read({ bytes }: Content): Plain {
    const calendar = convertComponent(readCalendar(bytes), 'icalendar-2.0', this.#habits.options);
    if (entryOf(calendar) === undefined) throw new CradleError('InvalidItem', 'there is no entry in the calendar');
    const identity = identityOfComponent(calendar);
    return {
      type: CALENDAR,
      body: writeContentLines([calendar]),
      likeness: likenessOfComponent(calendar),
      summary: identity.summary,
      kin: kinOf(identity),
    };
  }

  /** RFC 5545, section 3.8.4.7: an entry has a UID, and few phones give one. A series and its exceptions share theirs. */
  arriving({ body }: Plain): Uint8Array {
    const calendar = readCalendar(body);
    const entries = calendar.components.filter(({ name }) => ENTRY_NAMES.has(name));
    if (entries.every((entry) => first(entry, 'UID') !== undefined)) return body;
    const known = entries.map((entry) => first(entry, 'UID')).find((uid) => uid !== undefined);
    const uid = known ?? property('UID', randomUUID());
    const complete = (one: Component): Component =>
      entries.includes(one) && first(one, 'UID') === undefined
        ? component(one.name, one.dialect, [uid, ...one.properties], one.components)
        : one;
    const { name, dialect, properties, components } = calendar;
    return writeContentLines([component(name, dialect, properties, components.map(complete))]);
  }

  write({ body }: Put): Outbound {
    const { dialect, type, capabilities, entries, options } = this.#habits;
    const calendar = convertComponent(readCalendar(body), 'icalendar-2.0', options);
    const entry = entryOf(calendar);
    if (entry === undefined) throw new CradleError('InvalidItem', 'there is no entry in the calendar');
    if (entries !== undefined && !entries.has(entry))
      throw new CradleError('Unsupported', `the device keeps no ${ENTRY_NAMES.get(entry) ?? entry} there`);
    const sent = reducedComponent(convertComponent(calendar, dialect, options), capabilities);
    const bytes = writeContentLines([sent], options.charset === undefined ? {} : { charset: options.charset });
    const held = convertComponent(sent, 'icalendar-2.0', options);
    return {
      content: { type, bytes },
      held: {
        body: dialect === 'icalendar-2.0' ? bytes : writeContentLines([held]),
        likeness: likenessOfComponent(held),
      },
      kin: kinOf(identityOfComponent(calendar)),
    };
  }

  enrich({ body, held, told }: Versions, now: Plain): Enriched {
    const rich = enrich({
      rich: body,
      sent: held,
      received: now.body,
      contentType: CALENDAR,
      ...(told === undefined ? {} : { held: told }),
    });
    const identity = identityOfComponent(readCalendar(rich));
    return { type: now.type, body: rich, summary: identity.summary, kin: kinOf(identity) };
  }
}

/** The kind of entry a calendar holds. */
const entryOf = (calendar: Component): string | undefined =>
  calendar.components.find(({ name }) => ENTRY_NAMES.has(name))?.name;
