import assert from 'node:assert/strict';
import { test } from 'node:test';
import { greetClient } from '../../../../src/plugins/syncml/dialogue/greeting.js';
import type { Command, Message } from '../../../../src/plugins/syncml/message/message.js';
import { Line } from './line.js';
import { converse, hear, informationOf, Pair } from './pair.js';
import { alert, answersTo, of, ok, RawClient, statusOf, sync } from './raw.js';

const signal = (): AbortSignal => AbortSignal.timeout(20_000);

const kinds = (message: Message | undefined): readonly Command['kind'][] =>
  message?.commands.map(({ kind }) => kind) ?? [];

test('S8: at their first session both sides tell who they are, and remember it', async () => {
  const pair = new Pair();
  await converse(pair.meet(signal()), {}, signal());
  assert.equal(pair.serverMemory.information()?.deviceId, 'client-1');
  assert.equal(pair.clientMemory.information()?.deviceId, 'server-1');
  assert.deepEqual(kinds(pair.line.messages('client')[0]), ['Put', 'Get', 'Alert']);
  assert(kinds(pair.line.messages('server')[0]).includes('Results'));
});

test('S8: who is known is not asked again, nor told again before a slow sync', async () => {
  const pair = new Pair();
  await converse(pair.meet(signal()), {}, signal());
  await converse(pair.meet(signal()), {}, signal());
  assert.deepEqual(kinds(pair.line.messages('client')[0]), ['Alert']);
  assert(!kinds(pair.line.messages('server')[0]).includes('Get'));
  pair.clientMemory.anchorsOf.clear();
  const meeting = pair.meet(signal());
  assert.equal((await meeting.client).peer.information?.deviceId, 'server-1');
  await converse(meeting, {}, signal());
  assert.deepEqual(kinds(pair.line.messages('client')[0]), ['Put', 'Alert']);
});

test('S8: a server asks for what it was not told, and takes the Results', async () => {
  const pair = new Pair();
  await converse(pair.meet(signal()), {}, signal());
  pair.serverMemory.peer = undefined;
  const meeting = pair.meet(signal());
  await converse(meeting, {}, signal());
  assert(kinds(pair.line.messages('server')[0]).includes('Get'));
  assert(kinds(pair.line.messages('client')[1]).includes('Results'));
  assert.equal((await meeting.server).peer.information?.deviceId, 'client-1');
});

for (const version of ['1.0', '1.1', '1.2'] as const)
  test(`S8: device information of ${version} has the name of its version`, async () => {
    const pair = new Pair({ version });
    await converse(pair.meet(signal()), {}, signal());
    const [put] = of(pair.line.messages('client')[0] ?? assert.fail(), 'Put');
    const [results] = of(pair.line.messages('server')[0] ?? assert.fail(), 'Results');
    for (const one of [put, results]) assert.equal(one?.items[0]?.source?.uri, `./devinf1${version.at(-1)}`);
    assert.equal(pair.serverMemory.information()?.version, version);
  });

test('S8: in small messages it goes without the properties of each type', async () => {
  const pair = new Pair({ password: undefined });
  const properties = Array.from({ length: 60 }, (_, n) => ({ name: `X-PROPERTY-${n}`, values: [], parameters: [] }));
  const [first] = informationOf('server-1').datastores;
  assert(first !== undefined);
  const information = informationOf('server-1', {
    datastores: [{ ...first, capabilities: [{ type: 'text/vcard', version: '3.0', properties }] }],
  });
  for (const [size, isWhole] of [
    [20_000, true],
    [1_800, false],
  ] as const) {
    const line = new Line();
    const host = pair.host();
    const serving = greetClient(
      line.server,
      {
        ...host,
        admit: async (caller, until) => {
          const principal = await host.admit(caller, until);
          return principal && { ...principal, information };
        },
      },
      signal(),
    );
    serving.catch(() => undefined);
    const phone = new RawClient(line.client, signal(), { meta: { maxMsgSize: size } });
    const get: Command = { kind: 'Get', id: '901', items: [{ target: { uri: './devinf12' } }] };
    const reply = await phone.say([get, alert(201)]);
    assert.equal(statusOf(reply, get).code, 200);
    const [results] = of(reply, 'Results');
    assert(results !== undefined);
    assert.equal(JSON.stringify(results).includes('X-PROPERTY-7'), isWhole);
    assert((line.said.at(-1)?.bytes.length ?? 0) <= size);
    line.cut();
  }
});

test('S8: what is put besides device information is not supported, and what cannot be read is done without', async () => {
  const pair = new Pair({ password: undefined });
  const line = new Line();
  const serving = greetClient(line.server, pair.host(), signal());
  const phone = new RawClient(line.client, signal());
  const photo: Command = { kind: 'Put', id: '901', items: [{ source: { uri: './photo' }, data: 'x' }] };
  const broken: Command = {
    kind: 'Put',
    id: '902',
    items: [{ source: { uri: './devinf12' }, data: { vocabulary: 'devinf', name: 'DevInf', children: ['?'] } }],
  };
  const welcome = await phone.say([photo, broken, alert(201)]);
  assert.deepEqual(
    [photo, broken].map((one) => statusOf(welcome, one).code),
    [406, 200],
  );
  const asked = phone.say([ok(welcome), sync([])]);
  await using server = await serving;
  assert.deepEqual(await hear(server, 'contacts', signal()), []);
  const finished = server.finish(signal());
  await phone.say(answersTo(await asked));
  await finished;
});
