import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CradleError } from '../../../../src/dbus/errors.js';
import {
  type Component,
  first,
  parameterOf,
  typesOf,
} from '../../../../src/plugins/formats/content-lines/component.js';
import { LIMITS } from '../../../../src/plugins/formats/content-lines/limits.js';
import { parseContentLines, parseSingle } from '../../../../src/plugins/formats/content-lines/parse.js';
import { octetsOf, textOf } from '../../../../src/plugins/formats/content-lines/values.js';
import { writeContentLines } from '../../../../src/plugins/formats/content-lines/write.js';

const card = (version: string, ...lines: readonly string[]): Buffer =>
  Buffer.from(`BEGIN:VCARD\r\nVERSION:${version}\r\n${lines.join('\r\n')}\r\nEND:VCARD\r\n`);

/** What a property says; undefined when there is none. */
function told(of: Component, name: string): string | undefined {
  const found = first(of, name);
  return found === undefined ? undefined : textOf(found, of.dialect);
}

const tell = (bytes: Uint8Array, name: string): string | undefined => told(parseSingle(bytes), name);

function refuses(bytes: Uint8Array, complaint: RegExp, limits = LIMITS): void {
  assert.throws(
    () => parseContentLines(bytes, '', limits),
    (thrown: unknown) =>
      thrown instanceof CradleError && thrown.code === 'InvalidItem' && complaint.test(thrown.message),
  );
}

test('the version tells the dialect, wherever it stands, and what has none is a vCard 3.0 or an iCalendar 2.0', () => {
  const dialect = (text: string): string | undefined => parseContentLines(Buffer.from(text))[0]?.dialect;
  assert.equal(dialect('BEGIN:VCARD\nVERSION:2.1\nEND:VCARD'), 'vcard-2.1');
  assert.equal(dialect('BEGIN:VCARD\nFN:x\nversion:4.0\nEND:VCARD'), 'vcard-4.0');
  assert.equal(dialect('BEGIN:VCARD\nEND:VCARD'), 'vcard-3.0');
  assert.equal(dialect('BEGIN:VCALENDAR\nVERSION:1.0\nEND:VCALENDAR'), 'vcalendar-1.0');
  assert.equal(dialect('BEGIN:VCALENDAR\nEND:VCALENDAR'), 'icalendar-2.0');
  assert.equal(dialect('BEGIN:VEVENT\nEND:VEVENT'), 'icalendar-2.0');
  assert.equal(dialect('BEGIN:VNOTE\nVERSION:1.1\nEND:VNOTE'), 'vnote-1.1');
});

test('vCard 3.0 folds anywhere, inside characters too; vCard 2.1 folds at white space, which stays', () => {
  const bytes = card('3.0', 'NOTE:one two', '  three', '\tfour Mü', ' ller');
  assert.equal(tell(bytes, 'NOTE'), 'one two threefour Müller');
  const split = Buffer.concat([
    Buffer.from('BEGIN:VCARD\nFN:M'),
    Buffer.from([0xc3]),
    Buffer.from('\n '),
    Buffer.from([0xbc]),
    Buffer.from('ller\nEND:VCARD'),
  ]);
  assert.equal(tell(split, 'FN'), 'Müller');
  assert.equal(tell(card('2.1', 'NOTE:one', ' two', '\tthree'), 'NOTE'), 'one two\tthree');
});

test('quoted-printable: soft breaks, blanks behind them, blanks at the start of a line, 8-bit characters among it', () => {
  const quoted = (...lines: readonly string[]) => tell(card('2.1', ...lines), 'NOTE');
  assert.equal(quoted('NOTE;QUOTED-PRINTABLE:a=3Db=', '  c= ', 'd'), 'a=b  cd');
  assert.equal(quoted('NOTE;ENCODING=QUOTED-PRINTABLE:one=0D=0Atwo=0Athree'), 'one\ntwo\nthree');
  assert.equal(quoted('NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=c3=BCller und Söhne=ZZ'), 'Müller und Söhne=ZZ');
  assert.equal(quoted('NOTE;QUOTED-PRINTABLE:a=', 'b=', '', 'FN:c'), 'ab');
});

test('quoted-printable is read in vCard 3.0 too, as some programs write it', () => {
  assert.equal(
    tell(card('3.0', 'NOTE;ENCODING=QUOTED-PRINTABLE:one=0D=0Atwo, =', ' three'), 'NOTE'),
    'one\ntwo,  three',
  );
});

test('base64: indented or not, ended by an empty line or by the next property', () => {
  const bytes = Buffer.from('a picture of more than a line, and some more of it');
  const text = bytes.toString('base64');
  const [one, two] = [text.slice(0, 30), text.slice(30)];
  for (const lines of [
    ['PHOTO;JPEG;BASE64:', one, two, '', 'FN:x'],
    ['PHOTO;TYPE=JPEG;ENCODING=BASE64:', ` ${one}`, `    ${two}`, '', 'FN:x'],
    ['PHOTO;ENCODING=b;TYPE=JPEG:', one, two, 'FN:x'],
    [`PHOTO;ENCODING=B:${one}`, ` ${two}`, 'FN:x'],
    [`PHOTO;ENCODING=B:${one}`, two, 'FN:x'],
    ['PHOTO;BASE64:', ` ${one}`, ` ${two}`, ' ', 'FN:x'],
  ])
    for (const version of ['2.1', '3.0']) {
      const read = parseSingle(card(version, ...lines));
      const photo = first(read, 'PHOTO');
      assert(photo !== undefined);
      assert.deepEqual(octetsOf(photo), bytes, lines.join('|'));
      assert.equal(told(read, 'FN'), 'x');
    }
});

test('each property may have a charset of its own, with quoted-printable or without', () => {
  const latin = Buffer.concat([
    Buffer.from('BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=ISO-8859-1:M\xfcller\r\nNOTE;CHARSET=UTF-8:', 'latin1'),
    Buffer.from('Zoë'),
    Buffer.from('\r\nTITLE;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:=8E=52=93=63\r\nORG;CHARSET=WINDOWS-1251:'),
    Buffer.from([0xcc, 0xe8, 0xf0]),
    Buffer.from(
      '\r\nROLE;CHARSET=GB2312;ENCODING=QUOTED-PRINTABLE:=C4=E3=BA=C3\r\nEMAIL:caf\xe9\r\nEND:VCARD',
      'latin1',
    ),
  ]);
  const read = parseSingle(latin);
  assert.deepEqual(
    ['N', 'NOTE', 'TITLE', 'ORG', 'ROLE', 'EMAIL'].map((name) => told(read, name)),
    ['Müller', 'Zoë', '山田', 'Мир', '你好', 'café'],
  );
  assert.deepEqual(first(read, 'N')?.parameters, []);
});

test('a charset that nobody knows, or that is none, is UTF-8 or else windows-1252', () => {
  for (const charset of ['X-NOBODY', 'base64', 'hex', 'utf-16', '__proto__', ''])
    assert.equal(tell(card('2.1', `N;CHARSET=${charset};ENCODING=QUOTED-PRINTABLE:M=C3=BCller`), 'N'), 'Müller');
  assert.equal(tell(card('2.1', 'N;CHARSET=X-NOBODY;ENCODING=QUOTED-PRINTABLE:M=FCller'), 'N'), 'Müller');
  assert.equal(tell(card('2.1', 'N;CHARSET=ISO-2022-JP;QUOTED-PRINTABLE:=1B$B;3ED=1B(B'), 'N'), '山田');
});

test('a backslash that is half of a Shift_JIS character is no escape', () => {
  const bytes = Buffer.concat([
    Buffer.from('BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=SHIFT_JIS:'),
    Buffer.from([0x95, 0x5c, 0x3b, 0x8e, 0x52]),
    Buffer.from('\nEND:VCARD'),
  ]);
  assert.equal(tell(bytes, 'N'), '表;山');
});

test('what a text is labelled with holds where a property says nothing', () => {
  const bytes = Buffer.from('BEGIN:VCARD\nVERSION:2.1\nN:\xcc\xe8\xf0\nEND:VCARD', 'latin1');
  const [read] = parseContentLines(bytes, 'windows-1251');
  assert(read !== undefined);
  assert.equal(told(read, 'N'), 'Мир');
});

test('whole files in UTF-16, with a mark or without, and UTF-8 with one', () => {
  const text = 'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Zoë 山\r\nEND:VCARD\r\n';
  const little = Buffer.from(text, 'utf16le');
  const big = Buffer.from(little).swap16();
  const marked = (mark: readonly number[], bytes: Buffer) => Buffer.concat([Buffer.from(mark), bytes]);
  for (const bytes of [
    little,
    big,
    marked([0xff, 0xfe], little),
    marked([0xfe, 0xff], big),
    marked([0xef, 0xbb, 0xbf], Buffer.from(text)),
  ])
    assert.equal(tell(bytes, 'FN'), 'Zoë 山');
});

test('lines end with CRLF, LF, CR or CRCRLF; NUL and Control-Z behind them are padding', () => {
  for (const end of ['\r\n', '\n', '\r', '\r\r\n'])
    assert.equal(tell(Buffer.from(`BEGIN:VCARD${end}FN:x${end}END:VCARD${end}\0\0\x1a`), 'FN'), 'x');
});

test('parameters: bare, named, repeated, quoted, in lists, and with the escapes of RFC 6868', () => {
  const read = parseSingle(
    card(
      '3.0',
      'TEL;HOME;type=WORK,pref;TYPE="voice,cell";X-A="b;c:d";X-B=^n^^^\':1',
      'PHOTO;VALUE=URL:http://example.org/a:b',
    ),
  );
  const tel = first(read, 'TEL');
  assert(tel !== undefined);
  assert.deepEqual(parameterOf(tel, 'TYPE'), ['HOME', 'WORK', 'pref', 'voice,cell']);
  assert.deepEqual(typesOf(tel), ['home', 'work', 'pref', 'voice', 'cell']);
  assert.deepEqual([parameterOf(tel, 'X-A'), parameterOf(tel, 'X-B')], [['b;c:d'], ['\n^"']]);
  assert.equal(told(read, 'PHOTO'), 'http://example.org/a:b');
});

test('groups, spellings, order and what nobody knows are kept', () => {
  const text =
    'BEGIN:VCARD\r\nVERSION:3.0\r\nX-Foo;X-BAR=1:a;b,c\r\nitem1.X-ABLabel:boat\r\nFN:x\r\nitem1.tel:1\r\nX-FOO:2\r\nEND:VCARD\r\n';
  assert.equal(Buffer.from(writeContentLines(parseContentLines(Buffer.from(text)))).toString(), text);
});

test('several items in one text, and cards inside cards', () => {
  const two = Buffer.concat([card('2.1', 'N:a'), Buffer.from('\r\n'), card('4.0', 'FN:b')]);
  assert.deepEqual(
    parseContentLines(two).map((one) => one.dialect),
    ['vcard-2.1', 'vcard-4.0'],
  );
  refuses(card('2.1', 'AGENT:', 'N:a', 'BEGIN:VCARD', 'N:b'), /^line 1 begins a VCARD that never ends$/);
  for (const agent of [['AGENT:', 'BEGIN:VCARD'], ['AGENT:BEGIN:VCARD']]) {
    const read = parseSingle(card('2.1', ...agent, 'N:b', 'END:VCARD', 'N:a'));
    assert.equal(told(read, 'N'), 'a');
    assert.deepEqual(
      read.components.map((one) => told(one, 'N')),
      ['b'],
    );
  }
  assert.throws(() => parseSingle(two), /holds 2 items/);
});

test('what is broken is refused with the number of its line', () => {
  refuses(card('3.0', 'FN:x', 'no colon at all', 'TEL:1'), /^line 4 is no property: “no colon at all”$/);
  refuses(card('3.0', 'a name with blanks:1'), /^line 3 is no property/);
  refuses(Buffer.from('FN:x'), /^line 1 is outside of any card, calendar or note: “FN”$/);
  refuses(Buffer.from('BEGIN:VCARD\nFN:x'), /^line 1 begins a VCARD that never ends$/);
  refuses(Buffer.from('BEGIN:VCARD\nEND:VEVENT'), /^line 2 ends “VEVENT” inside a “VCARD”$/);
  refuses(Buffer.from('END:VCARD'), /^line 1 ends “VCARD”, which never began$/);
  refuses(Buffer.from('BEGIN:HTML'), /^line 1 begins “HTML”, which is no card, calendar or note$/);
});

test('what is too large, too deep or too long is refused', () => {
  const deep = `${'BEGIN:VCALENDAR\n'.repeat(20)}${'END:VCALENDAR\n'.repeat(20)}`;
  refuses(Buffer.from(deep), /^line 17 nests too deeply$/);
  refuses(card('3.0', `FN${';A=1'.repeat(300)}:x`), /^line 3 is no property/);
  refuses(card('3.0', `FN;A=${'1,'.repeat(300)}:x`), /^line 3 is no property/);
  refuses(card('3.0', 'FN:x', 'FN:y'), /^line 4 is one too many/, { ...LIMITS, lines: 3 });
  refuses(card('3.0', 'FN:x', 'FN:y'), /^line 4 is one too many for a VCARD$/, { ...LIMITS, properties: 2 });
  refuses(card('3.0', 'FN:x'), /bytes, more than the 10 allowed/, { ...LIMITS, bytes: 10 });
});

test('a device gets its own charset where that has the characters', () => {
  const [read] = parseContentLines(card('2.1', 'N;CHARSET=UTF-8:Müller', 'NOTE;CHARSET=UTF-8:山'));
  assert(read !== undefined);
  const text = Buffer.from(writeContentLines([read], { charset: 'ISO-8859-1' })).toString('latin1');
  assert.match(text, /N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller\r\n/);
  assert.match(text, /NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=B1=B1\r\n/);
});
