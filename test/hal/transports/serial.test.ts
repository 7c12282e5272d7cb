import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Sighting } from '../../../src/hal/device.js';
import { Reader } from '../../../src/hal/transports/reader.js';
import { SerialTransport } from '../../../src/hal/transports/serial.js';
import { Pty } from '../../bed/pty.js';
import { temporaryFolder } from '../../support/tmp.js';

const never = new AbortController().signal;
const transport = new SerialTransport({ busy: 0 });

const lineOf = (node: string): Sighting => ({
  key: '/devices/tty',
  source: 'udev',
  body: '/devices',
  evidence: new Map([['node', node]]),
});

async function opened(t: TestContext) {
  const far = await Pty.open(t);
  const near = await transport.open(lineOf(far.node), never);
  t.after(() => near[Symbol.asyncDispose]());
  return { far, near, reader: new Reader(near) };
}

/** So many bytes as one. */
async function taken(source: { read(): Promise<Uint8Array | undefined> }, count: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for (let length = 0; length < count; ) {
    const piece = await source.read();
    if (piece === undefined) break;
    pieces.push(piece);
    length += piece.byteLength;
  }
  return Buffer.concat(pieces);
}

const bytesOf = (count: number): Buffer => Buffer.from(Array.from({ length: count }, (_, index) => index & 0xff));

test('all 256 bytes go both ways over a line as they are', async (t) => {
  const { far, near, reader } = await opened(t);
  const all = bytesOf(256);
  await near.send(all, never);
  const beyond = new Reader(far);
  assert.deepEqual(await taken({ read: () => beyond.read(never) }, 256), all);
  await far.send(all);
  assert.deepEqual(await taken({ read: () => reader.read(never) }, 256), all);
});

test('a device that takes nothing holds up its sender, and gets all of it in the end', async (t) => {
  const { far, near } = await opened(t);
  const much = bytesOf(3_000_000);
  let done = false;
  const sending = near.send(much, never).then(() => {
    done = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(done, false);
  const beyond = new Reader(far);
  assert.deepEqual(await taken({ read: () => beyond.read(never) }, much.byteLength), much);
  await sending;
});

test('a cable that is pulled in the middle of a write ends it', async (t) => {
  const { far, near } = await opened(t);
  const sending = near.send(bytesOf(3_000_000), never);
  const ending = assert.rejects(sending, { code: 'NotConnected' });
  await new Promise((resolve) => setTimeout(resolve, 50));
  await far.pull();
  await ending;
  await assert.rejects(near.send(bytesOf(1), never), { code: 'NotConnected' });
});

test('a cable that is pulled ends the waiting for bytes, and what had come before is there', async (t) => {
  const { far, reader } = await opened(t);
  await far.send(Buffer.from('last words'));
  assert.equal(Buffer.from((await reader.read(never)) ?? []).toString(), 'last words');
  const ending = assert.rejects(reader.read(never), { message: `${far.node} is not connected any more` });
  await far.pull();
  await ending;
  await assert.rejects(reader.read(never), { code: 'NotConnected' });
});

test('a write that is cancelled ends at once and leaves the line closed', async (t) => {
  const { near } = await opened(t);
  const giveUp = new AbortController();
  const sending = near.send(bytesOf(3_000_000), giveUp.signal);
  setTimeout(() => giveUp.abort(), 20);
  await assert.rejects(sending, { code: 'Cancelled' });
  await assert.rejects(near.send(bytesOf(1), never), { code: 'NotConnected' });
});

test('waiting can be given up without losing what comes afterwards', async (t) => {
  const { far, reader } = await opened(t);
  await assert.rejects(reader.read(AbortSignal.timeout(20)), { code: 'Cancelled' });
  await far.send(Buffer.from('later'));
  assert.equal(Buffer.from((await reader.read(never)) ?? []).toString(), 'later');
});

test('a line is locked: a second one is refused, and the holder is named', async (t) => {
  const { far } = await opened(t);
  await assert.rejects(transport.open(lineOf(far.node), never), { code: 'Busy' });
  const other = await Pty.open(t);
  const holder = spawn(
    '/usr/bin/python3',
    [
      '-c',
      `import fcntl, os, sys
descriptor = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
fcntl.flock(descriptor, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()`,
      other.node,
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  t.after(async () => {
    const gone = once(holder, 'exit');
    holder.stdin.end();
    await gone;
  });
  await once(holder.stdout, 'data');
  await assert.rejects(transport.open(lineOf(other.node), never), (error: Error) => {
    assert.match(error.message, /^\/dev\/pts\/\d+ is in use by python3\S* \(process \d+\)$/);
    return true;
  });
});

test('a busy line is waited for: it opens once its holder has let go', async (t) => {
  const far = await Pty.open(t);
  const first = await transport.open(lineOf(far.node), never);
  const second = new SerialTransport({ busy: 60_000, between: 10 }).open(lineOf(far.node), never);
  setTimeout(() => void first[Symbol.asyncDispose](), 50);
  await (await second)[Symbol.asyncDispose]();
});

test('a node that is not there, and one that is no line, are not connected', async (t) => {
  const folder = await temporaryFolder(t);
  await assert.rejects(transport.open(lineOf(join(folder, 'ttyUSB0')), never), { code: 'NotConnected' });
  await writeFile(join(folder, 'file'), '');
  await assert.rejects(transport.open(lineOf(join(folder, 'file')), never), {
    code: 'NotConnected',
    message: `${join(folder, 'file')} is no serial line`,
  });
  await assert.rejects(transport.open({ ...lineOf(''), evidence: new Map() }, never), {
    message: '/devices/tty has no device node',
  });
});

test('closing twice is closing once, and a closed line says so', async (t) => {
  const { near, reader } = await opened(t);
  const ending = assert.rejects(reader.read(never), { code: 'NotConnected' });
  await Promise.all([near[Symbol.asyncDispose](), near[Symbol.asyncDispose]()]);
  await ending;
  await assert.rejects(near.send(bytesOf(1), never), { code: 'NotConnected' });
});

test('what was sent before closing arrives', async (t) => {
  const { far, near } = await opened(t);
  await near.send(bytesOf(2_000), never);
  await near[Symbol.asyncDispose]();
  const beyond = new Reader(far);
  assert.deepEqual(await taken({ read: () => beyond.read(never) }, 2_000), bytesOf(2_000));
});

test('a line of a pty has a speed and no wires', async (t) => {
  const { near } = await opened(t);
  await near.line?.setSpeed(9_600);
  await assert.rejects(near.line?.setLines({ terminalReady: false, break: false }) ?? Promise.resolve(), {
    code: 'Unsupported',
  });
});

test('a line that was opened and closed a hundred times leaves no descriptor behind', async (t) => {
  const far = await Pty.open(t);
  const count = async (): Promise<number> => (await readdir('/proc/self/fd')).length;
  const use = async (): Promise<void> => {
    const line = await transport.open(lineOf(far.node), never);
    await line[Symbol.asyncDispose]();
  };
  await use();
  const before = await count();
  for (let time = 0; time < 100; time++) await use();
  assert.equal(await count(), before);
});
