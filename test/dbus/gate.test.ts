import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { Gate } from '../../src/dbus/gate.js';
import { temporaryFolder } from '../support/tmp.js';
import { until } from '../support/until.js';

const MIB = 1024 * 1024;
const CALL = 1;
const RETURN = 2;

interface Sent {
  readonly type: number;
  readonly fields: number;
  readonly body: number;
  readonly little: boolean;
}

/** A message as far as a frame goes: lengths where they belong, anything else made up. */
function message({ type, fields, body, little }: Sent): Buffer {
  const padded = Math.ceil(fields / 8) * 8;
  const bytes = Buffer.alloc(16 + padded + body, type + fields + body);
  bytes[0] = little ? 0x6c : 0x42;
  bytes[1] = type;
  if (little) {
    bytes.writeUInt32LE(body, 4);
    bytes.writeUInt32LE(fields, 12);
  } else {
    bytes.writeUInt32BE(body, 4);
    bytes.writeUInt32BE(fields, 12);
  }
  return bytes;
}

/** What should come through: nothing, the header with an empty body, or all of it. */
function expected(sent: Sent): Buffer {
  const bytes = message(sent);
  if (sent.fields > 64 * 1024) return Buffer.alloc(0);
  if (sent.body <= (sent.type === CALL ? MIB : 16 * MIB)) return bytes;
  const header = Buffer.from(bytes.subarray(0, bytes.length - sent.body));
  header.writeUInt32LE(0, 4);
  return header;
}

/** Two ends of a real socket, one of them behind a gate that has been greeted. */
async function pair(
  t: TestContext,
): Promise<{ readonly far: Socket; readonly gate: Gate; readonly passed: () => Buffer }> {
  const path = join(await temporaryFolder(t), 'socket');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const near = createConnection(path);
  const [far] = await once(server, 'connection');
  const gate = new Gate(near);
  const chunks: Buffer[] = [];
  gate.on('data', (chunk: Buffer) => chunks.push(chunk));
  t.after(() => {
    gate.destroy();
    far.destroy();
    server.close();
  });
  far.write('OK 1234\r\n');
  await until(() => chunks.length > 0);
  chunks.length = 0;
  return { far, gate, passed: () => Buffer.concat(chunks) };
}

test('whatever the chunks, messages pass whole, and large ones without their body', async (t) => {
  const { far, passed } = await pair(t);
  const sizes = fc.oneof(fc.nat(300), fc.constantFrom(0, 1, 7, 8, MIB - 1, MIB, MIB + 1, 3 * MIB));
  const sent = fc.record<Sent>({
    type: fc.constantFrom(CALL, RETURN),
    fields: fc.oneof(fc.nat(300), fc.constantFrom(0, 64 * 1024, 64 * 1024 + 1)),
    body: sizes,
    little: fc.boolean(),
  });
  let before = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(sent, { maxLength: 8 }),
      fc.array(fc.nat(40), { maxLength: 30 }),
      async (messages, cuts) => {
        const bytes = Buffer.concat(messages.map(message));
        let at = 0;
        for (const cut of cuts) {
          far.write(bytes.subarray(at, at + cut));
          at += cut;
        }
        far.write(bytes.subarray(at));
        const wanted = Buffer.concat(messages.map(expected));
        // A small one behind them: when it has come, all before it has.
        const last = message({ type: RETURN, fields: 8, body: 8, little: true });
        far.write(last);
        const end = before + wanted.length + last.length;
        await until(() => passed().length >= end);
        assert(
          passed()
            .subarray(before)
            .equals(Buffer.concat([wanted, last])),
        );
        before = end;
      },
    ),
    { numRuns: 40 },
  );
});

test('while the far side does not read, nothing more is read from it', async (t) => {
  const { far, gate, passed } = await pair(t);
  far.pause();
  const block = Buffer.alloc(MIB);
  while (gate.writableLength < 12 * MIB) gate.write(block);
  const call = message({ type: CALL, fields: 8, body: 100_000, little: true });
  for (let count = 0; count < 50; count++) far.write(call);
  // Time enough for all that fits the kernel's buffers, and for anything that should not come.
  await new Promise((resolve) => setTimeout(resolve, 100));
  const held = passed().length;
  assert(held < 10 * call.length, `${held} bytes came through`);
  far.resume();
  await until(() => passed().length === 50 * call.length);
});

test('a greeting without an end is not gathered for ever', async (t) => {
  const path = join(await temporaryFolder(t), 'socket');
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.write('x'.repeat(MIB));
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  t.after(() => server.close());
  const gate = new Gate(createConnection(path));
  gate.resume();
  const [error] = await once(gate, 'error');
  assert.match(String(error), /no end of line/);
});
