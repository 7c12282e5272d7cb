/** The grammars a text of content lines can be written in; `vnote-1.1` is the notes of IrMC phones. */
export const DIALECTS = ['vcard-2.1', 'vcard-3.0', 'vcard-4.0', 'vcalendar-1.0', 'icalendar-2.0', 'vnote-1.1'] as const;

export type Dialect = (typeof DIALECTS)[number];

/** How a dialect is announced: the outermost component's name, its VERSION, and the media type SyncML knows it by. */
interface Announcement {
  readonly component: string;
  readonly version: string;
  readonly mediaType: string;
  /** Of the versit family: quoted-printable, charsets a property, types without a name, other folding and escapes. */
  readonly versit: boolean;
}

const ANNOUNCEMENTS: Readonly<Record<Dialect, Announcement>> = {
  'vcard-2.1': { component: 'VCARD', version: '2.1', mediaType: 'text/x-vcard', versit: true },
  'vcard-3.0': { component: 'VCARD', version: '3.0', mediaType: 'text/vcard', versit: false },
  'vcard-4.0': { component: 'VCARD', version: '4.0', mediaType: 'text/vcard', versit: false },
  'vcalendar-1.0': { component: 'VCALENDAR', version: '1.0', mediaType: 'text/x-vcalendar', versit: true },
  'icalendar-2.0': { component: 'VCALENDAR', version: '2.0', mediaType: 'text/calendar', versit: false },
  'vnote-1.1': { component: 'VNOTE', version: '1.1', mediaType: 'text/x-vnote', versit: true },
};

/** Components that phones send without the VCALENDAR around them. */
const BARE_CALENDAR = new Set([
  'VEVENT',
  'VTODO',
  'VJOURNAL',
  'VFREEBUSY',
  'VTIMEZONE',
  'VALARM',
  'DAYLIGHT',
  'STANDARD',
]);

/** Whether the dialect is of the versit family of 1996: vCard 2.1, vCalendar 1.0, vNote 1.1. */
export const isVersit = (dialect: Dialect): boolean => ANNOUNCEMENTS[dialect].versit;

/** The VERSION value of a dialect. */
export const versionOf = (dialect: Dialect): string => ANNOUNCEMENTS[dialect].version;

/** The media type of a dialect, without parameters. */
export const mediaTypeOf = (dialect: Dialect): string => ANNOUNCEMENTS[dialect].mediaType;

/** The dialect of an outermost component by its name and VERSION; undefined for what is no card, calendar or note. */
export function dialectOf(component: string, version: string | undefined): Dialect | undefined {
  switch (component) {
    case 'VCARD':
      return version === '2.1' ? 'vcard-2.1' : version === '4.0' ? 'vcard-4.0' : 'vcard-3.0';
    case 'VCALENDAR':
      return version === '1.0' ? 'vcalendar-1.0' : 'icalendar-2.0';
    case 'VNOTE':
      return 'vnote-1.1';
    default:
      return BARE_CALENDAR.has(component) ? 'icalendar-2.0' : undefined;
  }
}
