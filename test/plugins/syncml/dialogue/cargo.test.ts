import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cargo } from '../../../../src/plugins/syncml/dialogue/cargo.js';
import { Scale } from '../../../../src/plugins/syncml/dialogue/scale.js';

const ROOM = 100;

function piecesOf(text: string, encoding: 'xml' | 'wbxml' = 'xml'): readonly Buffer[] {
  const cargo = Cargo.pack({ type: 'text/plain', bytes: Buffer.from(text) }, encoding);
  const scale = new Scale(encoding, '1.2');
  const pieces: Buffer[] = [];
  for (let at = 0; at < cargo.size; ) {
    const end = cargo.cut(at, ROOM, scale);
    assert(end > at);
    assert(scale.text(cargo.bytes.subarray(at, end)) <= ROOM);
    pieces.push(Buffer.from(cargo.bytes.subarray(at, end)));
    at = end;
  }
  assert.equal(Buffer.concat(pieces).toString(), text);
  return pieces;
}

test('no piece of a large object begins or ends with white space: there are servers that trim each of them', () => {
  for (const text of ['a word, and another\r\n '.repeat(60), 'BEGIN:VCARD\r\n'.repeat(90), 'éé \t&& <<'.repeat(90)]) {
    const pieces = piecesOf(text).map((piece) => piece.toString());
    assert(pieces.length > 5);
    for (const piece of pieces.slice(0, -1)) assert.equal(piece, piece.trimEnd());
    for (const piece of pieces.slice(1)) assert.equal(piece, piece.trimStart());
  }
});

test('a piece is never torn within a character, and white space without end is cut all the same', () => {
  for (const piece of piecesOf('😀é'.repeat(200))) assert(!piece.toString().includes('\ufffd'));
  assert(piecesOf(`x${' '.repeat(1_000)}x`).length > 5);
});
