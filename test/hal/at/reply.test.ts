import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AtReplyReader } from '../../../src/hal/at/reply.js';

const replyTo = (command: string, text: string) => new AtReplyReader(command).take(Buffer.from(text, 'utf8'));

test('any bytes are a reply or none yet, of bounded size, and nothing is lost that comes after', () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .constantFrom('\r\nOK\r\n', '\r\n+CME ERROR: 3\r\n', 'RING\r', '\r\nCONNECT 57600\r\n')
      .map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const reader = new AtReplyReader('AT+CGMM');
      for (const bytes of pieces) {
        const done = reader.take(bytes);
        if (done === undefined) continue;
        assert.ok(done.rest.byteLength <= bytes.byteLength);
        assert.deepEqual(Buffer.from(done.rest), Buffer.from(bytes.subarray(bytes.byteLength - done.rest.byteLength)));
        assert.ok(done.reply.lines.length <= 256 && done.reply.lines.every((line) => line.length <= 2_048));
        return;
      }
    }),
    { numRuns: 1_000 },
  );
});

test('endless lines and endless replies are cut', () => {
  const reader = new AtReplyReader('AT');
  for (let count = 0; count < 2_000; count++) assert.equal(reader.take(Buffer.from(`line ${count}\r\n`)), undefined);
  assert.equal(reader.take(Buffer.alloc(100_000, 'x')), undefined);
  const done = reader.take(Buffer.from('\r\nOK\r\n'));
  assert.equal(done?.reply.lines.length, 256);
});

test('final results of all kinds are told apart', () => {
  for (const [text, outcome] of [
    ['OK', 'ok'],
    ['CONNECT', 'connect'],
    ['CONNECT 115200', 'connect'],
    ['ERROR', 'refused'],
    ['NO CARRIER', 'refused'],
    ['NO DIALTONE', 'refused'],
    ['BUSY', 'refused'],
    ['+CME ERROR: SIM not inserted', 'refused'],
    ['COMMAND NOT SUPPORT', 'refused'],
  ] as const)
    assert.equal(replyTo('AT', `\r\n${text}\r\n`)?.reply.outcome, outcome, text);
});

test('a reply with names of other commands in it has but its own', () => {
  const text = 'AT+CPROT=?\r\r\n+CREG: 1,"00C3"\r\n+CPROT: 0,"1.0"\r\n*EMLR: 3\r\n\r\nOK\r\n';
  assert.deepEqual(replyTo('AT+CPROT=?', text)?.reply.lines, ['0,"1.0"']);
});

test('text is UTF-8 where it is, else Latin-1, and never holds what cannot be shown', () => {
  assert.deepEqual(replyTo('AT+CGMI', 'Nökia\r\nOK\r\n')?.reply.lines, ['Nökia']);
  const latin = new AtReplyReader('AT+CGMI').take(Buffer.from('N\xf6kia\x07\r\nOK\r\n', 'latin1'));
  assert.deepEqual(latin?.reply.lines, ['Nökia']);
});
