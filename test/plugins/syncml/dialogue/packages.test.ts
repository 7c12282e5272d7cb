import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outgoing } from '../../../../src/plugins/syncml/dialogue/conversation.js';
import { greetClient, greetServer } from '../../../../src/plugins/syncml/dialogue/greeting.js';
import { Line } from './line.js';
import { converse, hear, informationOf, Pair, put, tell } from './pair.js';
import { add, alert, answersTo, headerStatus, of, ok, RawClient, rawServer, statuses, statusOf, sync } from './raw.js';

const signal = (): AbortSignal => AbortSignal.timeout(20_000);

const many = (count: number, name: string, octets = 200): readonly Outgoing[] =>
  Array.from({ length: count }, (_, n) => put(n, 'add', `${name}${n}`, `${n} `.padEnd(octets, '&\r\nx')));

for (const encoding of ['wbxml', 'xml'] as const)
  for (const size of [2_000, 5_000, 20_000])
    test(`S10: no message in ${encoding} is longer than the ${size} octets that the other side takes`, async () => {
      const pair = new Pair({ encoding, maxMessageSize: size, serverMessageSize: size });
      const count = 120;
      const heard = await converse(
        pair.meet(signal()),
        { client: many(count, 'c'), server: many(count, 's') },
        signal(),
      );
      assert.deepEqual([heard.atServer.length, heard.atClient.length], [count, count]);
      assert.deepEqual(new Set([...heard.clientCodes.values(), ...heard.serverCodes.values()]), new Set([201]));
      // Before its first answer nobody knows what the server takes.
      const sizes = pair.line.said.slice(1).map(({ bytes }) => bytes.length);
      assert(Math.max(...sizes) <= size, `a message has ${Math.max(...sizes)} octets`);
      const full = pair.line.said.filter(({ message }) => of(message, 'Sync').length > 0 && !message.final);
      if (size > 2_000)
        for (const { bytes } of full) assert(bytes.length > size * 0.6, `${bytes.length} octets do not fill a message`);
    });

test('S10: a peer that says nothing of its limits gets small messages', async () => {
  const pair = new Pair();
  pair.clientMemory.setInformation(informationOf('server-1'));
  const sizes: number[] = [];
  const carrier = rawServer((message) => {
    const syncs = of(message, 'Sync').flatMap((one) => [
      ok(message, one.id, 'Sync'),
      ...one.commands.map((inner) => ok(message, 'id' in inner ? inner.id : '', 'Add', 201)),
    ]);
    const alerts = of(message, 'Alert').flatMap((one) => [
      ok(message, one.id, 'Alert'),
      ...(one.code === 201 ? [alert(201, { target: { uri: 'my-contacts' }, source: { uri: 'contacts' } })] : []),
    ]);
    return {
      commands: [ok(message, '0', 'SyncHdr', 212), ...alerts, ...syncs],
      final: message.final,
      head: { meta: {} },
    };
  });
  const measured = {
    ...carrier,
    exchange: (...[packet, until]: Parameters<typeof carrier.exchange>) => {
      sizes.push(packet.bytes.length);
      return carrier.exchange(packet, until);
    },
  };
  await using client = await greetServer(measured, pair.plan(), signal());
  const codes = await tell(client, 'my-contacts', many(100, 'c'), signal());
  assert.equal(codes.size, 100);
  assert(Math.max(...sizes) <= 10_000);
});

test('S2: several messages make a package: the other side is asked for more until its Final', async () => {
  const pair = new Pair({ maxMessageSize: 3_000 });
  const heard = await converse(pair.meet(signal()), { server: many(60, 's') }, signal());
  assert.equal(heard.atClient.length, 60);
  const finals = pair.line.messages('server').map(({ final }) => final);
  assert(finals.filter((final) => !final).length > 3);
  const ids = pair.line.messages('client').map(({ header }) => header.messageId);
  assert.deepEqual(
    ids,
    ids.map((_, at) => at + 1),
  );
});

test('S2: a client with nothing to say asks on with Alert 222, and so does a server', async () => {
  const line = new Line();
  const serving = greetClient(line.server, new Pair({ password: undefined }).host(), signal());
  const phone = new RawClient(line.client, signal());
  const welcome = await phone.say([alert(201)]);
  const saying = phone.say([...answersTo(welcome)], false);
  await using server = await serving;
  const heard = hear(server, 'contacts', signal());
  const reply = await saying;
  assert.equal(of(reply, 'Alert')[0]?.code, 222);
  assert(!reply.final);
  const ended = phone.say([...answersTo(reply), sync([add('c1', 'one')])]);
  assert.equal((await heard).length, 1);
  const finished = server.finish(signal());
  await phone.say(answersTo(await ended));
  await finished;
});

test('S10: NumberOfChanges is told where the other side knows it, and is there for the progress', async () => {
  const pair = new Pair();
  const meeting = pair.meet(signal());
  const client = await meeting.client;
  const expected: (number | undefined)[] = [];
  const telling = tell(client, 'my-contacts', many(3, 'c'), signal());
  const serving = meeting.server.then(async (server) => {
    expected.push(server.datastores.get('contacts')?.expected);
    await hear(server, 'contacts', signal());
    await tell(server, 'contacts', many(2, 's'), signal());
    await server.finish(signal());
    await server[Symbol.asyncDispose]();
  });
  await hear(client, 'my-contacts', signal());
  expected.push(client.datastores.get('my-contacts')?.expected);
  await telling;
  await client.finish(signal());
  await serving;
  await client[Symbol.asyncDispose]();
  assert.deepEqual(expected, [3, 2]);

  const old = new Pair({ version: '1.0' });
  await converse(old.meet(signal()), { client: many(3, 'c') }, signal());
  for (const { message } of old.line.said)
    for (const one of of(message, 'Sync')) assert.equal(one.numberOfChanges, undefined);
});

test('a request is not kept waiting while nobody knows what to send: the client is asked to ask on', async () => {
  const pair = new Pair({ host: { pace: { keepAlive: 20, linger: 1 } } });
  const meeting = pair.meet(signal());
  const serving = (async () => {
    await using server = await meeting.server;
    await hear(server, 'contacts', signal());
    while (pair.line.exchanges < 6) await new Promise((resolve) => setTimeout(resolve, 5));
    await tell(server, 'contacts', [put(1, 'add', 's1', 'late')], signal());
    await server.finish(signal());
  })();
  await using client = await meeting.client;
  const heard = await hear(client, 'my-contacts', signal());
  await client.finish(signal());
  await serving;
  assert.deepEqual(
    heard.map(({ text }) => text),
    ['late'],
  );
  const idle = pair.line
    .messages('server')
    .filter(({ final, commands }) => !final && commands.every(({ kind }) => kind === 'Status'));
  assert(idle.length >= 3);
  assert(pair.line.messages('client').some((message) => of(message, 'Alert').some(({ code }) => code === 222)));
});

test('what takes long to be dealt with is answered later, and nothing is lost', async () => {
  const pair = new Pair({ host: { pace: { keepAlive: 20, linger: 1 } } });
  const meeting = pair.meet(signal());
  const serving = (async () => {
    await using server = await meeting.server;
    const session = server.datastores.get('contacts');
    assert(session !== undefined);
    for await (const batch of session.changes(signal())) {
      while (pair.line.exchanges < 5) await new Promise((resolve) => setTimeout(resolve, 5));
      for (const change of batch.changes) change.answer(201);
    }
    await server.finish(signal());
  })();
  await using client = await meeting.client;
  const telling = tell(client, 'my-contacts', many(2, 'c'), signal());
  await hear(client, 'my-contacts', signal());
  assert.deepEqual([...(await telling).values()], [201, 201]);
  await client.finish(signal());
  await serving;
});

test('changes that a slow source has given do not wait for the rest', async () => {
  const pair = new Pair();
  const meeting = pair.meet(signal());
  let given = 0;
  const serving = (async () => {
    await using server = await meeting.server;
    await hear(server, 'contacts', signal());
    await server.finish(signal());
  })();
  await using client = await meeting.client;
  const session = client.datastores.get('my-contacts');
  assert(session !== undefined);
  let known = (): void => {};
  async function* slow(): AsyncGenerator<Outgoing> {
    for (; given < 3; given++) {
      const answered = new Promise<void>((resolve) => {
        known = resolve;
      });
      yield put(given, 'add', `c${given}`, 'x');
      // Whoever waits for each receipt before the next edit would wait for ever.
      await answered;
    }
  }
  const codes: number[] = [];
  for await (const { code } of session.apply(slow(), signal())) {
    codes.push(code);
    known();
  }
  assert.deepEqual(codes, [201, 201, 201]);
  await hear(client, 'my-contacts', signal());
  await client.finish(signal());
  await serving;
});

test('a source of changes is asked only as fast as messages leave', async () => {
  const pair = new Pair({ serverMessageSize: 3_000 });
  const meeting = pair.meet(signal());
  let asked = 0;
  let answered = 0;
  let furthest = 0;
  const serving = (async () => {
    await using server = await meeting.server;
    const session = server.datastores.get('contacts');
    assert(session !== undefined);
    for await (const batch of session.changes(signal()))
      for (const change of batch.changes) {
        answered++;
        change.answer(201);
      }
    await server.finish(signal());
  })();
  await using client = await meeting.client;
  const session = client.datastores.get('my-contacts');
  assert(session !== undefined);
  async function* source(): AsyncGenerator<Outgoing> {
    for (const one of many(300, 'c', 100)) {
      furthest = Math.max(furthest, ++asked - answered);
      yield one;
    }
  }
  let outcomes = 0;
  for await (const _ of session.apply(source(), signal(), { last: true })) outcomes++;
  assert.equal(outcomes, 300);
  assert(furthest < 60, `${furthest} changes were asked for ahead of the answers`);
  await hear(client, 'my-contacts', signal());
  await client.finish(signal());
  await serving;
});

test('changes may be sent several times over, until the end', async () => {
  const pair = new Pair();
  const meeting = pair.meet(signal());
  const serving = (async () => {
    await using server = await meeting.server;
    await hear(server, 'contacts', signal());
    const codes = [
      ...(await tell(server, 'contacts', [put(1, 'add', 's1', 'one')], signal(), false)).values(),
      ...(await tell(server, 'contacts', [put(2, 'add', 's2', 'two')], signal(), false)).values(),
    ];
    await server.finish(signal());
    return codes;
  })();
  await using client = await meeting.client;
  const heard = await hear(client, 'my-contacts', signal());
  await client.finish(signal());
  assert.deepEqual(
    heard.map(({ id }) => id),
    ['s1', 's2'],
  );
  assert.deepEqual(await serving, [201, 201]);
});

test('a server that says nothing for ever is given up on', async () => {
  const pair = new Pair();
  const carrier = rawServer((message, at) =>
    at === 1
      ? {
          commands: [
            ok(message, '0', 'SyncHdr', 212),
            ...of(message, 'Alert').map((one) => ok(message, one.id, 'Alert')),
            alert(201, { target: { uri: 'my-contacts' }, source: { uri: 'contacts' } }),
          ],
        }
      : { commands: answersTo(message), final: false },
  );
  await using client = await greetServer(carrier, pair.plan(), signal());
  await assert.rejects(hear(client, 'my-contacts', signal()), { code: 'Timeout' });
  assert(carrier.heard.length < 200);
});

test('statuses that do not fit a message leave in the next', async () => {
  const line = new Line();
  const serving = greetClient(line.server, new Pair({ password: undefined }).host(), signal());
  const phone = new RawClient(line.client, signal(), { meta: { maxMsgSize: 1_200 } });
  const welcome = await phone.say([alert(201)]);
  const adds = Array.from({ length: 30 }, (_, n) => add(`c${n}`, 'x'));
  let reply = phone.say([ok(welcome), sync(adds)], false);
  await using server = await serving;
  hear(server, 'contacts', signal()).catch(() => undefined);
  const seen = new Map<string, number>();
  for (let messages = 0; seen.size < 30; messages++) {
    assert(messages < 20);
    const message = await reply;
    assert((line.said.at(-1)?.bytes.length ?? 0) <= 1_200);
    assert.equal(headerStatus(message), 200);
    for (const { commandRef, messageRef, code, command } of statuses(message))
      if (command === 'Add') {
        assert(!seen.has(commandRef));
        assert.equal(messageRef, '2');
        seen.set(commandRef, code);
      }
    reply = phone.say([ok(message)], false);
  }
  assert.deepEqual(new Set(seen.values()), new Set([201]));
  assert(adds.every((one) => seen.has(one.id)));
  line.cut();
  await reply.catch(() => undefined);
});

test('a Sync may end and begin again within a package', async () => {
  const line = new Line();
  const serving = greetClient(line.server, new Pair({ password: undefined }).host(), signal());
  const phone = new RawClient(line.client, signal());
  const welcome = await phone.say([alert(201)]);
  const [one, two] = [add('c1', 'one'), add('c2', 'two')];
  const asked = phone.say([...answersTo(welcome), sync([one]), sync([two])], false);
  await using server = await serving;
  hear(server, 'contacts', signal()).catch(() => undefined);
  const reply = await asked;
  assert.deepEqual(
    [one, two].map((each) => statusOf(reply, each).code),
    [201, 201],
  );
  line.cut();
});
