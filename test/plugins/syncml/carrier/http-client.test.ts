import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect } from 'node:net';
import { test } from 'node:test';
import { CradleError, type ErrorCode } from '../../../../src/dbus/errors.js';
import { systemClock } from '../../../../src/hal/clock.js';
import type { ClientCarrier, Packet } from '../../../../src/plugins/syncml/carrier/carrier.js';
import { type HttpPatience, openHttpClient } from '../../../../src/plugins/syncml/carrier/http-client.js';
import type { Scope } from '../../../support/scope.js';
import { temporaryFolder } from '../../../support/tmp.js';
import { farServer, listening, lossyRelay, read, selfSigned, XML } from './http-far-sides.js';

const MESSAGE: Packet = { contentType: XML, bytes: Buffer.from('<SyncML>1</SyncML>') };
const never = new AbortController().signal;

/** Pauses pass at once; how long they would have been is written down. */
const hurried = (pauses: number[] = []): Partial<HttpPatience> => ({
  clock: {
    after(milliseconds, work) {
      pauses.push(milliseconds);
      return systemClock.after(0, work);
    },
  },
});

async function client(
  t: Scope,
  address: Parameters<typeof openHttpClient>[0],
  patience: Partial<HttpPatience> = hurried(),
): Promise<ClientCarrier> {
  const carrier = await openHttpClient(address, patience);
  t.after(() => carrier[Symbol.asyncDispose]());
  return carrier;
}

const fails = (work: Promise<unknown>, code: ErrorCode, sentence = /./): Promise<void> =>
  assert.rejects(work, (error) => {
    assert(error instanceof CradleError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, sentence);
    return true;
  });

const echo: RequestListener = async (request, response) => {
  response.writeHead(200, { 'content-type': request.headers['content-type'] ?? '' }).end(await read(request));
};

test('a message is posted with its type and length, and its reply comes back as it is', async (t) => {
  let asked: IncomingMessage | undefined;
  const { url, port } = await farServer(t, async (request, response) => {
    asked = request;
    const body = await read(request);
    response.writeHead(200, { 'content-type': `${XML}; charset=utf-8`, 'x-syncml-hmac': 'mac=abc' }).end(body);
  });
  const carrier = await client(t, { url: `${url}?db=1#here` });
  const reply = await carrier.exchange({ ...MESSAGE, hmac: 'username="a", mac=x' }, never);
  assert.deepEqual(reply, { contentType: `${XML}; charset=utf-8`, bytes: MESSAGE.bytes, hmac: 'mac=abc' });
  assert.equal(asked?.method, 'POST');
  assert.equal(asked.url, '/sync?db=1');
  assert.deepEqual(
    ['host', 'content-type', 'content-length', 'accept-encoding', 'x-syncml-hmac'].map((name) => asked?.headers[name]),
    [`127.0.0.1:${port}`, XML, '18', 'identity', 'username="a", mac=x'],
  );
});

test('the old content types of 1.0 are taken', async (t) => {
  const { url } = await farServer(t, (request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'application/vnd.syncml-xml' }).end('x');
  });
  const reply = await (await client(t, { url })).exchange(MESSAGE, never);
  assert.equal(reply.contentType, 'application/vnd.syncml-xml');
});

test('messages of a session go over one connection', async (t) => {
  const sockets = new Set<unknown>();
  const { url } = await farServer(t, (request, response) => {
    sockets.add(request.socket);
    return echo(request, response);
  });
  const carrier = await client(t, { url });
  for (let n = 0; n < 5; n += 1) await carrier.exchange(MESSAGE, never);
  assert.equal(sockets.size, 1);
});

test('RespURI is followed, relative or not, and left again', async (t) => {
  const urls: (string | undefined)[] = [];
  const { url, port } = await farServer(t, (request, response) => {
    urls.push(request.url);
    return echo(request, response);
  });
  const carrier = await client(t, { url });
  for (const uri of [undefined, '?sessionid=1', `http://127.0.0.1:${port}/other?s=2`, 'next', undefined]) {
    carrier.redirect(uri);
    await carrier.exchange(MESSAGE, never);
  }
  assert.deepEqual(urls, ['/sync', '/sync?sessionid=1', '/other?s=2', '/next', '/sync']);
  assert.throws(() => carrier.redirect('file:///etc/passwd'), { code: 'PluginFailed' });
  assert.throws(() => carrier.redirect('http://['), { code: 'PluginFailed' });
});

test('a lost reply is fetched by sending the very same octets again', async (t) => {
  const bodies: string[] = [];
  const { port } = await farServer(t, async (request, response) => {
    const body = await read(request);
    bodies.push(body.toString());
    response.writeHead(200, { 'content-type': XML }).end(body);
  });
  const relay = await lossyRelay(t, port, [0, 2, 3]);
  const pauses: number[] = [];
  const carrier = await client(t, { url: `http://127.0.0.1:${relay}/sync` }, hurried(pauses));
  const second: Packet = { ...MESSAGE, bytes: Buffer.from('<SyncML>2</SyncML>') };
  assert.deepEqual((await carrier.exchange(MESSAGE, never)).bytes, MESSAGE.bytes);
  assert.deepEqual((await carrier.exchange(second, never)).bytes, second.bytes);
  const [one, two] = [MESSAGE, second].map(({ bytes }) => Buffer.from(bytes).toString());
  assert.deepEqual(bodies, [one, one, two, two, two]);
  assert.deepEqual(pauses, [1000, 1000, 5000]);
});

test('a reply that is lost again and again is given up on', async (t) => {
  let posts = 0;
  const { url } = await farServer(t, (request) => {
    posts += 1;
    request.socket.destroy();
  });
  await fails((await client(t, { url })).exchange(MESSAGE, never), 'NotConnected', /127\.0\.0\.1/);
  assert.equal(posts, 4);
});

test('a reply that breaks off in its middle is fetched again', async (t) => {
  let posts = 0;
  const { url } = await farServer(t, (request, response) => {
    posts += 1;
    if (posts > 1) return echo(request, response);
    request.resume();
    response.writeHead(200, { 'content-type': XML, 'content-length': '100' }).write('half', () => response.destroy());
  });
  const reply = await (await client(t, { url })).exchange(MESSAGE, never);
  assert.deepEqual(reply.bytes, MESSAGE.bytes);
  assert.equal(posts, 2);
});

test('a server that hangs, before its reply or within, is asked on a new connection and then given up on', async (t) => {
  const sockets = new Set<unknown>();
  const { url } = await farServer(t, (request, response) => {
    sockets.add(request.socket);
    request.resume();
    if (sockets.size === 2) response.writeHead(200, { 'content-type': XML, 'content-length': '9' }).write('half');
  });
  const carrier = await client(t, { url }, { ...hurried(), reply: 60, pauses: [1, 1] });
  await fails(carrier.exchange(MESSAGE, never), 'Timeout', /127\.0\.0\.1/);
  assert.equal(sockets.size, 3);
});

test('a server that was never there is not waited for', async (t) => {
  const { port } = await farServer(t, echo);
  const pauses: number[] = [];
  const gone = await listening(t, createServer());
  assert.notEqual(gone, port);
  const nobody = await client(t, { url: 'http://127.0.0.1:1/' }, hurried(pauses));
  await fails(nobody.exchange(MESSAGE, never), 'NotConnected', /http:\/\/127\.0\.0\.1:1\//);
  assert.deepEqual(pauses, []);
});

test('a session that is cancelled stops at once, while it waits for a reply and while it pauses', async (t) => {
  const { url } = await farServer(t, (request) => request.resume());
  const waiting = new AbortController();
  const one = (await client(t, { url })).exchange(MESSAGE, waiting.signal);
  waiting.abort();
  await fails(one, 'Cancelled');

  const { url: closing } = await farServer(t, (request) => request.socket.destroy());
  const pausing = new AbortController();
  const clock = {
    after: () => {
      setImmediate(() => pausing.abort());
      return { [Symbol.dispose]: () => {} };
    },
  };
  await fails((await client(t, { url: closing }, { clock })).exchange(MESSAGE, pausing.signal), 'Cancelled');
});

const STATUSES: readonly (readonly [number, Readonly<Record<string, string>>, ErrorCode])[] = [
  [401, {}, 'NotOwner'],
  [403, {}, 'NotOwner'],
  [404, {}, 'NotFound'],
  [400, {}, 'PluginFailed'],
  [413, {}, 'LimitsExceeded'],
  [415, {}, 'Unsupported'],
  [429, { 'retry-after': '3600' }, 'Busy'],
  [500, {}, 'PluginFailed'],
  [500, { 'retry-after': '60' }, 'Busy'],
  [503, {}, 'Busy'],
  [204, {}, 'PluginFailed'],
  [303, { location: '/else' }, 'PluginFailed'],
];

test('each status of HTTP has its code', async (t) => {
  for (const [status, headers, code] of STATUSES) {
    let posts = 0;
    const { url } = await farServer(t, (request, response) => {
      posts += 1;
      request.resume();
      response.writeHead(status, headers).end();
    });
    await fails((await client(t, { url })).exchange(MESSAGE, never), code, new RegExp(String(status)));
    assert.equal(posts, 1, String(status));
  }
});

test('a server that is busy for a moment is asked again after it', async (t) => {
  let posts = 0;
  const { url } = await farServer(t, (request, response) => {
    posts += 1;
    if (posts === 2) return echo(request, response);
    request.resume();
    response.writeHead(503, { 'retry-after': '7' }).end();
  });
  const pauses: number[] = [];
  await (await client(t, { url }, hurried(pauses))).exchange(MESSAGE, never);
  assert.deepEqual(pauses, [7000]);
});

test('what is no SyncML, or coded, or empty, is no reply', async (t) => {
  for (const [headers, body, sentence] of [
    [{ 'content-type': 'text/html' }, '<html>', /text\/html/],
    [{}, 'x', /unnamed/],
    [{ 'content-type': XML, 'content-encoding': 'gzip' }, 'x', /gzip/],
    [{ 'content-type': XML }, '', /nothing/],
  ] as const) {
    const { url } = await farServer(t, (request, response) => {
      request.resume();
      response.writeHead(200, headers).end(body);
    });
    await fails((await client(t, { url })).exchange(MESSAGE, never), 'PluginFailed', sentence);
  }
});

test('a reply that is too large is refused before it is held, whether or not its length was told', async (t) => {
  for (const headers of [{ 'content-length': '5000' }, {}]) {
    const { url } = await farServer(t, (request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': XML, ...headers }).end(Buffer.alloc(5000));
    });
    const carrier = await client(t, { url }, { ...hurried(), mostOctets: 4999 });
    await fails(carrier.exchange(MESSAGE, never), 'LimitsExceeded', /4999/);
  }
});

test('redirections are followed on the same host alone, and not in circles', async (t) => {
  const { url } = await farServer(t, (request, response) => {
    if (request.url === '/new') return echo(request, response);
    request.resume();
    response.writeHead(307, { location: '/new' }).end();
  });
  assert.deepEqual((await (await client(t, { url })).exchange(MESSAGE, never)).bytes, MESSAGE.bytes);

  const turning = await farServer(t, (request, response) => {
    request.resume();
    response.writeHead(308, { location: '/sync' }).end();
  });
  await fails((await client(t, { url: turning.url })).exchange(MESSAGE, never), 'PluginFailed', /circles/);

  const away = await farServer(t, (request, response) => {
    request.resume();
    response.writeHead(302, { location: 'http://elsewhere.example/' }).end();
  });
  await fails((await client(t, { url: away.url })).exchange(MESSAGE, never), 'NotFound', /elsewhere\.example/);
});

test('a name and password in the address are sent to their host, and shown to nobody', async (t) => {
  const seen: (string | undefined)[] = [];
  const { url } = await farServer(t, (request, response) => {
    seen.push(request.headers.authorization);
    request.resume();
    response.writeHead(request.url === '/sync' ? 401 : 404).end();
  });
  const carrier = await client(t, { url: url.replace('127.0.0.1', 'al:p%40ss@127.0.0.1') });
  const error = await carrier.exchange(MESSAGE, never).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert(error instanceof CradleError);
  assert.doesNotMatch(error.message, /p%40ss|p@ss/);
  carrier.redirect('/next?secret=1');
  await assert.rejects(carrier.exchange(MESSAGE, never), (one) => one instanceof Error && !/secret/.test(one.message));
  assert.deepEqual(seen, Array(2).fill(`Basic ${Buffer.from('al:p@ss').toString('base64')}`));
});

test('addresses that are none are refused', async () => {
  for (const url of ['', 'sync.example', 'ftp://sync.example/', 'https://['])
    await fails(openHttpClient({ url }), 'InvalidArgs');
});

test('TLS holds when the certificate is trusted and bears the name, and never goes over into the open', async (t) => {
  const folder = await temporaryFolder(t);
  const { keyFile, certificateFile } = await selfSigned(folder);
  const server = createSecureServer({ key: readFileSync(keyFile), cert: readFileSync(certificateFile) }, echo);
  const port = await listening(t, server);
  const url = `https://127.0.0.1:${port}/`;

  const trusting = await client(t, { url, authorityFile: certificateFile, certificateName: 'sync.example' });
  assert.deepEqual((await trusting.exchange(MESSAGE, never)).bytes, MESSAGE.bytes);
  assert.throws(() => trusting.redirect(`http://127.0.0.1:${port}/`), { code: 'PluginFailed' });

  const stranger = await client(t, { url, certificateName: 'sync.example' });
  await fails(stranger.exchange(MESSAGE, never), 'PluginFailed', /not to be trusted/);
  const misnamed = await client(t, { url, authorityFile: certificateFile });
  await fails(misnamed.exchange(MESSAGE, never), 'PluginFailed', /not to be trusted/);
  await fails(openHttpClient({ url, authorityFile: `${folder}/none.pem` }), 'InvalidArgs', /none\.pem/);
  await fails(openHttpClient({ url, authorityFile: keyFile }), 'InvalidArgs', /key\.pem/);
});

test('a proxy is asked for the whole address in the open, with its password', async (t) => {
  const seen: unknown[] = [];
  const { port } = await farServer(t, (request, response) => {
    seen.push([request.url, request.headers.host, request.headers['proxy-authorization']]);
    return echo(request, response);
  });
  const environment = { http_proxy: `http://me:pw@127.0.0.1:${port}` };
  const carrier = await client(t, { url: 'http://sync.example/s?x=1', environment });
  assert.deepEqual((await carrier.exchange(MESSAGE, never)).bytes, MESSAGE.bytes);
  const authorization = `Basic ${Buffer.from('me:pw').toString('base64')}`;
  assert.deepEqual(seen, [['http://sync.example/s?x=1', 'sync.example', authorization]]);
});

test('a proxy sees nothing but the name of a server with TLS, and one tunnel carries the session', async (t) => {
  const { keyFile, certificateFile } = await selfSigned(await temporaryFolder(t));
  const server = createSecureServer({ key: readFileSync(keyFile), cert: readFileSync(certificateFile) }, echo);
  const far = await listening(t, server);
  const seen: unknown[] = [];
  const proxy = createServer((_, response) => response.writeHead(400).end());
  proxy.on('connect', (request, socket) => {
    seen.push([request.url, request.headers['proxy-authorization'] !== undefined]);
    const through = connect(far, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      through.pipe(socket).pipe(through);
    });
    through.on('error', () => socket.destroy());
    socket.on('error', () => through.destroy());
    t.after(() => through.destroy());
    t.after(() => socket.destroy());
  });
  const port = await listening(t, proxy);
  const environment = { HTTPS_PROXY: `http://me:pw@127.0.0.1:${port}` };
  const carrier = await client(t, { url: 'https://sync.example/', environment, authorityFile: certificateFile });
  await carrier.exchange(MESSAGE, never);
  assert.deepEqual((await carrier.exchange(MESSAGE, never)).bytes, MESSAGE.bytes);
  assert.deepEqual(seen, [['sync.example:443', true]]);
});

test('a proxy that refuses or is silent is told apart', async (t) => {
  const refusing = createServer();
  refusing.on('connect', (_, socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'));
  const port = await listening(t, refusing);
  const environment = { https_proxy: `http://127.0.0.1:${port}` };
  const carrier = await client(t, { url: 'https://sync.example/', environment });
  await fails(carrier.exchange(MESSAGE, never), 'NotOwner', /407/);

  const silent = createServer();
  silent.on('connect', () => {});
  const deaf = await listening(t, silent);
  const waiting = await client(
    t,
    { url: 'https://sync.example/', environment: { https_proxy: `http://127.0.0.1:${deaf}` } },
    { ...hurried(), reply: 50, pauses: [] },
  );
  const held = once(silent, 'connect');
  await fails(waiting.exchange(MESSAGE, never), 'Timeout');
  const [, socket] = await held;
  t.after(() => socket.destroy());
});
