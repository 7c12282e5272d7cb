import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Conversation } from '../../../../src/plugins/syncml/dialogue/conversation.js';
import { greetClient, greetServer } from '../../../../src/plugins/syncml/dialogue/greeting.js';
import type { Command, Message } from '../../../../src/plugins/syncml/message/message.js';
import { Line } from './line.js';
import { hear, Pair, put, remove, tell } from './pair.js';
import { add, alert, change, of, ok, RawClient, rawServer, statuses, statusOf, sync } from './raw.js';

const signal = (): AbortSignal => AbortSignal.timeout(20_000);

interface Phone {
  readonly phone: RawClient;
  readonly line: Line;
  readonly serving: Promise<Conversation>;
  readonly welcome: Message;
  readonly pair: Pair;
}

async function phone(first: readonly Command[] = [alert(201)], keepAlive = 10_000): Promise<Phone> {
  const pair = new Pair({ password: undefined });
  const line = new Line();
  const serving = greetClient(line.server, pair.host({ pace: { keepAlive, linger: 1 } }), signal());
  serving.catch(() => undefined);
  const phone = new RawClient(line.client, signal());
  return { phone, line, serving, welcome: await phone.say(first), pair };
}

test('a phone that answers nothing has done what it was sent', async () => {
  const { phone: client, serving, welcome } = await phone();
  const asked = client.say([ok(welcome), sync([])]);
  await using server = await serving;
  await hear(server, 'contacts', signal());
  const telling = tell(server, 'contacts', [put(1, 'add', 's1', 'x'), put(2, 'replace', 'c1', 'y')], signal());
  const finished = telling.then(() => server.finish(signal()));
  const reply = await asked;
  await client.say([ok(reply)]);
  assert.deepEqual(
    [...(await telling)],
    [
      [1, 200],
      [2, 200],
    ],
  );
  await finished;
});

test('a phone that answers some of it has not done the rest', async () => {
  const { phone: client, serving, welcome } = await phone();
  const asked = client.say([ok(welcome), sync([])]);
  await using server = await serving;
  await hear(server, 'contacts', signal());
  const telling = tell(server, 'contacts', [put(1, 'add', 's1', 'x'), put(2, 'add', 's2', 'y')], signal());
  const finished = telling.then(() => server.finish(signal()));
  const reply = await asked;
  const [sent] = of(reply, 'Sync');
  assert(sent !== undefined);
  const [first] = sent.commands;
  await client.say([
    ok(reply),
    ok(reply, sent.id, 'Sync'),
    ok(reply, first !== undefined && 'id' in first ? first.id : '', 'Add', 201),
  ]);
  assert.deepEqual(
    [...(await telling)],
    [
      [1, 201],
      [2, 408],
    ],
  );
  await finished;
});

test('a phone that asks on and on without a status does not hold its session up', async () => {
  const { phone: client, serving, welcome, line } = await phone([alert(201)], 20);
  const asked = client.say([ok(welcome), sync([])]);
  await using server = await serving;
  await hear(server, 'contacts', signal());
  const telling = tell(server, 'contacts', [remove(1, 'c1')], signal(), false);
  await asked;
  const saying = (async () => {
    for (let times = 0; times < 3; times++) await client.say([alert(222)], false);
  })();
  assert.deepEqual([...(await telling)], [[1, 200]]);
  line.cut();
  await saying.catch(() => undefined);
});

test('a phone that uses a CmdID twice is answered twice', async () => {
  const { phone: client, serving, welcome, line } = await phone();
  const [one, two] = [
    { ...add('c1', 'one'), id: '5' },
    { ...add('c2', 'two'), id: '5' },
  ];
  const asked = client.say([ok(welcome), sync([one, two])], false);
  await using server = await serving;
  hear(server, 'contacts', signal()).catch(() => undefined);
  const reply = await asked;
  assert.deepEqual(
    statuses(reply)
      .filter(({ command }) => command === 'Add')
      .map(({ commandRef, sourceRefs }) => [commandRef, sourceRefs]),
    [
      ['5', ['c1']],
      ['5', ['c2']],
    ],
  );
  line.cut();
});

test('items without a Source have no name, or the one that their Target gives', async () => {
  const { phone: client, serving, welcome, line } = await phone();
  const nameless = change('Add', [{ data: 'x' }]);
  const misplaced = change('Replace', [{ target: { uri: 'c1' }, data: 'y' }]);
  const asked = client.say([ok(welcome), sync([nameless, misplaced])], false);
  await using server = await serving;
  const names: string[] = [];
  hear(server, 'contacts', signal(), ({ id }) => {
    names.push(id);
    return { code: id === '' ? 412 : 200 };
  }).catch(() => undefined);
  const reply = await asked;
  assert.deepEqual(names, ['', 'c1']);
  assert.deepEqual([statusOf(reply, nameless).code, statusOf(reply, misplaced).code], [412, 200]);
  line.cut();
});

test('the type of an item is that of its command where it has none itself, without parameters', async () => {
  const { phone: client, serving, welcome, line } = await phone();
  const one = change('Add', [{ source: { uri: 'c1' }, data: 'x' }], { meta: { type: 'Text/X-vCard; charset=utf-8' } });
  const two = change('Add', [{ source: { uri: 'c2' }, data: 'x', meta: { type: 'text/vcard' } }], {
    meta: { type: 'text/x-vcard' },
  });
  const three = change('Add', [{ source: { uri: 'c3' }, data: 'x' }]);
  const asked = client.say([ok(welcome), sync([one, two, three])], false);
  await using server = await serving;
  const types: (string | undefined)[] = [];
  const session = server.datastores.get('contacts');
  const reading = (async () => {
    for await (const { changes } of session?.changes(signal()) ?? [])
      for (const each of changes) {
        types.push(each.content?.type);
        each.answer(201);
      }
  })();
  reading.catch(() => undefined);
  await asked;
  assert.deepEqual(types, ['text/x-vcard', 'text/vcard', '']);
  line.cut();
});

test('a part of an item is not taken for the whole', async () => {
  const { phone: client, serving, welcome, line } = await phone();
  const part = change('Replace', [{ source: { uri: 'c1' }, data: 'TEL:1', meta: { fieldLevel: true } }]);
  const asked = client.say([ok(welcome), sync([part])], false);
  await using server = await serving;
  hear(server, 'contacts', signal()).catch(() => undefined);
  assert.equal(statusOf(await asked, part).code, 406);
  line.cut();
});

for (const uri of ['contacts', './contacts', '/contacts/', './Contacts?dr(30)', 'CONTACTS'])
  test(`a datastore is known as ${uri}`, async () => {
    const one = alert(201, { target: { uri } });
    const { welcome, line } = await phone([one]);
    assert.equal(statusOf(welcome, one).code, 200);
    line.cut();
  });

test('a phone that names its own datastore alone means ours of that name', async () => {
  const one = alert(201, { target: { uri: '' }, source: { uri: './contacts' } });
  const { welcome, line } = await phone([one]);
  assert.equal(statusOf(welcome, one).code, 200);
  line.cut();
});

test('a phone without anchors is synced slowly, each time', async () => {
  const one = alert(200, { meta: {} });
  const { welcome, line, pair } = await phone([one]);
  assert.equal(statusOf(welcome, one).code, 508);
  assert.deepEqual(pair.serverMemory.anchorsOf.size, 0);
  line.cut();
});

test('a client that finds our anchors strange says so with its status alone, and gets a slow sync', async () => {
  const pair = new Pair({ password: undefined });
  pair.serverMemory.setAnchors('contacts', { ours: '1', theirs: 'last' });
  const line = new Line();
  const serving = greetClient(line.server, pair.host(), signal());
  const client = new RawClient(line.client, signal());
  const welcome = await client.say([alert(200, {}, 'last')]);
  const [theirs] = of(welcome, 'Alert');
  assert.equal(theirs?.code, 200);
  client.say([ok(welcome), ok(welcome, theirs?.id, 'Alert', 508), sync([])]).catch(() => undefined);
  await using server = await serving;
  assert.equal(server.datastores.get('contacts')?.mode, 'slow');
  line.cut();
});

test('a phone that leaves as soon as it has all it wants has had a good session', async () => {
  const { phone: client, serving, welcome, line, pair } = await phone();
  const asked = client.say([ok(welcome), sync([])]);
  const server = await serving;
  await hear(server, 'contacts', signal());
  const finished = server.finish(signal());
  const reply = await asked;
  assert(reply.final);
  await line.client[Symbol.asyncDispose]();
  await finished;
  assert.equal(pair.serverMemory.anchors('contacts').theirs, 'next');
  await server[Symbol.asyncDispose]();
});

test('a phone that leaves without a word on what it was sent has not', async () => {
  const { phone: client, serving, welcome, line, pair } = await phone();
  const asked = client.say([ok(welcome), sync([])]);
  const server = await serving;
  await hear(server, 'contacts', signal());
  const telling = tell(server, 'contacts', [put(1, 'add', 's1', 'x')], signal());
  telling.catch(() => undefined);
  await asked;
  await line.client[Symbol.asyncDispose]();
  await assert.rejects(telling, { code: 'NotConnected' });
  assert.equal(pair.serverMemory.anchorsOf.size, 0);
  await server[Symbol.asyncDispose]();
});

test('a message to display, and what nobody knows, are answered and passed over', async () => {
  const { phone: client, serving, welcome, line } = await phone();
  const [shown, strange] = [alert(100), alert(777)];
  const asked = client.say([ok(welcome), shown, strange, sync([])], false);
  await using server = await serving;
  hear(server, 'contacts', signal()).catch(() => undefined);
  const reply = await asked;
  assert.deepEqual([statusOf(reply, shown).code, statusOf(reply, strange).code], [200, 406]);
  line.cut();
});

/** A server of the plainest kind, which adds something. */
const plain = (more: (message: Message) => readonly Command[]) =>
  rawServer((message) => {
    const alerts = of(message, 'Alert').flatMap((one) => [
      ok(message, one.id, 'Alert'),
      alert(201, { target: { uri: 'my-contacts' }, source: { uri: 'contacts' } }),
    ]);
    return { commands: [ok(message, '0', 'SyncHdr', 212), ...alerts, ...more(message)] };
  });

const syncOf = (commands: readonly Command[]) =>
  sync(commands, { target: { uri: 'my-contacts' }, source: { uri: 'contacts' } });

test('a replacement of what a server has no name of ours for is an addition', async () => {
  const carrier = plain((message) =>
    of(message, 'Sync').map(() =>
      syncOf([
        change('Replace', [{ source: { uri: 'g1' }, data: 'x' }]),
        change('Replace', [{ source: { uri: 'g2' }, target: { uri: 'l2' }, data: 'y' }]),
        change('Delete', [{ target: { uri: 'l3' } }]),
      ]),
    ),
  );
  await using client = await greetServer(carrier, new Pair().plan(), signal());
  const heard = await hear(client, 'my-contacts', signal(), ({ kind, id }) => ({
    code: 200,
    ...(kind === 'add' && { luid: `l-${id}` }),
  }));
  assert.deepEqual(
    heard.map(({ kind, id }) => [kind, id]),
    [
      ['add', 'g1'],
      ['replace', 'l2'],
      ['delete', 'l3'],
    ],
  );
  await client.finish(signal());
  const [map] = carrier.heard.flatMap((message) => of(message, 'Map'));
  assert.deepEqual(map?.items, [{ target: 'g1', source: 'l-g1' }]);
});

test('a map that a server does not know any more is not told again, one it could not take is', async () => {
  for (const [code, pending] of [
    [200, 0],
    [404, 0],
    [500, 1],
  ] as const) {
    const pair = new Pair();
    const carrier = plain((message) => [
      ...of(message, 'Sync').map(() => syncOf([change('Add', [{ source: { uri: 'g1' }, data: 'x' }])])),
      ...of(message, 'Map').map((one) => ok(message, one.id, 'Map', code)),
    ]);
    await using client = await greetServer(carrier, pair.plan(), signal());
    await hear(client, 'my-contacts', signal(), () => {
      pair.clientMemory.pending.set('my-contacts', [{ target: 'g1', source: 'l1' }]);
      return { code: 201, luid: 'l1' };
    });
    await client.finish(signal());
    assert.equal(pair.clientMemory.pendingMaps('my-contacts').length, pending);
  }
});

test('a server with nothing to say in the end is left without a last message', async () => {
  const carrier = plain((message) => of(message, 'Sync').map((one) => ok(message, one.id, 'Sync')));
  const pair = new Pair();
  await using client = await greetServer(carrier, pair.plan(), signal());
  assert.deepEqual(await hear(client, 'my-contacts', signal()), []);
  await client.finish(signal());
  assert.equal(carrier.heard.length, 2);
  assert.equal(pair.clientMemory.anchors('my-contacts').theirs, 'next');
});

test('a server that refuses the Sync as a whole ends the session with the reason', async () => {
  const carrier = plain((message) => of(message, 'Sync').map((one) => ok(message, one.id, 'Sync', 417)));
  await using client = await greetServer(carrier, new Pair().plan(), signal());
  await assert.rejects(hear(client, 'my-contacts', signal()), { code: 'Busy' });
});

test('a server that answers the chunk of an object by its Alert 223 is not put off', async () => {
  const carrier = plain((message) => [
    ...of(message, 'Sync').flatMap((one) => [
      ok(message, one.id, 'Sync'),
      ...one.commands.map((inner) =>
        ok(message, 'id' in inner ? inner.id : '', 'Add', JSON.stringify(inner).includes('moreData') ? 213 : 201),
      ),
      alert(223),
    ]),
  ]);
  const pair = new Pair();
  pair.clientMemory.setInformation({ ...pair.plan().information, deviceId: 'server-1' });
  await using client = await greetServer(carrier, pair.plan(), signal());
  const codes = await tell(client, 'my-contacts', [put(1, 'add', 'c1', 'x'.repeat(120_000))], signal(), false);
  assert.deepEqual([...codes], [[1, 201]]);
});
