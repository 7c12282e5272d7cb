import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextAnchor } from '../../../../src/plugins/syncml/dialogue/anchors.js';
import { converse, Pair, put } from './pair.js';
import { of, statuses } from './raw.js';

const signal = (): AbortSignal => AbortSignal.timeout(20_000);

async function settled(): Promise<Pair> {
  const pair = new Pair();
  await converse(pair.meet(signal()), { client: [put(1, 'add', 'c1', 'one')] }, signal());
  return pair;
}

const alertStatus = (pair: Pair): number | undefined =>
  statuses(pair.line.messages('server')[0] ?? { header: never(), commands: [], final: true }).find(
    ({ command }) => command === 'Alert',
  )?.code;

const never = (): never => {
  throw new Error('no message');
};

test('S6: after a session that ended well both sides remember both anchors', async () => {
  const pair = await settled();
  const [client, server] = [pair.clientMemory.anchors('my-contacts'), pair.serverMemory.anchors('contacts')];
  assert.equal(client.ours, server.theirs);
  assert.equal(client.theirs, server.ours);
  assert(client.ours !== undefined);
  const [alert] = of(pair.line.messages('client')[0] ?? never(), 'Alert');
  assert.equal(alert?.items[0]?.meta?.anchor?.next, client.ours);
  const echo = statuses(pair.line.messages('server')[0] ?? never()).find(({ command }) => command === 'Alert');
  assert.match(JSON.stringify(echo?.items[0]?.data), new RegExp(`Next.*${client.ours}`));
});

test('S6: a client whose Last is not known is told 508, and both sides sync slowly', async () => {
  const pair = await settled();
  pair.serverMemory.anchorsOf.clear();
  const meeting = pair.meet(signal());
  assert.equal((await meeting.client).datastores.get('my-contacts')?.mode, 'slow');
  await converse(meeting, {}, signal());
  assert.equal(alertStatus(pair), 508);
  assert.equal(of(pair.line.messages('server')[0] ?? never(), 'Alert')[0]?.code, 201);
  assert.equal(pair.clientMemory.anchors('my-contacts').theirs, pair.serverMemory.anchors('contacts').ours);
});

test('S6: a client to which the anchors of the server are strange asks for a slow sync in a session of its own', async () => {
  const pair = await settled();
  const { ours } = pair.clientMemory.anchors('my-contacts');
  pair.clientMemory.setAnchors('my-contacts', { ours, theirs: 'of another life' });
  const server = pair.meet(signal());
  // The server's first session is left alone, as over HTTP; the second begins on the same line.
  const again = (async () => {
    await assert.rejects(server.server);
  })();
  const asked = new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (pair.line.messages('client').length < 2) return;
      clearInterval(timer);
      resolve();
    }, 1);
  });
  await asked;
  pair.line.cut();
  await again;
  await assert.rejects(server.client);
  const alerts = pair.line.messages('client').map((message) => of(message, 'Alert')[0]?.code);
  assert.deepEqual(alerts, [200, 201]);
  const [one, two] = pair.line.messages('client');
  assert.notEqual(one?.header.sessionId, two?.header.sessionId);
  assert.deepEqual(pair.line.redirects, [undefined]);
});

test('S6: anchors of a session that was left stay as they were', async () => {
  const pair = await settled();
  const before = [pair.clientMemory.anchors('my-contacts'), pair.serverMemory.anchors('contacts')];
  const meeting = pair.meet(signal());
  const client = await meeting.client;
  await client[Symbol.asyncDispose]();
  await meeting.server.then(
    (server) => server[Symbol.asyncDispose](),
    () => undefined,
  );
  assert.deepEqual([pair.clientMemory.anchors('my-contacts'), pair.serverMemory.anchors('contacts')], before);
});

test('anchors grow, whatever the clock does', () => {
  const now = Date.UTC(2026, 10, 21);
  const seconds = now / 1000;
  assert.equal(nextAnchor(undefined, now), String(seconds));
  assert.equal(nextAnchor('17', now), String(seconds));
  assert.equal(nextAnchor(String(seconds), now), String(seconds + 1));
  assert.equal(nextAnchor(String(seconds + 500), now), String(seconds + 501));
  assert.equal(nextAnchor('20261121T000000Z', now), String(seconds));
});
