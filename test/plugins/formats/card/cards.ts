/** Cards as devices and programs write them; the people are made up. */
const lines = (...all: readonly string[]): string => `${all.join('\r\n')}\r\n`;

/** A pixel. */
export const GIF = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

/** Series 40: quoted-printable wherever a character is not ASCII, soft line breaks, types without a name. */
export const NOKIA_6021 = lines(
  'BEGIN:VCARD',
  'VERSION:2.1',
  'N;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:M=C3=BCller;J=C3=BCrgen',
  'TEL;PREF;CELL;VOICE:+491700000001',
  'TEL;HOME;VOICE:+49301234567',
  'TEL;WORK;FAX:+493012345689',
  'EMAIL:juergen@example.org',
  'ADR;HOME;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:;;Stra=C3=9Fe des 17. Juni 1=',
  '35;Berlin;;10623;Deutschland',
  'NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Erste Zeile=0D=0AZweite Zeile, l=C3=A4nger=',
  ' als die erste',
  'URL:http://example.org/~juergen?a=1;b=2',
  'X-CLASS:private',
  'END:VCARD',
);

/** Sony Ericsson: how a name is read aloud, a photo in an indented block, an identity of its own. */
export const SONY_ERICSSON = lines(
  'BEGIN:VCARD',
  'VERSION:2.1',
  'N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=B1=B1=E7=94=B0;=E5=A4=AA=E9=83=8E',
  'SOUND;X-IRMC-N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E3=82=84=E3=81=BE=E3=81=A0;=E3=81=9F=E3=82=8D=E3=81=86;;;',
  'TITLE:Engineer\\; chief',
  'ORG:Example\\; Inc.;Research',
  'TEL;CELL:+81900000002',
  'PHOTO;ENCODING=BASE64;TYPE=GIF:',
  ` ${GIF.slice(0, 40)}`,
  ` ${GIF.slice(40)}`,
  '',
  'BDAY:19800301',
  'X-IRMC-LUID:000200000102',
  'END:VCARD',
);

/** Siemens: everything in ISO 8859-1 and quoted-printable, empty properties. */
export const SIEMENS = lines(
  'BEGIN:VCARD',
  'VERSION:2.1',
  'N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:Garc=EDa;In=E9s',
  'TEL;HOME:+34910000003',
  'TEL;CELL:',
  'ORG:',
  'ADR;HOME:;;;;;;',
  'NOTE;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:=BFQu=E9?',
  'END:VCARD',
);

/** S60: groups of types, a nickname of its own, REV in UTC, base64 that is not indented. */
export const S60 = lines(
  'BEGIN:VCARD',
  'VERSION:2.1',
  'REV:20060512T101112Z',
  'UID:8a3c6d0b1f2e4d5c-00e1a5f3c9d0b210-42',
  'N:Doe;Jane;Q.;Dr.;',
  'X-EPOCSECONDNAME:Janey',
  'TEL;VOICE;CELL:+15550000004',
  'TEL;VIDEO;WORK:+15550000005',
  'EMAIL;INTERNET;WORK:jane@example.org',
  'LABEL;HOME;ENCODING=QUOTED-PRINTABLE:1 Main St=0D=0ASpringfield',
  'PHOTO;TYPE=GIF;ENCODING=BASE64:',
  GIF.slice(0, 60),
  GIF.slice(60),
  '',
  'X-SIP;SWIS:sip:jane@example.org',
  'END:VCARD',
);

/** A card with the card of its owner's agent in it (vCard 2.1 section 2.4.2). */
export const WITH_AGENT = lines(
  'BEGIN:VCARD',
  'VERSION:2.1',
  'N:Boss;Big',
  'AGENT:',
  'BEGIN:VCARD',
  'VERSION:2.1',
  'N:Right\\;Hand;Al',
  'NOTE;ENCODING=QUOTED-PRINTABLE:one=0D=0Atwo',
  'END:VCARD',
  'TEL:+15550000006',
  'END:VCARD',
);

/** Evolution: properties of its own, empty ones among them. */
export const EVOLUTION = lines(
  'BEGIN:VCARD',
  'VERSION:3.0',
  'PRODID:-//Example//Contacts//EN',
  'UID:pas-id-4D5E6F',
  'FN:Prof. Anna-Lena Öztürk-Yılmaz',
  'N:Öztürk-Yılmaz;Anna-Lena;;Prof.;',
  'X-EVOLUTION-FILE-AS:Öztürk-Yılmaz\\, Anna-Lena',
  'EMAIL;TYPE=WORK,PREF;X-EVOLUTION-UI-SLOT=1:anna@example.org',
  'TEL;TYPE=CELL;X-EVOLUTION-UI-SLOT=1:+90 532 000 00 07',
  'ADR;TYPE=HOME:;;Istiklal Cd. 5\\, Kat 3;Istanbul;;34430;Türkiye',
  'LABEL;TYPE=HOME:Istiklal Cd. 5\\, Kat 3\\nIstanbul 34430\\nTürkiye',
  'X-EVOLUTION-SPOUSE:Deniz',
  'X-EVOLUTION-ANNIVERSARY:2009-08-10',
  'X-JABBER;TYPE=HOME:anna@example.org',
  'X-AIM:',
  'NOTE:A note with a very long line that has to be folded\\, as it is longer th',
  ' an seventy-five octets; and it has an emoji: 👩‍👩‍👧‍👦 and שלום.',
  'CATEGORIES:Friends,Colleagues\\, old',
  'GEO:41.03;28.97',
  'TZ:+03:00',
  'REV:2026-01-02T03:04:05Z',
  'END:VCARD',
);

/** iOS: groups with labels of their own, a birthday without a year, names with small letters. */
export const IOS = lines(
  'BEGIN:VCARD',
  'VERSION:3.0',
  'PRODID:-//Apple Inc.//iPhone OS 17.0//EN',
  'N:Haro;Kate;;;',
  'FN:Kate Haro',
  'X-PHONETIC-FIRST-NAME:keɪt',
  'ORG:Example Inc.;',
  'EMAIL;type=INTERNET;type=HOME;type=pref:kate@example.org',
  'TEL;type=CELL;type=VOICE;type=pref:(555) 000-0008',
  'item1.TEL:+1 555 000 0009',
  'item1.X-ABLabel:boat',
  'item2.X-ABDATE;type=pref:2012-06-05',
  'item2.X-ABLabel:_$!<Anniversary>!$_',
  'item3.URL;type=pref:http\\://example.org/',
  'item3.X-ABLabel:_$!<HomePage>!$_',
  'BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29',
  `PHOTO;ENCODING=b;TYPE=GIF:${GIF}`,
  'IMPP;X-SERVICE-TYPE=Jabber;type=HOME:xmpp:kate@example.org',
  'X-SOCIALPROFILE;type=twitter:http://example.org/kate',
  'END:VCARD',
);

/** A group of people, as address books of Apple have it. */
export const APPLE_GROUP = lines(
  'BEGIN:VCARD',
  'VERSION:3.0',
  'N:Crew;;;;',
  'FN:Crew',
  'X-ADDRESSBOOKSERVER-KIND:group',
  'X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:6b29fc40-ca47-1067-b31d-00dd010662da',
  'UID:5f1c9f2e-3d3a-4f0b-9a3e-0d8a6d1c2b3a',
  'END:VCARD',
);

/** KDE and others in vCard 4.0: data: URIs, ranks, labels in their addresses, relations. */
export const KDE_4 = lines(
  'BEGIN:VCARD',
  'VERSION:4.0',
  'UID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1',
  'FN:Zoë van den Berg',
  'N;SORT-AS="Berg,Zoë":van den Berg;Zoë;;;',
  'GENDER:F',
  'BDAY:--0415',
  'ANNIVERSARY:20090810',
  'TEL;TYPE="voice,home";PREF=1;VALUE=uri:tel:+31-20-000-0010',
  'TEL;TYPE=cell;PREF=50:+31 6 0000 0011',
  'ADR;TYPE=home;LABEL="Prinsengracht 1^nAmsterdam";GEO="geo:52.37,4.88":;;Prinsengracht 1;Amsterdam;;1015;NL',
  'EMAIL;TYPE=work:zoe@example.org',
  `PHOTO:data:image/gif;base64,${GIF}`,
  'LOGO;MEDIATYPE=image/png:http://example.org/logo.png',
  'IMPP;PREF=1:xmpp:zoe@example.org',
  'RELATED;TYPE=friend:urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
  'GEO:geo:52.37,4.88',
  'TZ:Europe/Amsterdam',
  'KIND:individual',
  'LANG;PREF=1:nl',
  'NOTE:first\\nsecond',
  'REV:20260102T030405Z',
  'END:VCARD',
);

export const ALL: Readonly<Record<string, string>> = {
  NOKIA_6021,
  SONY_ERICSSON,
  SIEMENS,
  S60,
  WITH_AGENT,
  EVOLUTION,
  IOS,
  APPLE_GROUP,
  KDE_4,
};
