import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { listenHttp } from '../../../../src/plugins/syncml/carrier/http-server.js';
import { temporaryFolder } from '../../../support/tmp.js';
import { until } from '../../../support/until.js';
import { rawConnection, selfSigned, XML } from './http-far-sides.js';
import { type Asking, ask, echo, listen, type Reply, text } from './http-listening.js';

test('what is not a message of SyncML for us is refused with a short word', async (t) => {
  const bed = await listen(t, { limits: { body: 100 } }, (session) => void echo(session));
  const base = bed.url.replace(/\/syncml$/, '');
  const refused = async (status: number, url: string, asking: Asking, body: string | Buffer = 'a'): Promise<Reply> => {
    const reply = await ask(url, body, asking);
    assert.equal(reply.status, status, `${asking.method ?? 'POST'} ${url}`);
    assert(reply.body.length < 60);
    assert.equal(reply.headers['content-type'], 'text/plain; charset=utf-8');
    return reply;
  };
  await refused(404, `${base}/`, {});
  await refused(404, `${base}/syncml/../etc/passwd`, {});
  await refused(404, `${base}//syncml2`, {});
  assert.equal((await refused(405, bed.url, { method: 'GET' }, '')).headers.allow, 'POST');
  await refused(405, bed.url, { method: 'OPTIONS' }, '');
  await refused(415, bed.url, { headers: { 'content-type': 'text/xml' } });
  await refused(415, bed.url, { headers: { 'content-encoding': 'gzip' } });
  await refused(413, bed.url, {}, 'x'.repeat(101));
  await refused(413, bed.url, { headers: { 'transfer-encoding': 'chunked' } }, 'x'.repeat(101));
  await refused(400, bed.url, { headers: { 'content-length': '0' } }, '');
  await refused(400, bed.url, { headers: { host: 'evil"host<' } });
  await refused(400, bed.url, { headers: { host: 'a/b' } });
  assert.equal(bed.sessions.length, 0);
  assert.equal(bed.listener.load.octets, 0);
  assert.equal((await ask(`${bed.url}/`, 'ok')).status, 200);
  assert.equal((await ask(bed.url, 'ok 2', { headers: { 'transfer-encoding': 'chunked' } })).status, 200);
  assert.equal((await ask(bed.url, 'ok 3', { headers: { 'content-type': 'application/vnd.syncml-xml' } })).status, 200);
});

test('a message without its length is refused', async (t) => {
  const bed = await listen(t);
  const socket = rawConnection(t, bed.port);
  socket.write(`POST /syncml HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${XML}\r\n\r\n`);
  assert.match(String(await new Promise((resolve) => socket.once('data', resolve))), /^HTTP\/1\.1 411 /);
});

test('the address of a session is the one that its client wrote, and no proxy is believed', async (t) => {
  const bed = await listen(t);
  for (const [headers, expected] of [
    [{ host: 'phone.lan:8080' }, 'http://phone.lan:8080/syncml?session='],
    [
      { host: '[2001:db8::1]:81', 'x-forwarded-host': 'evil', 'x-forwarded-proto': 'https' },
      'http://[2001:db8::1]:81/',
    ],
  ] as const) {
    const before = bed.sessions.length;
    void ask(bed.url, expected, { headers }).catch(() => {});
    await until(() => bed.sessions.length > before);
    assert(bed.sessions.at(-1)?.respUri.startsWith(expected), bed.sessions.at(-1)?.respUri);
  }
  const named = await listen(t, { base: 'https://sync.example.org/ignored', path: '/a/b/' });
  assert.deepEqual(named.listener.urls[0], 'https://sync.example.org/a/b');
  void ask(`http://127.0.0.1:${named.port}/a/b`, 'x').catch(() => {});
  await until(() => named.sessions.length === 1);
  assert.match(named.sessions[0]?.respUri ?? '', /^https:\/\/sync\.example\.org\/a\/b\?session=/);
});

test('a client of HTTP 1.0 that names no host is answered with the address it reached', async (t) => {
  const bed = await listen(t, { addresses: ['127.0.0.1'] });
  const socket = rawConnection(t, bed.port);
  socket.write(`POST /syncml HTTP/1.0\r\nContent-Type: ${XML}\r\nContent-Length: 1\r\n\r\na`);
  await until(() => bed.sessions.length === 1);
  assert(bed.sessions[0]?.respUri.startsWith(`http://127.0.0.1:${bed.port}/syncml?`));
});

test('TLS is spoken with a configured certificate, and the addresses say so', async (t) => {
  const keys = await selfSigned(await temporaryFolder(t));
  const bed = await listen(t, { tls: keys, addresses: ['127.0.0.1'] }, (session) => void echo(session));
  assert.match(bed.url, /^https:\/\/127\.0\.0\.1:/);
  const { body } = await ask(bed.url, 'a', { ca: readFileSync(keys.certificateFile) });
  assert.equal(body, 'a:1');
  assert.match(bed.sessions[0]?.respUri ?? '', /^https:/);
  const missing = { keyFile: `${keys.keyFile}.none`, certificateFile: keys.certificateFile };
  await assert.rejects(listen(t, { tls: missing }), { code: 'InvalidArgs', message: /key\.pem\.none/ });
  const swapped = { keyFile: keys.certificateFile, certificateFile: keys.keyFile };
  await assert.rejects(listen(t, { tls: swapped }), { code: 'InvalidArgs', message: /no pair/ });
});

test('an address that is taken or none of ours is told', async (t) => {
  const bed = await listen(t, { addresses: ['127.0.0.1'] });
  const again = listen(t, { addresses: ['127.0.0.1'], port: bed.port });
  await assert.rejects(again, { code: 'Busy', message: new RegExp(String(bed.port)) });
  await assert.rejects(listen(t, { addresses: ['192.0.2.1'] }), { code: 'NotFound', message: /192\.0\.2\.1/ });
  await assert.rejects(listen(t, { base: 'sync.example' }), { code: 'InvalidArgs' });
});

test('a notification is taken in, and refused where nobody wants one', async (t) => {
  const contentType = 'application/vnd.syncml.ds.notification';
  const bed = await listen(t);
  assert.equal((await ask(bed.url, 'digest', { headers: { 'content-type': contentType } })).status, 204);
  assert.deepEqual(bed.notices.map(text), ['digest']);
  assert.equal(bed.sessions.length, 0);
  const deaf = await listenHttp({ port: 0 }, { begun: () => {} });
  t.after(() => deaf[Symbol.asyncDispose]());
  assert.equal((await ask(deaf.urls[0] ?? '', 'x', { headers: { 'content-type': contentType } })).status, 415);
});

test('an address has so many sessions and requests, and not more', async (t) => {
  const few = await listen(t, { limits: { sessionsOfAddress: 2 } });
  const open = ['a', 'b'].map((body) => ask(few.url, body).catch(() => undefined));
  await until(() => few.sessions.length === 2);
  const third = await ask(few.url, 'c');
  assert.deepEqual([third.status, third.headers['retry-after']], [503, '30']);
  await few.sessions[0]?.[Symbol.asyncDispose]();
  void ask(few.url, 'c').catch(() => {});
  await until(() => few.sessions.length === 3);
  await few.listener[Symbol.asyncDispose]();
  await Promise.all(open);

  const slow = await listen(t, { limits: { requestsOfAddress: 1 } }, (session) => void echo(session));
  const replies = await Promise.all(Array.from({ length: 12 }, (_, index) => ask(slow.url, String(index))));
  const refused = replies.filter(({ status }) => status === 429);
  assert(refused.length >= 9, String(refused.length));
  assert.equal(refused[0]?.headers['retry-after'], '1');
});

test('a client that sends its message drop by drop is cut off', async (t) => {
  const bed = await listen(t, { limits: { request: 100 } });
  const socket = rawConnection(t, bed.port);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.write(`POST /syncml HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${XML}\r\nContent-Length: 1000\r\n\r\nab`);
  await until(() => bed.listener.load.octets === 1000);
  socket.resume();
  await closed;
  await until(() => bed.listener.load.octets === 0);
  assert.equal(bed.sessions.length, 0);
});

test('a thousand hostile requests at once cost no more memory than is allowed, and nobody else his session', async (t) => {
  const limits = { body: 1_000_000, bodies: 4_000_000, requestsOfAddress: 10_000, sessionsOfAddress: 8 };
  const bed = await listen(t, { limits }, (session) => void echo(session));
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, bed.listener.load.octets);
  }, 1);
  t.after(() => clearInterval(watch));
  const head = (length: number, more = ''): string =>
    `POST /syncml HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${XML}\r\n${more}Content-Length: ${length}\r\n\r\n`;
  const attacks: readonly (() => string | Buffer)[] = [
    () => head(999_999) + 'x'.repeat(50_000),
    () => head(2 ** 40),
    () => `${'GET'.repeat(20_000)} / HTTP/1.1\r\n\r\n`,
    () => head(5, `X: ${'y'.repeat(20_000)}\r\n`),
    () =>
      `POST /syncml HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Type: ${XML}\r\n\r\nffffffffff\r\nx`,
    () => Buffer.from(Array.from({ length: 300 }, (_, index) => (index * 7919) % 256)),
    () => `POST http://elsewhere/ HTTP/1.1\r\nHost: elsewhere\r\n\r\n`,
    () => head(-1),
    () => head(1, 'Content-Length: 2\r\n'),
  ];
  const before = process.memoryUsage().rss;
  for (let round = 0; round < 10; round += 1) {
    const sockets = Array.from({ length: 100 }, (_, index) => {
      const socket = rawConnection(t, bed.port);
      socket.write(attacks[index % attacks.length]?.() ?? '');
      socket.resume();
      return socket;
    });
    // Half messages are held; all others are answered or cut off.
    const whole = sockets.filter((_, index) => ![0, 4].includes(index % attacks.length));
    await until(() => whole.every((socket) => socket.bytesRead > 0 || socket.destroyed));
    for (const socket of sockets) socket.destroy();
  }
  await until(() => bed.listener.load.octets === 0);
  assert(most > limits.body && most <= limits.bodies, `${most} octets were held`);
  assert(process.memoryUsage().rss - before < 200_000_000);
  assert.match((await ask(bed.url, 'still there')).body, /^still there:1$/);
});
