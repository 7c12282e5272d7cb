import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { type TestContext, test } from 'node:test';
import type { Sighting } from '../../../src/hal/device.js';
import { Reader } from '../../../src/hal/transports/reader.js';
import { SocketChannel, TcpTransport } from '../../../src/hal/transports/socket.js';
import { TcpListener } from '../../../src/hal/transports/tcp-listener.js';
import { createTransports } from '../../../src/hal/transports/transports.js';

const freshSignal = (): AbortSignal => new AbortController().signal;

const at = (host: string, port: number | string): Sighting => ({
  key: 'somewhere',
  source: 'test',
  body: 'somewhere',
  evidence: new Map([
    ['tcp.host', host],
    ['tcp.port', String(port)],
  ]),
});

async function connected(t: TestContext) {
  const listener = await TcpListener.open('127.0.0.1', 0);
  t.after(() => listener[Symbol.asyncDispose]());
  const near = await new TcpTransport().open(at('127.0.0.1', listener.port), freshSignal());
  t.after(() => near[Symbol.asyncDispose]());
  const { value } = await listener.calls(freshSignal()).next();
  assert.ok(value !== undefined);
  t.after(() => value.channel[Symbol.asyncDispose]());
  return { listener, near, far: value.channel, peer: value.peer };
}

test('hal knows serial lines and TCP', () => {
  assert.deepEqual([...createTransports().keys()], ['serial', 'tcp']);
});

test('bytes go both ways, and the end of one side is told to the other', async (t) => {
  const { near, far, peer } = await connected(t);
  assert.match(peer, /^127\.0\.0\.1 port \d+$/);
  const [here, there] = [new Reader(near), new Reader(far)];
  await near.send(Buffer.from('hello'), freshSignal());
  assert.equal(Buffer.from((await there.read(freshSignal())) ?? []).toString(), 'hello');
  await far.send(Buffer.from('you'), freshSignal());
  assert.equal(Buffer.from((await here.read(freshSignal())) ?? []).toString(), 'you');
  await far.send(Buffer.from('bye'), freshSignal());
  await far[Symbol.asyncDispose]();
  assert.equal(Buffer.from((await here.read(freshSignal())) ?? []).toString(), 'bye');
  assert.equal(await here.read(freshSignal()), undefined);
});

test('what has no end by its nature is gone when it ends, such as a line that was hung up', async (t) => {
  const server = createServer((socket) => void socket.end('last words'));
  t.after(() => server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const line = new SocketChannel(connect(address.port, '127.0.0.1'), 'the line', 'endless');
  t.after(() => line[Symbol.asyncDispose]());
  const reader = new Reader(line);
  assert.equal(Buffer.from((await reader.read(freshSignal())) ?? []).toString(), 'last words');
  await assert.rejects(reader.read(freshSignal()), {
    code: 'NotConnected',
    message: 'the line is not connected any more',
  });
});

test('who does not take holds up who sends, and a connection that breaks ends it', async (t) => {
  const { near, far } = await connected(t);
  let done = false;
  const sending = near.send(Buffer.alloc(64 * 1024 * 1024), freshSignal()).then(() => {
    done = true;
  });
  const ending = assert.rejects(sending, { code: 'NotConnected' });
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(done, false);
  await far[Symbol.asyncDispose]();
  await ending;
});

test('a sending that is cancelled ends at once and closes the connection', async (t) => {
  const { near } = await connected(t);
  const giveUp = new AbortController();
  const sending = assert.rejects(near.send(Buffer.alloc(64 * 1024 * 1024), giveUp.signal), { code: 'Cancelled' });
  giveUp.abort();
  await sending;
  await assert.rejects(near.send(Buffer.from('x'), freshSignal()), { code: 'NotConnected' });
});

test('nobody there is not connected, and an address that is none neither', async (t) => {
  const { listener } = await connected(t);
  const port = listener.port;
  await listener[Symbol.asyncDispose]();
  const transport = new TcpTransport();
  await assert.rejects(transport.open(at('127.0.0.1', port), freshSignal()), {
    code: 'NotConnected',
    message: `nobody answers at 127.0.0.1 port ${port}`,
  });
  await assert.rejects(transport.open(at('127.0.0.1', 'none'), freshSignal()), {
    message: 'somewhere does not say at which host and port it is',
  });
  const giveUp = new AbortController();
  giveUp.abort();
  await assert.rejects(transport.open(at('127.0.0.1', port), giveUp.signal), { code: 'Cancelled' });
});

test('a port that is taken is busy, and callers end when listening does', async (t) => {
  const { listener } = await connected(t);
  await assert.rejects(TcpListener.open('127.0.0.1', listener.port), { code: 'Busy' });
  const giveUp = new AbortController();
  const calls = listener.calls(giveUp.signal);
  const next = calls.next();
  giveUp.abort();
  assert.equal((await next).done, true);
  const last = listener.calls(freshSignal()).next();
  await listener[Symbol.asyncDispose]();
  assert.equal((await last).done, true);
});

test('a descriptor that was handed over is a channel', async (t) => {
  const module = join(import.meta.dirname, '../../../src/hal/transports/socket.js');
  const script = `
    const { openDescriptor } = await import(${JSON.stringify(module)});
    const channel = openDescriptor(3, 'the socket');
    const signal = new AbortController().signal;
    for await (const bytes of channel.incoming) await channel.send(Buffer.from(bytes).reverse(), signal);
    await channel[Symbol.asyncDispose]();
    try { openDescriptor(0, 'a file'); } catch (error) { console.log(error.code, error.message); }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  t.after(() => child.kill());
  const socket = child.stdio[3];
  assert.ok(socket instanceof Duplex);
  socket.write('abc');
  const [answer] = await once(socket, 'data');
  assert.equal(String(answer), 'cba');
  let said = '';
  child.stdout?.on('data', (piece) => {
    said += String(piece);
  });
  socket.end();
  await once(child, 'close');
  assert.equal(said.trim(), 'InvalidArgs the descriptor given for a file is no socket');
});
