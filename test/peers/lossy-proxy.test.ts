import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import { LossyProxy, type Mishap, nth } from './support/lossy-proxy.js';

/** A server that counts what it heard in whole and says where it is, behind a proxy. */
async function proxied(t: TestContext) {
  const heard: string[] = [];
  const server = createServer((from, to) => {
    const parts: Buffer[] = [];
    from.on('data', (part: Buffer) => parts.push(part));
    from.on('end', () => {
      heard.push(Buffer.concat(parts).toString());
      to.end(`${heard.length} at ${from.headers.host}`);
    });
    from.on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  assert(typeof address === 'object' && address !== null);
  const proxy = await LossyProxy.start(t, `http://127.0.0.1:${address.port}/sync?a=b`);
  const post = async (body: string, signal?: AbortSignal): Promise<string> => {
    const reply = await fetch(proxy.url, { method: 'POST', body, ...(signal === undefined ? {} : { signal }) });
    return reply.text();
  };
  return { heard, proxy, post };
}

test('what goes well goes through, and the server is where the proxy is', async (t) => {
  const { heard, proxy, post } = await proxied(t);
  assert.equal(await post('hello'), `1 at ${new URL(proxy.url).host}`);
  assert.deepEqual(heard, ['hello']);
  const [exchange] = proxy.exchanges;
  assert.equal(exchange?.path, '/sync?a=b');
  assert.equal(exchange.request.toString(), 'hello');
  assert.match(exchange.replies.join(), /^1 at 127/);
});

const LOSSES: readonly (readonly [Mishap, readonly string[]])[] = [
  ['request-lost', []],
  ['request-halved', []],
  ['reply-lost', ['once']],
  ['reply-halved', ['once']],
];

for (const [mishap, known] of LOSSES)
  test(`${mishap}: the client is left without an answer, and the next exchange is well`, async (t) => {
    const { heard, proxy, post } = await proxied(t);
    proxy.begin(nth(1, mishap));
    await assert.rejects(post('once'));
    assert.deepEqual(heard, known);
    assert.match(await post('again'), / at /);
    assert.deepEqual(heard, [...known, 'again']);
    assert.deepEqual(
      proxy.exchanges.map((one) => one.mishap),
      [mishap, undefined],
    );
  });

test('request-twice: the server hears it twice, and the client hears the second answer', async (t) => {
  const { heard, proxy, post } = await proxied(t);
  proxy.begin(nth(1, 'request-twice'));
  assert.match(await post('hello'), /^2 at /);
  assert.deepEqual(heard, ['hello', 'hello']);
  assert.equal(proxy.exchanges[0]?.replies.length, 2);
});

test('reply-withheld: the server has done its work, and the client waits until it gives up', async (t) => {
  const { heard, proxy, post } = await proxied(t);
  proxy.begin(nth(1, 'reply-withheld'));
  const stop = new AbortController();
  const waiting = post('hello', stop.signal);
  waiting.catch(() => undefined);
  while (heard.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  stop.abort();
  await assert.rejects(waiting, { name: 'AbortError' });
});

test('a delayed reply is the same reply', async (t) => {
  const { proxy, post } = await proxied(t);
  proxy.begin(nth(1, { delay: 20 }));
  assert.match(await post('hello'), /^1 at /);
});
