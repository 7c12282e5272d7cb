import type { ContentCapability, ContentType, PropertyCapability } from './device-information.js';

/** A property, the only values it takes, and its parameters with theirs: `TEL TYPE=HOME,WORK VALUE`, `VERSION=3.0`. */
function property(line: string): PropertyCapability {
  const [head, ...parameters] = line.split(' ').map((word) => {
    const [name = '', values] = word.split('=', 2);
    return { name, values: values === undefined ? [] : values.split(',') };
  });
  return { name: head?.name ?? '', values: head?.values ?? [], parameters };
}

function capability(type: string, version: string, table: string): ContentCapability {
  return { type, version, properties: table.trim().split('\n').map(property) };
}

const PLACES = 'HOME,WORK';
const POSTAL = `${PLACES},DOM,INTL,POSTAL,PARCEL,PREF`;
const PHONES = `${PLACES},PREF,VOICE,FAX,MSG,CELL,PAGER,BBS,MODEM,CAR,ISDN,VIDEO`;
const NETWORKS = `INTERNET,X400,${PLACES},PREF`;

/** What is said in all versions alike; X-* stands for everything of that kind, for we keep what we do not understand. */
const PERSON = `
N
FN
ORG
TITLE
ROLE
NOTE
BDAY
REV
UID
TZ
GEO`;

const VCARD_2_1 = capability(
  'text/x-vcard',
  '2.1',
  `
BEGIN=VCARD
END=VCARD
VERSION=2.1${PERSON}
NICKNAME
CATEGORIES
ADR TYPE=${POSTAL}
LABEL TYPE=${POSTAL}
TEL TYPE=${PHONES}
EMAIL TYPE=${NETWORKS}
URL TYPE=${PLACES},PREF
MAILER
AGENT
PHOTO TYPE VALUE ENCODING
LOGO TYPE VALUE ENCODING
SOUND TYPE VALUE ENCODING
KEY TYPE VALUE ENCODING
X-*`,
);

const VCARD_3_0 = capability(
  'text/vcard',
  '3.0',
  `
BEGIN=VCARD
END=VCARD
VERSION=3.0${PERSON}
PRODID
NICKNAME
CATEGORIES
CLASS
SORT-STRING
ADR TYPE=${POSTAL}
LABEL TYPE=${POSTAL}
TEL TYPE=${PHONES},PCS
EMAIL TYPE=${NETWORKS}
URL TYPE=${PLACES},PREF
IMPP TYPE=${PLACES},PREF
MAILER
AGENT
PHOTO TYPE VALUE ENCODING
LOGO TYPE VALUE ENCODING
SOUND TYPE VALUE ENCODING
KEY TYPE VALUE ENCODING
X-*`,
);

const VCARD_4_0 = capability(
  'text/vcard',
  '4.0',
  `
BEGIN=VCARD
END=VCARD
VERSION=4.0${PERSON}
PRODID
SOURCE
KIND=individual,group,org,location
XML
NICKNAME
GENDER
ANNIVERSARY
CATEGORIES
CLIENTPIDMAP
ADR TYPE=home,work LABEL PREF
TEL TYPE=home,work,text,voice,fax,cell,video,pager,textphone PREF VALUE
EMAIL TYPE=home,work PREF
URL TYPE=home,work PREF
IMPP TYPE=home,work PREF
LANG TYPE=home,work PREF
RELATED TYPE VALUE
MEMBER
PHOTO MEDIATYPE
LOGO MEDIATYPE
SOUND MEDIATYPE
KEY MEDIATYPE
FBURL
CALADRURI
CALURI
X-*`,
);

const VCALENDAR_1_0 = capability(
  'text/x-vcalendar',
  '1.0',
  `
BEGIN=VCALENDAR,VEVENT,VTODO
END=VCALENDAR,VEVENT,VTODO
VERSION=1.0
PRODID
TZ
DAYLIGHT
GEO
UID
SEQUENCE
DCREATED
LAST-MODIFIED
SUMMARY
DESCRIPTION
LOCATION
URL
CATEGORIES
CLASS
STATUS
PRIORITY
TRANSP
DTSTART
DTEND
DUE
COMPLETED
RRULE
RDATE
EXRULE
EXDATE
RNUM
AALARM
DALARM
MALARM
PALARM
ATTENDEE ROLE STATUS RSVP EXPECT
ATTACH VALUE
RELATED-TO
RESOURCES
X-*`,
);

const ICALENDAR_2_0 = capability(
  'text/calendar',
  '2.0',
  `
BEGIN=VCALENDAR,VEVENT,VTODO,VALARM,VTIMEZONE,STANDARD,DAYLIGHT
END=VCALENDAR,VEVENT,VTODO,VALARM,VTIMEZONE,STANDARD,DAYLIGHT
VERSION=2.0
PRODID
CALSCALE=GREGORIAN
METHOD
TZID
TZNAME
TZOFFSETFROM
TZOFFSETTO
TZURL
UID
SEQUENCE
CREATED
DTSTAMP
LAST-MODIFIED
SUMMARY
DESCRIPTION
COMMENT
LOCATION
GEO
URL
CATEGORIES
CLASS
STATUS
PRIORITY
TRANSP
DTSTART TZID VALUE
DTEND TZID VALUE
DUE TZID VALUE
DURATION
COMPLETED
PERCENT-COMPLETE
RRULE
RDATE TZID VALUE
EXDATE TZID VALUE
EXRULE
RECURRENCE-ID TZID VALUE RANGE
ACTION=AUDIO,DISPLAY,EMAIL,PROCEDURE
TRIGGER VALUE RELATED=START,END
REPEAT
ORGANIZER CN DIR SENT-BY
ATTENDEE CN ROLE PARTSTAT RSVP CUTYPE MEMBER DELEGATED-TO DELEGATED-FROM SENT-BY DIR
CONTACT
ATTACH VALUE FMTTYPE ENCODING
RELATED-TO RELTYPE
RESOURCES
REQUEST-STATUS
X-*`,
);

const PLAIN_TEXT: ContentCapability = { type: 'text/plain', version: '1.0', properties: [] };

const ALL = [VCARD_2_1, VCARD_3_0, VCARD_4_0, VCALENDAR_1_0, ICALENDAR_2_0, PLAIN_TEXT];

/** What we hold of a content type; undefined for those of which we hold whatever comes, without a word on it. */
export const capabilityOf = ({ type, version }: ContentType): ContentCapability | undefined =>
  ALL.find((one) => one.type === type && one.version === version);
