import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CradleError } from '../../../../src/dbus/errors.js';
import { noteOfText, plainNote, summaryOf, textOfNote } from '../../../../src/plugins/formats/notes/convert.js';

const bytes = (...lines: readonly string[]): Uint8Array => Buffer.from(`${lines.join('\r\n')}\r\n`);
const read = (note: Uint8Array): string => Buffer.from(textOfNote(note)).toString();

test('a note of a phone is its text', () => {
  const note = bytes(
    'BEGIN:VNOTE',
    'VERSION:1.1',
    'SUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Einkaufen f=C3=BCr',
    'BODY;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Einkaufen f=C3=BCr=0D=0A- Milch=0D=0A- M=C3=BCll=',
    'beutel',
    'DCREATED:20050101T100000',
    'LAST-MODIFIED:20050102T100000Z',
    'X-IRMC-LUID:0004',
    'END:VNOTE',
  );
  assert.equal(read(note), 'Einkaufen für\n- Milch\n- Müllbeutel');
});

test('a summary that is no part of the text is its first line', () => {
  assert.equal(read(bytes('BEGIN:VNOTE', 'VERSION:1.1', 'SUMMARY:Title', 'BODY:Text', 'END:VNOTE')), 'Title\nText');
  assert.equal(read(bytes('BEGIN:VNOTE', 'VERSION:1.1', 'SUMMARY:Title', 'END:VNOTE')), 'Title');
  assert.equal(read(bytes('BEGIN:VNOTE', 'VERSION:1.1', 'BODY:Text', 'END:VNOTE')), 'Text');
  const journal = bytes(
    'BEGIN:VCALENDAR',
    'VERSION:1.0',
    'BEGIN:VJOURNAL',
    'SUMMARY:a',
    'DESCRIPTION:b',
    'END:VJOURNAL',
    'END:VCALENDAR',
  );
  assert.equal(read(journal), 'a\nb');
});

test('a text becomes a note with its first line as summary, and what the phone kept with it', () => {
  const former = bytes(
    'BEGIN:VNOTE',
    'VERSION:1.1',
    'BODY:old',
    'DCREATED:20050101T100000',
    'X-IRMC-LUID:0004',
    'END:VNOTE',
  );
  const note = Buffer.from(noteOfText(Buffer.from('\nErste Zeile; ü\nzweite'), { former })).toString();
  assert.match(note, /^BEGIN:VNOTE\r\nVERSION:1\.1\r\nSUMMARY;.*=C3=BC\r\nBODY;/);
  assert.match(note, /DCREATED:20050101T100000\r\nX-IRMC-LUID:0004\r\nEND:VNOTE\r\n$/);
  assert(!note.includes('old'));
});

test('any text comes back as it was', () => {
  const text = fc.string({
    unit: fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
      fc.constantFrom('\n', '=', ';', '\\', ':', 'ü'),
    ),
    maxLength: 200,
  });
  fc.assert(
    fc.property(text, (one) => {
      const plain = one.replaceAll('\r', '').replaceAll('\0', '').trimEnd();
      assert.equal(read(noteOfText(Buffer.from(plain))), plain);
    }),
  );
});

test('charsets, marks and line ends of others are taken off', () => {
  assert.equal(Buffer.from(plainNote(Buffer.from('\uFEFFa\r\nb\rc\0'))).toString(), 'a\nb\nc');
  assert.equal(Buffer.from(plainNote(Buffer.from([0xfc]), { charset: 'ISO-8859-1' })).toString(), 'ü');
  assert.match(
    Buffer.from(noteOfText(Buffer.from('ü'), { charset: 'ISO-8859-1' })).toString(),
    /BODY;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:=FC/,
  );
  assert.equal(summaryOf(`\n  ${'🎉'.repeat(300)}\nx`), '🎉'.repeat(128));
});

test('what is no note is refused, whatever it is', () => {
  assert.throws(() => read(bytes('BEGIN:VCARD', 'VERSION:2.1', 'N:x', 'END:VCARD')), {
    name: 'CradleError.InvalidItem',
  });
  assert.throws(() => noteOfText(new Uint8Array(5 * 1024 * 1024)), { name: 'CradleError.InvalidItem' });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (one) => {
      try {
        textOfNote(one);
      } catch (error) {
        assert(error instanceof CradleError, String(error));
      }
      noteOfText(one);
      plainNote(one);
    }),
  );
});
