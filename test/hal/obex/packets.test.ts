import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CradleError } from '../../../src/dbus/errors.js';
import {
  answersChallenge,
  challengeHeader,
  challengeOf,
  createNonce,
  respondTo,
} from '../../../src/hal/obex/authentication.js';
import { refusal, responseFor } from '../../../src/hal/obex/codes.js';
import {
  bodyOf,
  decodeHeaders,
  encodeHeaders,
  HEADER,
  type Header,
  kindOf,
  sizeOfHeader,
  typeOf,
} from '../../../src/hal/obex/headers.js';
import { decodeConnect, decodePacket, encodePacket, PacketSplitter } from '../../../src/hal/obex/packet.js';
import { ServerSession } from '../../../src/hal/obex/session.js';

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const fromHex = (text: string): Uint8Array => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

/** A header of any identifier, as that identifier is encoded. */
const anyHeader: fc.Arbitrary<Header> = fc
  .tuple(fc.nat(255), fc.uint8Array({ maxLength: 40 }), fc.string({ maxLength: 20, unit: 'grapheme' }), fc.nat())
  .map(([id, bytes, text, value]): Header => {
    const kind = kindOf(id);
    if (kind === 'text') return { id, kind, text: text.replaceAll('\0', '') };
    if (kind === 'bytes') return { id, kind, bytes: Buffer.from(bytes) };
    return kind === 'byte' ? { id, kind, value: value & 0xff } : { id, kind, value };
  });

test('headers come back as they were, known and unknown ones', () => {
  fc.assert(
    fc.property(fc.array(anyHeader, { maxLength: 12 }), (headers) => {
      const bytes = encodeHeaders(headers);
      assert.equal(
        bytes.byteLength,
        headers.reduce((sum, header) => sum + sizeOfHeader(header), 0),
      );
      assert.deepEqual(decodeHeaders(bytes), headers);
    }),
  );
});

test('a CONNECT as SyncEvolution sends it is understood', () => {
  const packet = decodePacket(fromHex('80 0015 10 00 7fff 46 000e 53594e434d4c2d53594e43'), 4);
  assert.deepEqual(decodeConnect(packet.fields), { version: 0x10, flags: 0, maximum: 0x7fff });
  assert.deepEqual(
    packet.headers.map((header) => (header.kind === 'bytes' ? Buffer.from(header.bytes).toString() : header)),
    ['SYNCML-SYNC'],
  );
});

test('a name is UTF-16, big-endian, with a NUL; a type is ASCII with one, or without', () => {
  assert.equal(
    hexOf(encodeHeaders([{ id: HEADER.name, kind: 'text', text: 'aé' }])),
    '01000900 6100e90000'.replace(' ', ''),
  );
  assert.equal(hexOf(encodeHeaders([{ id: HEADER.name, kind: 'text', text: '' }])), '010003');
  const type = (text: string) => typeOf([{ id: HEADER.type, kind: 'bytes', bytes: Buffer.from(text, 'latin1') }]);
  assert.equal(type('text/x-vcard\0'), 'text/x-vcard');
  assert.equal(type('text/x-vcard'), 'text/x-vcard');
  assert.equal(type(''), '');
});

test('a body in several headers of one packet is one body', () => {
  const part = (id: number, text: string): Header => ({ id, kind: 'bytes', bytes: Buffer.from(text) });
  const body = bodyOf([part(HEADER.body, 'one '), part(HEADER.type, 'x'), part(HEADER.endOfBody, 'two')]);
  assert.equal(Buffer.from(body ?? []).toString(), 'one two');
  assert.equal(bodyOf([]), undefined);
});

test('lengths that cannot be are nonsense, and say so', () => {
  for (const text of ['46', '46 00', '46 0002', '46 0004', '46 ffff 00', 'cb 000000', 'c3', '97', '01 0004 00'])
    assert.throws(() => decodeHeaders(fromHex(text)), { code: 'PluginFailed' }, text);
  for (const text of ['80 0000', '80 0002', '80 ffff'])
    assert.throws(() => new PacketSplitter(1_024).take(fromHex(text)), { code: 'PluginFailed' }, text);
  assert.throws(() => decodePacket(fromHex('80 0005 10 00'), 4), { code: 'PluginFailed' });
});

test('a packet is cut out of a stream however it comes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(anyHeader, { maxLength: 4 }), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 9 }),
      (packets, size) => {
        const encoded = packets.map((headers) => encodePacket({ code: 0x82, fields: new Uint8Array(), headers }));
        const stream = Buffer.concat(encoded);
        const splitter = new PacketSplitter();
        const found: string[] = [];
        for (let at = 0; at < stream.byteLength; at += size) {
          let rest: Uint8Array = stream.subarray(at, at + size);
          for (;;) {
            const taken = splitter.take(rest);
            if (taken === undefined) break;
            found.push(hexOf(taken.packet));
            rest = taken.rest;
          }
        }
        assert.deepEqual(found, encoded.map(hexOf));
      },
    ),
  );
});

test('any bytes are a packet or an error that says so', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(0, 2, 4), (bytes, fields) => {
      try {
        decodePacket(bytes, fields);
      } catch (error) {
        assert.ok(error instanceof CradleError && error.code === 'PluginFailed');
      }
    }),
    { numRuns: 2_000 },
  );
});

test('a server answers any row of packets with packets that the client can take, and holds no more than it may', () => {
  const opcodes = fc.constantFrom(0x80, 0x81, 0x02, 0x82, 0x03, 0x83, 0x85, 0x86, 0x87, 0xff, 0x00, 0x7f);
  const anyPacket = fc.tuple(opcodes, fc.array(anyHeader, { maxLength: 5 }), fc.nat(0xffff));
  fc.assert(
    fc.property(fc.array(anyPacket, { maxLength: 30 }), (packets) => {
      const session = new ServerSession({ maximum: 1_024, body: 100 });
      let maximum = 255;
      for (const [code, headers, size] of packets) {
        const connect = Uint8Array.of(0x10, 0, size >> 8, size & 0xff);
        const fields = code === 0x80 ? connect : code === 0x85 ? Uint8Array.of(0, 0) : new Uint8Array();
        if (code === 0x80) maximum = Math.max(255, size);
        const demand = session.take(encodePacket({ code, fields, headers }));
        if (demand.kind === 'put') assert.ok((demand.body?.byteLength ?? 0) <= 100);
        const packet =
          demand.kind === 'reply'
            ? demand.packet
            : demand.kind === 'connect'
              ? session.connected(1, [])
              : demand.kind === 'get'
                ? session.answered([], new Uint8Array(5_000))
                : session.answered();
        assert.ok(encodePacket(packet).byteLength <= maximum);
      }
    }),
  );
});

test('a PUT of nothing but headers, or of bodies of one byte, is bounded', () => {
  const packet = (headers: readonly Header[]) => encodePacket({ code: 0x02, fields: new Uint8Array(), headers });
  const endless = (headers: readonly Header[]): number => {
    const session = new ServerSession({ maximum: 1_024, body: 1_000 });
    for (let count = 0; count < 100_000; count++) {
      const demand = session.take(packet(headers));
      if (demand.kind === 'reply' && demand.packet.code !== 0x90) return count;
    }
    return Number.POSITIVE_INFINITY;
  };
  assert.ok(endless([{ id: 0x70, kind: 'bytes', bytes: new Uint8Array(200) }]) < 1_000);
  assert.equal(endless([{ id: HEADER.body, kind: 'bytes', bytes: new Uint8Array(1) }]), 1_000);
});

test('who knows the password answers a challenge, and nobody else', () => {
  const nonce = createNonce();
  const challenge = challengeOf([challengeHeader(nonce, true)]);
  assert.deepEqual(challenge, { nonce: Buffer.from(nonce), wantsUser: true, readOnly: false, realm: undefined });
  assert.ok(challenge !== undefined);
  const answer = respondTo(challenge, { user: 'a name that is longer than twenty', password: 'pw' });
  assert.ok(answer.kind === 'bytes' && answer.bytes.byteLength === 18 + 22 + 18);
  assert.equal(answersChallenge([answer], nonce, 'pw'), true);
  assert.equal(answersChallenge([answer], nonce, 'other'), false);
  assert.equal(answersChallenge([answer], createNonce(), 'pw'), false);
  assert.equal(answersChallenge([], nonce, 'pw'), false);
});

test('a challenge of any bytes is understood, or nonsense', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        challengeOf([{ id: HEADER.challenge, kind: 'bytes', bytes }]);
      } catch (error) {
        assert.ok(error instanceof CradleError && error.code === 'PluginFailed');
      }
    }),
  );
  const realm = Buffer.concat([fromHex('00 10'), Buffer.alloc(16), fromHex('02 05 00 61626364')]);
  assert.equal(challengeOf([{ id: HEADER.challenge, kind: 'bytes', bytes: realm }])?.realm, 'abcd');
});

test('every response code is an error of ours, and every error of ours a response code', () => {
  for (let code = 0; code < 256; code++) assert.match(refusal(code, 'it', 'that').message, /^it refuses that: .+ \(0x/);
  assert.equal(responseFor(new Error('x')), 0xd0);
  assert.equal(responseFor(new CradleError('NotFound', 'x')), 0xc4);
});
