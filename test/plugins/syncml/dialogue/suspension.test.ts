import assert from 'node:assert/strict';
import { test } from 'node:test';
import { greetClient, greetServer } from '../../../../src/plugins/syncml/dialogue/greeting.js';
import { Line } from './line.js';
import { converse, each, hear, Pair, put, tell } from './pair.js';
import { add, alert, answersTo, headerStatus, of, ok, RawClient, rawServer, statusOf, sync } from './raw.js';

const signal = (): AbortSignal => AbortSignal.timeout(20_000);

const many = (count: number, name: string) =>
  Array.from({ length: count }, (_, n) => put(n, 'add', `${name}${n}`, 'x'.repeat(100)));

test('S11: a client that leaves suspends, the server learns it, and neither moves its anchors', async () => {
  const pair = new Pair({ serverMessageSize: 2_000 });
  const meeting = pair.meet(signal());
  const client = await meeting.client;
  const serving = (async () => {
    await using server = await meeting.server;
    await hear(server, 'contacts', signal());
  })();
  const session = client.datastores.get('my-contacts');
  assert(session !== undefined);
  let outcomes = 0;
  for await (const _ of session.apply(each(many(100, 'c')), signal())) if (++outcomes > 20) break;
  await client[Symbol.asyncDispose]();
  await assert.rejects(serving, { code: 'Cancelled' });
  const last = pair.line.messages('client').at(-1);
  assert.equal(last && of(last, 'Alert')[0]?.code, 224);
  assert(last?.final);
  assert.equal(pair.clientMemory.anchorsOf.size + pair.serverMemory.anchorsOf.size, 0);
  assert.equal(pair.serverMemory.cut('contacts')?.mode, 'slow');
  assert.equal(pair.clientMemory.cut('my-contacts')?.mode, 'slow');
});

test('S11: a session that was cut is resumed with Alert 225, as what it was', async () => {
  const pair = new Pair();
  const meeting = pair.meet(signal());
  const client = await meeting.client;
  void hear(client, 'my-contacts', signal()).catch(() => undefined);
  const server = await meeting.server;
  pair.line.cut();
  assert.deepEqual(await hear(server, 'contacts', signal()), [], 'all of the client has come');
  await assert.rejects(server.finish(signal()), { code: 'NotConnected' });
  await Promise.all([client, server].map((one) => one[Symbol.asyncDispose]()));

  const again = pair.meet(signal());
  const resumed = (await again.client).datastores.get('my-contacts');
  assert.deepEqual([resumed?.mode, resumed?.resumed], ['slow', true]);
  await converse(again, { client: [put(1, 'add', 'c1', 'one')] }, signal());
  assert.equal(of(pair.line.messages('client')[0] ?? assert.fail(), 'Alert')[0]?.code, 225);
  assert.equal(of(pair.line.messages('server')[0] ?? assert.fail(), 'Alert')[0]?.code, 201);
  assert.equal(pair.serverMemory.cut('contacts'), undefined);
  assert.equal(pair.clientMemory.cut('my-contacts'), undefined);

  const next = pair.meet(signal());
  assert.equal((await next.client).datastores.get('my-contacts')?.resumed, false);
  await converse(next, {}, signal());
});

test('S11: before 1.2 there is no resumption: nothing is suspended, and 225 is not supported', async () => {
  const pair = new Pair({ version: '1.1' });
  const meeting = pair.meet(signal());
  const client = await meeting.client;
  void hear(client, 'my-contacts', signal()).catch(() => undefined);
  const server = await meeting.server;
  pair.line.cut();
  await Promise.all([client, server].map((one) => one[Symbol.asyncDispose]()));
  assert.equal(pair.serverMemory.cuts.size + pair.clientMemory.cuts.size, 0);

  const line = new Line();
  const serving = greetClient(line.server, new Pair({ password: undefined }).host(), signal());
  const phone = new RawClient(line.client, signal(), { version: '1.1' });
  const resume = alert(225, {}, 'x');
  assert.equal(statusOf(await phone.say([resume]), resume).code, 406);
  line.cut();
  await assert.rejects(serving);
});

test('S11: a server that cannot go on says what it does instead, and a client that wants something else begins anew', async () => {
  const pair = new Pair();
  await converse(pair.meet(signal()), {}, signal());
  pair.clientMemory.setCut('my-contacts', { mode: 'two-way', theirs: '1', ours: '2' });
  const meeting = pair.meet(signal());
  const session = (await meeting.client).datastores.get('my-contacts');
  assert.deepEqual([session?.mode, session?.resumed], ['two-way', false]);
  await converse(meeting, {}, signal());
  assert.deepEqual(
    pair.line.messages('client').flatMap((message) => of(message, 'Alert').map(({ code }) => code)),
    [225],
  );

  pair.clientMemory.setCut('my-contacts', { mode: 'slow', theirs: '1', ours: '2' });
  const plan = pair.plan({ datastores: [{ name: 'my-contacts', uri: 'contacts', mode: 'slow' }] });
  const carrier = rawServer((message, at) => {
    const alerts = of(message, 'Alert').flatMap((one) => [
      ok(message, one.id, 'Alert', at === 1 ? 509 : 200),
      alert(at === 1 ? 200 : 201, { target: { uri: 'my-contacts' }, source: { uri: 'contacts' } }),
    ]);
    return { commands: [ok(message, '0', 'SyncHdr', 212), ...alerts] };
  });
  await using client = await greetServer(carrier, plan, signal());
  assert.deepEqual(
    carrier.heard.flatMap((message) => of(message, 'Alert').map(({ code }) => code)),
    [225, 201],
  );
  assert.equal(client.datastores.get('my-contacts')?.mode, 'slow');
});

test('S11: a server that leaves suspends, answers the last word of the client, and the session is resumed', async () => {
  const pair = new Pair({ password: undefined });
  const line = new Line();
  const serving = greetClient(line.server, pair.host(), signal());
  const phone = new RawClient(line.client, signal());
  const welcome = await phone.say([alert(201)]);
  const one = add('c1', 'one');
  const asked = phone.say([...answersTo(welcome), sync([one])], false);
  const server = await serving;
  const session = server.datastores.get('contacts');
  assert(session !== undefined);
  let leaving: PromiseLike<void> | undefined;
  for await (const batch of session.changes(signal())) {
    batch.changes[0]?.answer(201);
    leaving = server[Symbol.asyncDispose]();
    break;
  }
  const reply = await asked;
  assert.equal(statusOf(reply, one).code, 201, 'what was taken is answered');
  assert.equal(of(reply, 'Alert')[0]?.code, 224);
  const farewell = alert(224);
  const last = await phone.say([...answersTo(reply), farewell]);
  assert.equal(statusOf(last, farewell).code, 200);
  await leaving;
  assert.equal(pair.serverMemory.cut('contacts')?.mode, 'slow');

  const next = new Line();
  const serving2 = greetClient(next.server, pair.host(), signal());
  const again = new RawClient(next.client, signal(), { sessionId: '8' });
  const welcome2 = await again.say([alert(225)]);
  const asked2 = again.say([...answersTo(welcome2), sync([])], false);
  const server2 = await serving2;
  assert.deepEqual(
    [server2.datastores.get('contacts')?.mode, server2.datastores.get('contacts')?.resumed],
    ['slow', true],
  );
  void asked2.catch(() => undefined);
  next.cut();
  await server2[Symbol.asyncDispose]();
});

test('S11: a client has the last word when its server suspends', async () => {
  const pair = new Pair();
  const meeting = pair.meet(signal());
  const hearing = meeting.client.then(async (client) => {
    await assert.rejects(hear(client, 'my-contacts', signal()), { code: 'Cancelled' });
    await client[Symbol.asyncDispose]();
  });
  const server = await meeting.server;
  await server[Symbol.asyncDispose]();
  await hearing;
  const [farewell, last] = pair.line.messages('client').slice(-2);
  assert(farewell !== undefined && last !== undefined);
  assert.equal(
    pair.line
      .messages('server')
      .flatMap((message) => of(message, 'Alert'))
      .at(-1)?.code,
    224,
  );
  assert(last.final);
  assert.equal(pair.clientMemory.anchorsOf.size, 0);
});

test('S11: before 1.2 a server that leaves says 514', async () => {
  const line = new Line();
  const serving = greetClient(line.server, new Pair({ password: undefined }).host(), signal());
  const phone = new RawClient(line.client, signal(), { version: '1.1' });
  const welcome = await phone.say([alert(201)]);
  const asked = phone.say([...answersTo(welcome), sync([])]);
  const server = await serving;
  const leaving = server[Symbol.asyncDispose]();
  const reply = await asked;
  assert.equal(headerStatus(reply), 514);
  assert.deepEqual(of(reply, 'Alert'), []);
  line.cut();
  await leaving;
});

test('S11: maps that the last session could not tell any more are told before anything else', async () => {
  const pair = new Pair();
  await converse(pair.meet(signal()), {}, signal());
  pair.clientMemory.pending.set('my-contacts', [{ target: 'g1', source: 'l1' }]);
  await converse(pair.meet(signal()), { client: [put(1, 'add', 'c1', 'one')] }, signal());
  assert.deepEqual([...(pair.serverMemory.maps.get('contacts') ?? [])], [['g1', 'l1']]);
  assert.deepEqual(pair.clientMemory.pendingMaps('my-contacts'), []);
  const kinds = pair.line
    .messages('client')[1]
    ?.commands.map(({ kind }) => kind)
    .filter((kind) => kind !== 'Status');
  assert.deepEqual(kinds, ['Map', 'Sync']);
});

test('S11: a thousand maps leave in messages of the size that the server takes', async () => {
  const pair = new Pair({ serverMessageSize: 4_000 });
  const count = 1_000;
  const changes = Array.from({ length: count }, (_, n) => put(n, 'add', `g${n}`, 'x'));
  const { atClient } = await converse(pair.meet(signal()), { server: changes }, signal());
  assert.equal(atClient.length, count);
  assert.equal(pair.serverMemory.maps.get('contacts')?.size, count);
  for (const { by, bytes } of pair.line.said.slice(1)) if (by === 'client') assert(bytes.length <= 4_000);
});

test('whoever leaves in the middle of a batch has not done the rest of it', async () => {
  const line = new Line();
  const pair = new Pair({ password: undefined });
  const serving = greetClient(line.server, pair.host(), signal());
  const phone = new RawClient(line.client, signal());
  const welcome = await phone.say([alert(201)]);
  const [one, two] = [add('c1', 'one'), add('c2', 'two')];
  const asked = phone.say([...answersTo(welcome), sync([one, two])]);
  await using server = await serving;
  const session = server.datastores.get('contacts');
  assert(session !== undefined);
  for await (const { changes } of session.changes(signal())) {
    changes[0]?.answer(201);
    break;
  }
  const finished = server.finish(signal());
  const reply = await asked;
  assert.deepEqual([statusOf(reply, one).code, statusOf(reply, two).code], [201, 417]);
  await phone.say(answersTo(reply));
  await finished;
  assert.equal(pair.serverMemory.anchorsOf.size, 0, 'the next session may not build on this one');
});

test('changes that nobody asks for are turned away when the session is to end', async () => {
  const pair = new Pair();
  const meeting = pair.meet(signal());
  const atClient = (async () => {
    await using client = await meeting.client;
    const codes = await tell(client, 'my-contacts', [put(1, 'add', 'c1', 'x')], signal());
    await client.finish(signal());
    return codes;
  })();
  await using server = await meeting.server;
  await server.finish(signal());
  assert.deepEqual([...(await atClient)], [[1, 417]]);
  assert.equal(pair.serverMemory.anchorsOf.size, 0);
});

test('a conversation that is let go of twice, or after its end, does nothing more', async () => {
  const pair = new Pair();
  const meeting = pair.meet(signal());
  await converse(meeting, {}, signal());
  const said = pair.line.said.length;
  const client = await meeting.client;
  await client[Symbol.asyncDispose]();
  await client[Symbol.asyncDispose]();
  await (await meeting.server)[Symbol.asyncDispose]();
  assert.equal(pair.line.said.length, said);
});

test('whoever waits learns that the conversation was left', async () => {
  const pair = new Pair();
  const meeting = pair.meet(signal());
  const client = await meeting.client;
  const waiting = client.finish(signal());
  const hearing = hear(client, 'my-contacts', signal());
  pair.line.cut();
  await assert.rejects(waiting, { code: 'NotConnected' });
  await assert.rejects(hearing, { code: 'NotConnected' });
  await assert.rejects(tell(client, 'my-contacts', [], signal()), { code: 'NotConnected' });
  await client[Symbol.asyncDispose]();
});

test('waiting ends when it is aborted', async () => {
  const pair = new Pair();
  const meeting = pair.meet(signal());
  const client = await meeting.client;
  const stop = new AbortController();
  const server = meeting.server.catch(() => undefined);
  const hearing = hear(client, 'my-contacts', stop.signal);
  stop.abort();
  await assert.rejects(hearing, { code: 'Cancelled' });
  pair.line.cut();
  await client[Symbol.asyncDispose]();
  await (await server)?.[Symbol.asyncDispose]();
});
