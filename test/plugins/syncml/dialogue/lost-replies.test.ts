import assert from 'node:assert/strict';
import { test } from 'node:test';
import { greetClient, greetServer } from '../../../../src/plugins/syncml/dialogue/greeting.js';
import { messageOf, packetOf } from '../../../../src/plugins/syncml/dialogue/transcoder.js';
import { Line } from './line.js';
import { converse, type Heard, hear, Pair, put } from './pair.js';
import { add, alert, answersTo, headerStatus, of, ok, RawClient, rawServer, statusOf, sync } from './raw.js';

const signal = (): AbortSignal => AbortSignal.timeout(20_000);

const many = (count: number, name: string) =>
  Array.from({ length: count }, (_, n) => put(n, 'add', `${name}${n}`, 'x'.repeat(100)));

test('S2: a reply that was lost is given again, octet by octet, and nothing is done twice', async () => {
  const pair = new Pair({ maxMessageSize: 2_500, serverMessageSize: 2_500, mishap: () => 'reply-lost' });
  const heard = await converse(pair.meet(signal()), { client: many(30, 'c'), server: many(30, 's') }, signal());
  assert.deepEqual(
    heard.atServer.map(({ id }) => id),
    many(30, 'c').map(({ id }) => id),
  );
  assert.deepEqual(
    heard.atClient.map(({ id }) => id),
    many(30, 's').map(({ id }) => id),
  );
  // The last reply is the carrier's to repeat: the session is over.
  assert(pair.line.again.length > 5);
  for (const { first, second } of pair.line.again)
    assert.equal(Buffer.compare(Buffer.from(first.bytes), Buffer.from(second.bytes)), 0);
});

async function desk() {
  const line = new Line();
  const serving = greetClient(line.server, new Pair({ password: undefined }).host(), signal());
  const phone = new RawClient(line.client, signal());
  const welcome = await phone.say([alert(201)]);
  const one = add('c1', 'one');
  const heard: Heard[] = [];
  const asked = phone.say([...answersTo(welcome), sync([one])], false);
  const server = await serving;
  const hearing = hear(server, 'contacts', signal(), (each) => {
    heard.push(each);
    return { code: 201 };
  });
  hearing.catch(() => undefined);
  const reply = await asked;
  return { line, phone, server, heard, reply, one, hearing };
}

test('S2: the same MsgID in other octets gets the same reply', async () => {
  const { line, phone, server, heard, reply, one } = await desk();
  const again = await phone.say([ok(reply), sync([one]), ok(reply, '9', 'Alert')], false, { messageId: 2 });
  assert.deepEqual(again, reply);
  assert.equal(heard.length, 1);
  line.cut();
  await server[Symbol.asyncDispose]();
});

test('S14: a message that was answered long ago is refused, and does nothing', async () => {
  const { line, phone, server, heard, one } = await desk();
  const old = await phone.say([sync([one])], false, { messageId: 1 });
  assert.equal(headerStatus(old), 400);
  const late = add('c2', 'two');
  const next = await phone.say([sync([late])], false, { messageId: 3 });
  assert.equal(statusOf(next, late).code, 201);
  assert.deepEqual(
    heard.map(({ id }) => id),
    ['c1', 'c2'],
  );
  line.cut();
  await server[Symbol.asyncDispose]();
});

test('S14: another session id is refused, and the session goes on', async () => {
  const { line, phone, server, heard, one } = await desk();
  const other = await phone.say([sync([one])], true, { sessionId: '666', messageId: 3 });
  assert.equal(headerStatus(other), 404);
  assert.equal(other.header.sessionId, '666');
  const late = add('c2', 'two');
  assert.equal(statusOf(await phone.say([sync([late])], false, { messageId: 3 }), late).code, 201);
  assert.deepEqual(
    heard.map(({ id }) => id),
    ['c1', 'c2'],
  );
  line.cut();
  await server[Symbol.asyncDispose]();
});

test('S14: a gap in the MsgIDs is passed over', async () => {
  const { line, phone, server } = await desk();
  const late = add('c2', 'two');
  const reply = await phone.say([sync([late])], false, { messageId: 40 });
  assert.equal(statusOf(reply, late).messageRef, '40');
  line.cut();
  await server[Symbol.asyncDispose]();
});

test('S14: changes after the end of their package are not allowed', async () => {
  const { phone, server, heard, reply, hearing } = await desk();
  const asked = phone.say([ok(reply)]);
  await hearing;
  const telling = server.finish(signal());
  const fourth = await asked;
  assert(fourth.final);
  const late = add('c2', 'two');
  const last = await phone.say([...answersTo(fourth), sync([late])]);
  assert.equal(statusOf(last, late).code, 405);
  await telling;
  assert.deepEqual(
    heard.map(({ id }) => id),
    ['c1'],
  );
  await server[Symbol.asyncDispose]();
});

test('S14: a message that is none ends the session, without harm', async () => {
  for (const bytes of [
    Buffer.from('no SyncML'),
    Buffer.from('<SyncML><SyncHdr/></SyncML>'),
    Buffer.from([2, 0x9f, 0x53, 0x6a]),
    new Uint8Array(),
  ]) {
    const { line, server, hearing } = await desk();
    const sent = line.client.exchange({ contentType: 'application/vnd.syncml+xml', bytes }, signal());
    sent.catch(() => undefined);
    await assert.rejects(hearing, { code: 'InvalidItem' });
    await server[Symbol.asyncDispose]();
    await assert.rejects(sent);
  }
});

test('S14: a first message that is none, is none of ours', async () => {
  const line = new Line();
  const serving = greetClient(line.server, new Pair().host(), signal());
  line.client.exchange({ contentType: 'text/plain', bytes: Buffer.from('hello') }, signal()).catch(() => undefined);
  await assert.rejects(serving, { code: 'InvalidItem' });
  line.cut();
});

for (const [name, head] of [
  ['of another session', { sessionId: '13' }],
  ['that came before', { messageId: 1 }],
] as const)
  test(`S14: an answer ${name} ends the session`, async () => {
    const pair = new Pair();
    const carrier = rawServer((message, at) => {
      const alerts = of(message, 'Alert').flatMap((one) => [
        ok(message, one.id, 'Alert'),
        alert(201, { target: { uri: 'my-contacts' }, source: { uri: 'contacts' } }),
      ]);
      if (at === 1) return { commands: [ok(message, '0', 'SyncHdr', 212), ...alerts] };
      return { commands: [{ ...ok(message), messageRef: '1' }], head };
    });
    await using client = await greetServer(carrier, pair.plan(), signal());
    await assert.rejects(hear(client, 'my-contacts', signal()), { code: 'Failed' });
  });

test('S14: an answer that is no message ends the session', async () => {
  const carrier = {
    ...rawServer(() => ({})),
    exchange: async () => ({ contentType: 'text/html', bytes: Buffer.from('<html>') }),
  };
  await assert.rejects(greetServer(carrier, new Pair().plan(), signal()), { code: 'InvalidItem' });
});

test('messages keep their encoding from end to end', async () => {
  for (const encoding of ['xml', 'wbxml'] as const) {
    const pair = new Pair({ encoding });
    await converse(pair.meet(signal()), {}, signal());
    for (const { message, bytes } of pair.line.said) assert.deepEqual(messageOf({ contentType: '', bytes }), message);
    const [first] = pair.line.messages('server');
    assert(first !== undefined);
    assert.match(packetOf(first, encoding).contentType, new RegExp(encoding));
  }
});
