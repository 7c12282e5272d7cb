import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CradleError } from '../../../../src/dbus/errors.js';
import { parseContentLines } from '../../../../src/plugins/formats/content-lines/parse.js';
import { writeContentLines } from '../../../../src/plugins/formats/content-lines/write.js';
import { ALL } from '../card/cards.js';
import { mutated } from '../mutation.js';

/** Reads what is readable, and what it read it can write and read again; all else is an InvalidItem. */
function withstands(bytes: Uint8Array): void {
  try {
    const read = parseContentLines(bytes);
    const again = parseContentLines(writeContentLines(read));
    assert.equal(again.length, read.length);
  } catch (thrown) {
    assert(thrown instanceof CradleError, String(thrown));
    assert.equal(thrown.code, 'InvalidItem');
  }
}

test('random bytes are read or refused', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), withstands), { numRuns: 300 });
});

test('random bytes inside a card are read or refused', () => {
  const frame = (version: string, inside: Uint8Array): Uint8Array =>
    Buffer.concat([Buffer.from(`BEGIN:VCARD\r\nVERSION:${version}\r\n`), inside, Buffer.from('\r\nEND:VCARD\r\n')]);
  const version = fc.constantFrom('2.1', '3.0', '4.0', '9');
  fc.assert(
    fc.property(version, fc.uint8Array({ maxLength: 200 }), (one, inside) => withstands(frame(one, inside))),
    { numRuns: 300 },
  );
});

test('cards with bytes changed, lost, doubled and swapped are read or refused', () => {
  fc.assert(fc.property(mutated(Object.values(ALL)), withstands), { numRuns: 500 });
});

test('texts made to cost much cost no more than others', () => {
  const most = 1024 * 1024;
  const fill = (piece: string): string => piece.repeat(Math.floor(most / piece.length));
  for (const text of [
    `BEGIN:VCARD\nVERSION:2.1\nNOTE;QUOTED-PRINTABLE:${fill(' ')}x\nEND:VCARD\n`,
    `BEGIN:VCARD\nVERSION:2.1\nNOTE;QUOTED-PRINTABLE:${fill('=\n')}\nEND:VCARD\n`,
    `BEGIN:VCARD\nVERSION:2.1\nPHOTO;BASE64:\n${fill(' A\n')}\nEND:VCARD\n`,
    `BEGIN:VCARD\nNOTE:${fill('\n x')}\nEND:VCARD\n`,
    `BEGIN:VCARD\nNOTE:${fill('\\')}\nEND:VCARD\n`,
    fill('begin:vcard\nend:vcard\n'),
    fill('BEGIN:VCARD\r\n'),
    fill('\r'),
    fill('"'),
    `BEGIN:VCARD\nX${fill(';"')}:\nEND:VCARD\n`,
    `BEGIN:VCARD\nX${fill(';')}`,
    `BEGIN:VCARD\n${fill('\t')}`,
    fill('\0\x01'),
  ])
    withstands(Buffer.from(text));
});
