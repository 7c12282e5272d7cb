import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CradleError } from '../../../../src/dbus/errors.js';
import { type CardDialect, convertCard } from '../../../../src/plugins/formats/card/convert.js';
import { GIF, IOS, KDE_4, NOKIA_6021, S60, SIEMENS, SONY_ERICSSON, WITH_AGENT } from './cards.js';

/** The lines of a card in another version, unfolded, without its frame. */
function lines(text: string, to: CardDialect): readonly string[] {
  const written = Buffer.from(convertCard(Buffer.from(text), to)).toString();
  return written
    .replace(to === 'vcard-2.1' ? /=\r\n/g : /\r\n /g, '')
    .split('\r\n')
    .slice(2, -2);
}

const card = (version: string, ...all: readonly string[]): string =>
  `BEGIN:VCARD\r\nVERSION:${version}\r\n${all.join('\r\n')}\r\nEND:VCARD\r\n`;

/** What becomes of some lines. */
const becomes = (from: string, to: CardDialect, ...all: readonly string[]): readonly string[] =>
  lines(card(from, ...all), to);

test('a Nokia’s card on the desktop', () => {
  assert.deepEqual(lines(NOKIA_6021, 'vcard-3.0'), [
    'FN;X-CRADLE-WAS=absent:Jürgen Müller',
    'N:Müller;Jürgen',
    'TEL;TYPE=PREF,CELL,VOICE:+491700000001',
    'TEL;TYPE=HOME,VOICE:+49301234567',
    'TEL;TYPE=WORK,FAX:+493012345689',
    'EMAIL:juergen@example.org',
    'ADR;TYPE=HOME:;;Straße des 17. Juni 135;Berlin;;10623;Deutschland',
    'NOTE:Erste Zeile\\nZweite Zeile\\, länger als die erste',
    'URL:http://example.org/~juergen?a=1;b=2',
    'X-CLASS:private',
  ]);
});

test('a Sony Ericsson’s card: how the name is read, a semicolon in a name, a picture', () => {
  assert.deepEqual(lines(SONY_ERICSSON, 'vcard-3.0'), [
    'FN;X-CRADLE-WAS=absent:太郎 山田',
    'N:山田;太郎',
    'X-PHONETIC-LAST-NAME:やまだ',
    'X-PHONETIC-FIRST-NAME:たろう',
    'TITLE:Engineer\\; chief',
    'ORG:Example\\; Inc.;Research',
    'TEL;TYPE=CELL:+81900000002',
    `PHOTO;ENCODING=B;TYPE=GIF:${GIF}`,
    'BDAY:1980-03-01',
    'X-IRMC-LUID:000200000102',
  ]);
});

test('a Siemens’ card: its charset is read, its empty properties are kept', () => {
  assert.deepEqual(lines(SIEMENS, 'vcard-3.0').slice(1), [
    'N:García;Inés',
    'TEL;TYPE=HOME:+34910000003',
    'TEL;TYPE=CELL:',
    'ORG:',
    'ADR;TYPE=HOME:;;;;;;',
    'NOTE:¿Qué?',
  ]);
});

test('an S60’s card as vCard 4.0', () => {
  const read = lines(S60, 'vcard-4.0');
  assert(read.includes('REV:20060512T101112Z'));
  assert(read.includes(`PHOTO:data:image/gif;base64,${GIF}`));
  assert(read.includes('ADR;TYPE=HOME;LABEL=1 Main St^nSpringfield:;;;;;;'));
});

test('an agent’s card is text inside a card of 3.0, a relation in 4.0, and a card again in 2.1', () => {
  const inside =
    'BEGIN:VCARD\\nVERSION:3.0\\nFN\\;X-CRADLE-WAS=absent:Al Right\\\\\\;Hand\\nN:Right\\\\\\;Hand\\;Al\\nNOTE:one\\\\ntwo\\nEND:VCARD\\n';
  assert(lines(WITH_AGENT, 'vcard-3.0').includes(`AGENT:${inside}`));
  assert(lines(WITH_AGENT, 'vcard-4.0').includes(`RELATED;X-CRADLE-WAS=AGENT;TYPE=agent;VALUE=text:${inside}`));
  const back = convertCard(convertCard(Buffer.from(WITH_AGENT), 'vcard-3.0'), 'vcard-2.1');
  assert.equal(Buffer.from(back).toString(), WITH_AGENT);
  assert.deepEqual(becomes('3.0', 'vcard-2.1', 'AGENT:no card\\nat all'), [
    'AGENT;ENCODING=QUOTED-PRINTABLE:no card=0D=0Aat all',
  ]);
});

test('an iPhone’s card for an old phone and for vCard 4.0', () => {
  const old = lines(IOS, 'vcard-2.1');
  for (const expected of [
    'SOUND;X-IRMC-N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:;ke=C9=AAt;;;',
    'EMAIL;INTERNET;HOME;PREF:kate@example.org',
    'item1.X-ABLabel:boat',
    'BDAY;X-APPLE-OMIT-YEAR=1604:16040229',
  ])
    assert(old.includes(expected), expected);
  const modern = lines(IOS, 'vcard-4.0');
  for (const expected of [
    'BDAY:--0229',
    'TEL;TYPE=CELL,VOICE;PREF=1:(555) 000-0008',
    `PHOTO:data:image/gif;base64,${GIF}`,
  ])
    assert(modern.includes(expected), expected);
});

test('a vCard 4.0 for programs of 3.0', () => {
  assert.deepEqual(lines(KDE_4, 'vcard-3.0'), [
    'UID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1',
    'FN:Zoë van den Berg',
    'N:van den Berg;Zoë;;;',
    'SORT-STRING:Berg\\,Zoë',
    'X-GENDER:Female',
    'BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-15',
    'X-ANNIVERSARY:2009-08-10',
    'TEL;TYPE="voice,home",pref;X-CRADLE-WAS=uri:+31-20-000-0010',
    'TEL;TYPE=cell;X-PREF=50:+31 6 0000 0011',
    'ADR;TYPE=home;GEO="geo:52.37,4.88":;;Prinsengracht 1;Amsterdam;;1015;NL',
    'LABEL;TYPE=home;GEO="geo:52.37,4.88":Prinsengracht 1\\nAmsterdam',
    'EMAIL;TYPE=work:zoe@example.org',
    `PHOTO;TYPE=GIF;ENCODING=B:${GIF}`,
    'LOGO;TYPE=PNG;VALUE=uri:http://example.org/logo.png',
    'IMPP;TYPE=pref:xmpp:zoe@example.org',
    'X-RELATED;TYPE=friend:urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
    'GEO:52.37;4.88',
    'TZ;VALUE=text:Europe/Amsterdam',
    'X-ADDRESSBOOKSERVER-KIND:individual',
    'LANG;TYPE=pref:nl',
    'NOTE:first\\nsecond',
    'REV:2026-01-02T03:04:05Z',
  ]);
});

test('old names of messengers and relations are found in 4.0, and found again', () => {
  assert.deepEqual(
    becomes(
      '3.0',
      'vcard-4.0',
      'X-JABBER;TYPE=HOME:a b@example.org',
      'X-SPOUSE:Kim\\, dear',
      'X-ICQ:',
      'X-SIP:sip:x@example.org',
    ),
    [
      'IMPP;TYPE=HOME;X-CRADLE-WAS=X-JABBER:xmpp:a%20b@example.org',
      'RELATED;X-CRADLE-WAS=X-SPOUSE;TYPE=spouse;VALUE=text:Kim\\, dear',
      'X-ICQ:',
      'X-SIP:sip:x@example.org',
    ],
  );
  // Somebody has made another messenger of it since.
  assert.deepEqual(becomes('4.0', 'vcard-3.0', 'IMPP;X-CRADLE-WAS=X-JABBER:skype:someone'), [
    'IMPP;X-CRADLE-WAS=X-JABBER:skype:someone',
  ]);
});

test('a name that was made up goes again, unless somebody has changed it', () => {
  assert.deepEqual(becomes('2.1', 'vcard-3.0', 'N:Doe;Jane'), ['FN;X-CRADLE-WAS=absent:Jane Doe', 'N:Doe;Jane']);
  assert.deepEqual(becomes('3.0', 'vcard-2.1', 'FN;X-CRADLE-WAS=absent:Jane Doe', 'N:Doe;Jane'), ['N:Doe;Jane']);
  assert.deepEqual(becomes('3.0', 'vcard-2.1', 'FN;X-CRADLE-WAS=absent:Jane', 'N:Doe;Jane'), ['FN:Jane', 'N:Doe;Jane']);
  assert.deepEqual(becomes('4.0', 'vcard-3.0', 'FN:Cher'), ['FN:Cher', 'N;X-CRADLE-WAS=absent:Cher;;;;']);
});

test('lists inside a name are lists again after an old phone’s version', () => {
  const old = becomes('3.0', 'vcard-2.1', 'N:Stevenson;John;Philip,Paul;Dr.;Jr.\\, M.D.,A.C.P.');
  assert.deepEqual(old, ['N;X-CRADLE-WAS=lists:Stevenson;John;Philip,Paul;Dr.;Jr.\\, M.D.,A.C.P.']);
  assert.deepEqual(becomes('2.1', 'vcard-3.0', ...old).slice(1), [
    'N:Stevenson;John;Philip,Paul;Dr.;Jr.\\, M.D.,A.C.P.',
  ]);
  assert.deepEqual(becomes('3.0', 'vcard-2.1', 'N:Doe\\, Sr.;John'), ['N:Doe, Sr.;John']);
});

test('several cards in one text become several cards', () => {
  const both = convertCard(Buffer.from(card('2.1', 'N:a') + card('4.0', 'FN:b', 'N:b')), 'vcard-3.0');
  assert.equal(
    Buffer.from(both)
      .toString()
      .match(/VERSION:3\.0/g)?.length,
    2,
  );
});

test('what is no card is refused', () => {
  for (const text of ['', 'BEGIN:VCALENDAR\nEND:VCALENDAR', 'hello'])
    assert.throws(
      () => convertCard(Buffer.from(text), 'vcard-3.0'),
      (thrown: unknown) => thrown instanceof CradleError && thrown.code === 'InvalidItem',
    );
});

test('agents that have agents for ever are refused', () => {
  const depth = 8;
  const text = 'BEGIN:VCARD\nVERSION:2.1\nN:x\nAGENT:\n'.repeat(depth) + 'END:VCARD\n'.repeat(depth);
  assert.throws(() => convertCard(Buffer.from(text), 'vcard-3.0'), /agent inside an agent/);
});
