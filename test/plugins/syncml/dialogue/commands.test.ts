import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Conversation, IncomingBatch } from '../../../../src/plugins/syncml/dialogue/conversation.js';
import { greetClient } from '../../../../src/plugins/syncml/dialogue/greeting.js';
import { messageOf, packetOf } from '../../../../src/plugins/syncml/dialogue/transcoder.js';
import type { Command, Message } from '../../../../src/plugins/syncml/message/message.js';
import { Line } from './line.js';
import { Pair } from './pair.js';
import { add, alert, answersTo, change, headerStatus, of, ok, RawClient, statuses, statusOf, sync } from './raw.js';

interface Desk {
  readonly client: RawClient;
  readonly pair: Pair;
  readonly line: Line;
  readonly server: Promise<Conversation>;
  readonly signal: AbortSignal;
  /** Package 2. */
  readonly welcome: Message;
}

/** A phone on its cable, past the greeting: what it says next is the test's. */
async function desk(t: TestContext, code = 201, mode: { readonly password?: string } = {}): Promise<Desk> {
  const pair = new Pair({ password: mode.password });
  const line = new Line();
  const signal = AbortSignal.timeout(20_000);
  const server = greetClient(line.server, pair.host(), signal);
  server.catch(() => undefined);
  t.after(async () => {
    line.cut();
    const conversation = await server.catch(() => undefined);
    await conversation?.[Symbol.asyncDispose]();
  });
  const client = new RawClient(line.client, signal);
  const welcome = await client.say([alert(code)]);
  return { client, pair, line, server, signal, welcome };
}

const messageText = (message: Message): string => Buffer.from(packetOf(message, 'xml').bytes).toString();

/** Takes what comes, and answers with what the test says. */
async function take(desk: Desk, answer: (batch: IncomingBatch) => void): Promise<readonly IncomingBatch[]> {
  const conversation = await desk.server;
  const session = conversation.datastores.get('contacts');
  assert(session !== undefined);
  const batches: IncomingBatch[] = [];
  for await (const batch of session.changes(desk.signal)) {
    batches.push(batch);
    answer(batch);
  }
  return batches;
}

const allOk = (batch: IncomingBatch): void => {
  for (const one of batch.changes) one.answer(one.kind === 'add' ? 201 : 200);
};

test('S9: each item of a command has its status, with the references of the command', async (t) => {
  const at = await desk(t);
  const one = add('c1', 'one');
  const two = change('Add', [
    { source: { uri: 'c2' }, data: 'two' },
    { source: { uri: 'c3' }, data: 'three' },
  ]);
  const gone = change('Delete', [{ source: { uri: 'c4' } }]);
  const taking = take(at, (batch) => {
    for (const { id, kind, answer } of batch.changes.map((change) => ({
      ...change,
      id: change.id,
      kind: change.kind,
      answer: change.answer.bind(change),
    })))
      answer(id === 'c3' ? 500 : kind === 'delete' ? 211 : 201);
  });
  const whole = sync([one, two, gone]);
  const reply = await at.client.say([...answersTo(at.welcome), whole], false);
  assert.equal(headerStatus(reply), 200);
  const status = statusOf(reply, one);
  assert.deepEqual(
    { ...status, id: '' },
    {
      kind: 'Status',
      id: '',
      messageRef: '2',
      commandRef: one.id,
      command: 'Add',
      targetRefs: [],
      sourceRefs: ['c1'],
      code: 201,
      items: [],
    },
  );
  assert.deepEqual([statusOf(reply, whole).targetRefs, statusOf(reply, whole).sourceRefs], [['contacts'], ['./phone']]);
  assert.equal(statusOf(reply, gone).code, 211);
  const both = statuses(reply).filter((status) => status.commandRef === two.id);
  assert.deepEqual(
    both.map(({ code, sourceRefs }) => [code, sourceRefs]),
    [
      [201, ['c2']],
      [500, ['c3']],
    ],
  );
  assert.equal(
    new Set(reply.commands.map((command) => ('id' in command ? command.id : ''))).size,
    reply.commands.length,
  );
  at.line.cut();
  await assert.rejects(taking, { code: 'NotConnected' });
});

test('S9: items that fared alike share a status', async (t) => {
  const at = await desk(t);
  const items = Array.from({ length: 3 }, (_, n) => ({ source: { uri: `c${n}` }, data: 'x' }));
  const one = change('Add', items);
  take(at, allOk).catch(() => undefined);
  const reply = await at.client.say([...answersTo(at.welcome), sync([one])], false);
  assert.deepEqual(statusOf(reply, one).sourceRefs, ['c0', 'c1', 'c2']);
});

test('S9: Copy and Move say what is to be where', async (t) => {
  const at = await desk(t);
  const commands = [
    change('Copy', [{ source: { uri: 'c1' }, target: { uri: 'c9' } }]),
    change('Move', [{ source: { uri: 'c2' }, targetParent: 'folder' }]),
  ];
  const batches: IncomingBatch[] = [];
  take(at, (batch) => {
    batches.push(batch);
    allOk(batch);
  }).catch(() => undefined);
  const reply = await at.client.say([...answersTo(at.welcome), sync(commands)], false);
  assert.deepEqual(
    commands.map((one) => statusOf(reply, one).code),
    [200, 200],
  );
  assert.deepEqual(
    batches[0]?.changes.map(({ kind, id, target }) => [kind, id, target]),
    [
      ['copy', 'c1', 'c9'],
      ['move', 'c2', 'folder'],
    ],
  );
});

test('S9: a soft delete is told from a delete', async (t) => {
  const at = await desk(t);
  const taking = take(at, allOk);
  const soft = change('Delete', [{ source: { uri: 'c1' } }], { softDelete: true });
  const hard = change('Delete', [{ source: { uri: 'c2' } }], { archive: true });
  const conversation = at.server;
  const replied = at.client.say([...answersTo(at.welcome), sync([soft, hard])]);
  const [batch] = await taking;
  assert.deepEqual(
    batch?.changes.map(({ id, soft }) => [id, soft]),
    [
      ['c1', true],
      ['c2', undefined],
    ],
  );
  const finished = (await conversation).finish(at.signal);
  await at.client.say(answersTo(await replied));
  await finished;
});

test('S9: an Atomic is handed on as one, and one failure undoes it all', async (t) => {
  const at = await desk(t);
  const inner = [add('c1', 'one'), add('c2', 'two')];
  const atomic: Command = { kind: 'Atomic', id: '900', commands: inner };
  take(at, (batch) => {
    assert(batch.atomic);
    batch.changes[0]?.answer(201);
    batch.changes[1]?.answer(420);
  }).catch(() => undefined);
  const reply = await at.client.say([...answersTo(at.welcome), sync([atomic])], false);
  assert.deepEqual(
    [statusOf(reply, { id: '900' }).code, ...inner.map((one) => statusOf(reply, one).code)],
    [507, 216, 420],
  );
});

test('S9: an Atomic that went well is answered in all its parts', async (t) => {
  const at = await desk(t);
  const inner = [add('c1', 'one'), change('Delete', [{ source: { uri: 'c2' } }])];
  take(at, allOk).catch(() => undefined);
  const reply = await at.client.say(
    [...answersTo(at.welcome), sync([{ kind: 'Atomic', id: '900', commands: inner }])],
    false,
  );
  assert.deepEqual(
    [statusOf(reply, { id: '900' }).code, ...inner.map((one) => statusOf(reply, one).code)],
    [200, 201, 200],
  );
});

test('S9: an Atomic of which a part cannot even be handed on is not begun', async (t) => {
  const at = await desk(t);
  const inner = [add('c1', 'one'), { kind: 'Atomic' as const, id: '901', commands: [add('c2', 'two')] }];
  const taken: IncomingBatch[] = [];
  take(at, (batch) => taken.push(batch)).catch(() => undefined);
  const reply = await at.client.say(
    [...answersTo(at.welcome), sync([{ kind: 'Atomic', id: '900', commands: inner }])],
    false,
  );
  assert.equal(statusOf(reply, { id: '900' }).code, 507);
  assert.equal(statusOf(reply, { id: inner[0]?.id ?? '' }).code, 215);
  assert.equal(statusOf(reply, { id: '901' }).code, 500);
  assert.deepEqual(taken, []);
});

test('S9: a Sequence is done in its order', async (t) => {
  const at = await desk(t);
  const inner = [add('c1', 'one'), change('Delete', [{ source: { uri: 'c1' } }]), add('c1', 'again')];
  const order: string[] = [];
  take(at, (batch) => {
    for (const one of batch.changes) order.push(one.kind);
    allOk(batch);
  }).catch(() => undefined);
  const reply = await at.client.say(
    [...answersTo(at.welcome), sync([{ kind: 'Sequence', id: '900', commands: inner }])],
    false,
  );
  assert.equal(statusOf(reply, { id: '900' }).code, 200);
  assert.deepEqual(order, ['add', 'delete', 'add']);
});

test('S9: Exec and Search are answered as optional features that are not there', async (t) => {
  const at = await desk(t);
  // Nobody of ours can write them, so they come as a peer would write them.
  const text = messageText(at.client.message([...answersTo(at.welcome)], false)).replace(
    '</SyncBody>',
    '<Exec><CmdID>901</CmdID><Item><Target><LocURI>x</LocURI></Target></Item></Exec>' +
      '<Search><CmdID>902</CmdID><Source><LocURI>x</LocURI></Source><Meta/><Data>q</Data></Search></SyncBody>',
  );
  const packet = { contentType: 'application/vnd.syncml+xml', bytes: Buffer.from(text) };
  const reply = messageOf(await at.client.carrier.exchange(packet, at.signal));
  assert.deepEqual([statusOf(reply, { id: '901' }).code, statusOf(reply, { id: '902' }).code], [406, 406]);
});

test('S9: what wants no response gets none', async (t) => {
  const at = await desk(t);
  take(at, allOk).catch(() => undefined);
  const silent = add('c1', 'one', {}, { noResp: true });
  const loud = add('c2', 'two');
  const reply = await at.client.say([...answersTo(at.welcome), sync([silent, loud])], false);
  assert.deepEqual(
    statuses(reply).filter(({ commandRef }) => commandRef === silent.id),
    [],
  );
  assert.equal(statusOf(reply, loud).code, 201);
  const none = await at.client.say([ok(reply), sync([add('c3', 'three')])], false, { noResp: true });
  assert.deepEqual(statuses(none), []);
});

test('S9: a change outside of a Sync is not allowed, and a Sync of an unknown datastore is not found', async (t) => {
  const at = await desk(t);
  const stray = add('c1', 'one');
  const inner = add('c2', 'two');
  const unknown = sync([inner], { target: { uri: 'nowhere' }, source: { uri: 'nothing' } });
  const reply = await at.client.say([...answersTo(at.welcome), stray, unknown], false);
  assert.deepEqual(
    [stray, unknown, inner].map((one) => statusOf(reply, one).code),
    [405, 404, 404],
  );
});

test('S9: a Map is told to the memory, and names that we never gave are not found', async (t) => {
  const at = await desk(t);
  at.pair.serverMemory.known = new Set(['g1', 'g2']);
  const good: Command = {
    kind: 'Map',
    id: '910',
    target: { uri: 'contacts' },
    source: { uri: './phone' },
    items: [{ target: 'g1', source: 'l1' }],
  };
  const mixed: Command = {
    ...good,
    id: '911',
    items: [
      { target: 'g2', source: 'l2' },
      { target: 'g9', source: 'l9' },
    ],
  };
  const lost: Command = { ...good, id: '912', target: { uri: 'nowhere' }, source: { uri: 'nothing' } };
  const reply = await at.client.say([...answersTo(at.welcome), good, mixed, lost], false);
  assert.equal(statusOf(reply, good).code, 200);
  const both = statuses(reply).filter(({ commandRef }) => commandRef === '911');
  assert.deepEqual(
    both.map(({ code, targetRefs }) => [code, targetRefs]),
    [
      [200, ['g2']],
      [404, ['g9']],
    ],
  );
  assert.equal(statusOf(reply, lost).code, 404);
  assert.deepEqual(
    [...(at.pair.serverMemory.maps.get('contacts') ?? [])],
    [
      ['g1', 'l1'],
      ['g2', 'l2'],
    ],
  );
});

test('S9: device information is put, asked for and given', async (t) => {
  const at = await desk(t);
  const get: Command = { kind: 'Get', id: '920', items: [{ target: { uri: './devinf12' } }] };
  const other: Command = { kind: 'Get', id: '921', items: [{ target: { uri: './photo' } }] };
  const asked = of(at.welcome, 'Get');
  assert.equal(asked[0]?.items[0]?.target?.uri, './devinf12', 'whoever has not told is asked');
  const reply = await at.client.say([...answersTo(at.welcome), get, other], false);
  assert.deepEqual(
    [get, other].map((one) => statusOf(reply, one).code),
    [200, 404],
  );
  const [results] = of(reply, 'Results');
  assert.deepEqual(
    [results?.commandRef, results?.messageRef, results?.items[0]?.source?.uri],
    ['920', '2', './devinf12'],
  );
});

test('S14: a command with what it needs missing is answered, and the rest goes on', async (t) => {
  const at = await desk(t);
  const hollow = change('Add', []);
  const whole = add('c1', 'one');
  take(at, allOk).catch(() => undefined);
  const reply = await at.client.say([...answersTo(at.welcome), sync([hollow, whole])], false);
  assert.deepEqual([statusOf(reply, hollow).code, statusOf(reply, whole).code], [412, 201]);
});

test('S14: a status for nothing and a second status for the same are passed over', async (t) => {
  const at = await desk(t);
  const [theirs] = of(at.welcome, 'Alert');
  assert(theirs !== undefined);
  const twice = [ok(at.welcome, theirs.id, 'Alert'), ok(at.welcome, theirs.id, 'Alert', 500)];
  const stray = { ...ok(at.welcome, '77', 'Add'), messageRef: '42' };
  const reply = await at.client.say([ok(at.welcome), ...twice, stray], false);
  assert.equal(headerStatus(reply), 200);
});

test('a batch that is left without answers has failed', async (t) => {
  const at = await desk(t);
  const one = add('c1', 'one');
  take(at, () => undefined).catch(() => undefined);
  const reply = await at.client.say([...answersTo(at.welcome), sync([one])], false);
  assert.equal(statusOf(reply, one).code, 500);
});
