/**
 * How a property's value is built, as far as a conversion must know: `text` is one text, `fields` are separated by `;`,
 * a `list` by `,`, a `uri` has no escapes, `media` are octets or where they lie, an `offset` is a time zone's, and what
 * nobody told us about is `opaque`.
 */
export type Kind = 'text' | 'fields' | 'list' | 'uri' | 'date' | 'media' | 'offset' | 'place' | 'opaque';

const KINDS: ReadonlyMap<string, Kind> = new Map([
  ...named('text', 'FN NOTE TITLE ROLE LABEL TEL EMAIL MAILER PRODID UID CLASS SORT-STRING NAME X-ABLABEL'),
  ...named('text', 'X-PHONETIC-FIRST-NAME X-PHONETIC-MIDDLE-NAME X-PHONETIC-LAST-NAME'),
  ...named('fields', 'N ADR ORG'),
  ...named('list', 'NICKNAME CATEGORIES'),
  ...named('uri', 'URL SOURCE FBURL CALURI CALADRURI IMPP X-ADDRESSBOOKSERVER-MEMBER'),
  ...named('date', 'BDAY REV ANNIVERSARY X-ANNIVERSARY X-EVOLUTION-ANNIVERSARY X-KADDRESSBOOK-X-ANNIVERSARY X-ABDATE'),
  ...named('media', 'PHOTO LOGO SOUND KEY'),
  ...named('offset', 'TZ'),
  ...named('place', 'GEO'),
]);

function named(kind: Kind, names: string): readonly (readonly [string, Kind])[] {
  return names.split(' ').map((name) => [name, kind]);
}

/** Of a vCard property, by its name in upper case. */
export const kindOf = (name: string): Kind => KINDS.get(name) ?? 'opaque';

/** Properties of which a card has one (RFC 6350 section 6: cardinality 1 or *1, and those that are one in practice). */
const SINGLE = new Set(
  `VERSION FN N BDAY ANNIVERSARY X-ANNIVERSARY X-EVOLUTION-ANNIVERSARY X-KADDRESSBOOK-X-ANNIVERSARY GENDER X-GENDER REV
  UID PRODID KIND X-ADDRESSBOOKSERVER-KIND NOTE TITLE ROLE ORG PHOTO LOGO GEO TZ CLASS MAILER SORT-STRING NICKNAME
  CATEGORIES X-PHONETIC-FIRST-NAME X-PHONETIC-MIDDLE-NAME X-PHONETIC-LAST-NAME`.split(/\s+/),
);

export const isSingle = (name: string): boolean => SINGLE.has(name);
