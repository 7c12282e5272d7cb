import type { CalendarDialect } from '../../formats/calendar/convert.js';
import type { CardDialect } from '../../formats/card/convert.js';
import type { Datastore } from '../datastores.js';
import type { ContentType } from '../devinf/device-information.js';
import type { SyncmlOptions } from '../options.js';
import { CALENDAR, CalendarForm, ENTRY_NAMES } from './calendar.js';
import { capabilitiesFor } from './capabilities.js';
import { CARD, CardForm } from './card.js';
import { FileForm } from './file.js';
import type { Form } from './form.js';
import { NOTE, NoteForm, VNOTE } from './note.js';
import { OpaqueForm } from './opaque.js';

export interface Habits {
  readonly options: SyncmlOptions;
  /** The device is a phone of the old school unless it says otherwise; a server speaks what is usual today. */
  readonly role: 'client' | 'server';
  /** DevInf's UTC. */
  readonly utc: boolean;
}

/** How the contents of a datastore are exchanged with this device: what its rule says, then what it says itself. */
export function formFor(datastore: Datastore, habits: Habits): Form {
  switch (datastore.family) {
    case 'card':
      return cardForm(datastore, habits);
    case 'calendar':
      return calendarForm(datastore, habits);
    case 'note':
      return noteForm(datastore, habits);
    case 'file':
      return new FileForm();
    case 'opaque':
      return new OpaqueForm(datastore.types);
  }
}

/** The first type the device takes that we can write. */
const preferred = (datastore: Datastore, known: (one: ContentType) => boolean): ContentType | undefined =>
  datastore.information?.receives.find(known);

function cardForm(datastore: Datastore, { options, role }: Habits): Form {
  const told = preferred(datastore, ({ type }) => /^text\/(?:x-)?vcard$|^text\/directory$/i.test(type));
  const version = options.card ?? told?.version ?? (role === 'server' ? '2.1' : '3.0');
  const dialect: CardDialect = version.startsWith('4')
    ? 'vcard-4.0'
    : version.startsWith('3')
      ? 'vcard-3.0'
      : 'vcard-2.1';
  const usual = dialect === 'vcard-2.1' ? 'text/x-vcard' : CARD;
  const type = told !== undefined && (options.card === undefined || options.card === told.version) ? told.type : usual;
  return new CardForm({
    dialect,
    type: type.toLowerCase(),
    capabilities: options.capabilities ? capabilitiesFor(datastore.information, type, version) : {},
    charset: options.charset,
  });
}

function calendarForm(datastore: Datastore, { options, role, utc }: Habits): Form {
  const told = preferred(datastore, ({ type }) => /^text\/(?:x-v)?calendar$/i.test(type));
  const version = options.calendar ?? told?.version ?? (role === 'server' ? '1.0' : '2.0');
  const dialect: CalendarDialect = version.startsWith('2') ? 'icalendar-2.0' : 'vcalendar-1.0';
  const usual = dialect === 'vcalendar-1.0' ? 'text/x-vcalendar' : CALENDAR;
  const type =
    told !== undefined && (options.calendar === undefined || options.calendar === told.version) ? told.type : usual;
  const { zone, charset, allDay, utcAlarms } = options;
  return new CalendarForm({
    dialect,
    type: type.toLowerCase(),
    capabilities: options.capabilities ? capabilitiesFor(datastore.information, type, version) : {},
    entries: entriesOf(datastore),
    options: {
      utc: options.utc ?? utc,
      ...(zone === undefined ? {} : { zone }),
      ...(charset === undefined ? {} : { charset }),
      ...(allDay === undefined ? {} : { allDay }),
      ...(utcAlarms === undefined ? {} : { utcAlarms }),
    },
  });
}

const TASKS = /task|todo|to-do/i;

/** The components it takes: as it lists them under BEGIN, or as its name tells. */
function entriesOf({ name, information }: Datastore): ReadonlySet<string> | undefined {
  const listed = new Set(
    information?.capabilities.flatMap(({ properties }) =>
      properties
        .filter((one) => one.name.toUpperCase() === 'BEGIN')
        .flatMap(({ values }) => values.map((value) => value.toUpperCase()).filter((value) => ENTRY_NAMES.has(value))),
    ) ?? [],
  );
  if (listed.size > 0) return listed;
  return TASKS.test(name) ? new Set(['VTODO']) : undefined;
}

function noteForm(datastore: Datastore, { options }: Habits): Form {
  const told = preferred(datastore, ({ type }) => /^text\/(?:plain|x-vnote)$/i.test(type));
  const type = told?.type.toLowerCase() ?? (datastore.types.includes(VNOTE) ? VNOTE : NOTE);
  const { properties } = options.capabilities
    ? capabilitiesFor(datastore.information, type, told?.version ?? '')
    : { properties: undefined };
  return new NoteForm({ type, maxSize: properties?.get('BODY')?.maxSize, charset: options.charset });
}
