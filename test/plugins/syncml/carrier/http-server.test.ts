import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openHttpClient } from '../../../../src/plugins/syncml/carrier/http-client.js';
import { until } from '../../../support/until.js';
import { lossyRelay, XML } from './http-far-sides.js';
import { ask, echo, listen, never, packet, text } from './http-listening.js';

test('each first message begins a session, and its address brings the following ones to it', async (t) => {
  const bed = await listen(t, {}, (session) => void echo(session));
  const first = await Promise.all([ask(bed.url, 'a'), ask(bed.url, 'b')]);
  assert.deepEqual(first.map(({ body }) => body).sort(), ['a:1', 'b:1']);
  assert.equal(first[0]?.headers['content-type'], XML);
  for (const session of bed.sessions) {
    assert.match(session.respUri, new RegExp(`^${bed.url}\\?session=[\\w-]{24}$`));
    assert.match((await ask(session.respUri, 'next')).body, /^next:2$/);
    assert.equal(session.peer, '127.0.0.1');
  }
  assert.notEqual(bed.sessions[0]?.respUri, bed.sessions[1]?.respUri);
  assert.equal(bed.listener.load.sessions, 2);
  assert.equal(bed.listener.load.octets, 0);
});

test('it listens on loopback alone, on both addresses with one port', async (t) => {
  const bed = await listen(t, {}, (session) => void echo(session));
  const hosts = bed.listener.urls.map((url) => new URL(url).hostname);
  assert(['127.0.0.1', '127.0.0.1 [::1]'].includes(hosts.join(' ')), hosts.join(' '));
  for (const url of bed.listener.urls) {
    assert.equal(Number(new URL(url).port), bed.port);
    assert.equal((await ask(url, url)).status, 200);
  }
});

test('our own client goes through a session, following RespURI', async (t) => {
  const bed = await listen(t, {}, (session) => void echo(session));
  const client = await openHttpClient({ url: bed.url });
  t.after(() => client[Symbol.asyncDispose]());
  assert.equal(text(await client.exchange(packet('a'), never)), 'a:1');
  client.redirect(bed.sessions[0]?.respUri);
  assert.equal(text(await client.exchange(packet('b'), never)), 'b:2');
  assert.equal(bed.sessions.length, 1);
});

test('a message whose reply was lost comes to its session again, the first one too', async (t) => {
  const bed = await listen(t, {}, (session) => void echo(session));
  const relay = await lossyRelay(t, bed.port, [0, 2]);
  const client = await openHttpClient({ url: `http://127.0.0.1:${relay}/syncml` }, { pauses: [1, 1, 1] });
  t.after(() => client[Symbol.asyncDispose]());
  assert.equal(text(await client.exchange(packet('a'), never)), 'a:2');
  const [session] = bed.sessions;
  assert(session !== undefined);
  assert.equal(new URL(session.respUri).port, String(relay));
  client.redirect(session.respUri);
  assert.equal(text(await client.exchange(packet('b'), never)), 'b:4');
  assert.equal(bed.sessions.length, 1);
});

test('a request that comes while its elder is still worked on takes its place', async (t) => {
  const bed = await listen(t);
  const elder = ask(bed.url, 'a');
  await until(() => bed.sessions.length === 1);
  const [session] = bed.sessions;
  assert(session !== undefined);
  assert.equal(text(await session.receive(never)), 'a');
  const younger = ask(bed.url, 'a');
  assert.equal((await elder).status, 409);
  const youngest = ask(session.respUri, 'a');
  assert.equal((await younger).status, 409);
  await session.answer(packet('reply'), never);
  assert.equal((await youngest).body, 'reply');
  assert.equal(bed.listener.load.octets, 0);
  assert.equal(bed.sessions.length, 1);
});

test('another request than the one that is worked on waits for its turn, and the elder goes unanswered', async (t) => {
  const bed = await listen(t);
  const elder = ask(bed.url, 'a');
  await until(() => bed.sessions.length === 1);
  const [session] = bed.sessions;
  assert(session !== undefined);
  assert.equal(text(await session.receive(never)), 'a');
  const younger = ask(session.respUri, 'b');
  assert.equal((await elder).status, 409);
  await session.answer(packet('for nobody'), never);
  assert.equal(text(await session.receive(never)), 'b');
  await session.answer(packet('for b'), never);
  assert.equal((await younger).body, 'for b');
});

test('the last reply of a session that is over can still be fetched, and nothing else', async (t) => {
  const bed = await listen(t, {}, async (session) => {
    await session.receive(never);
    await session.answer(packet('last'), never);
    await session[Symbol.asyncDispose]();
  });
  assert.equal((await ask(bed.url, 'a')).body, 'last');
  const [session] = bed.sessions;
  assert(session !== undefined);
  await until(() => bed.listener.load.sessions === 0);
  assert.equal((await ask(session.respUri, 'a')).body, 'last');
  assert.equal((await ask(session.respUri, 'b')).status, 404);
  assert.equal((await ask(`${bed.url}?session=guessed`, 'a')).status, 404);
  assert.equal(await session.receive(never), undefined);
});

test('a request that waits too long for its answer is told to ask again, and then gets it', async (t) => {
  const bed = await listen(t, { limits: { answer: 30 } });
  const late = await ask(bed.url, 'a');
  assert.equal(late.status, 503);
  assert.equal(late.headers['retry-after'], '10');
  const [session] = bed.sessions;
  assert(session !== undefined);
  assert.equal(text(await session.receive(never)), 'a');
  let reply = late;
  const asking = (async () => {
    while (reply.status === 503) reply = await ask(bed.url, 'a');
  })();
  await session.answer(packet('reply to whoever asks'), never);
  // Perhaps nobody did in that moment: who asks again comes as a request like any other.
  const again = session.receive(never).then((message) => message && session.answer(packet('reply'), never));
  again.catch(() => {});
  await asking;
  assert.match(reply.body, /^reply/);
  assert.equal(bed.sessions.length, 1);
});

test('a session that does not go on ends, and says who it was', async (t) => {
  const bed = await listen(t, { limits: { idle: 20 } });
  const asked = ask(bed.url, 'a');
  await until(() => bed.sessions.length === 1);
  const [session] = bed.sessions;
  assert(session !== undefined);
  await session.receive(never);
  await session.answer(packet('reply'), never);
  await asked;
  await assert.rejects(session.receive(never), { code: 'Timeout', message: /127\.0\.0\.1/ });
  assert.equal(bed.listener.load.sessions, 0);
});

test('a session is cancelled while it waits, and fails when the listener closes', async (t) => {
  const bed = await listen(t);
  void ask(bed.url, 'a').catch(() => {});
  await until(() => bed.sessions.length === 1);
  const [session] = bed.sessions;
  assert(session !== undefined);
  await session.receive(never);
  const cancelled = new AbortController();
  const waiting = session.receive(cancelled.signal);
  cancelled.abort();
  await assert.rejects(waiting, { code: 'Cancelled' });
  const open = session.receive(never);
  await bed.listener[Symbol.asyncDispose]();
  await assert.rejects(open, { code: 'NotConnected' });
  await assert.rejects(session.answer(packet('late'), never), { code: 'NotConnected' });
});
