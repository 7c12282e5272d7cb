import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agree, mayBecome } from '../../../../src/plugins/syncml/dialogue/agreement.js';
import { ALERT_OF, modeOfAlert } from '../../../../src/plugins/syncml/dialogue/codes.js';
import type { SyncMode } from '../../../../src/plugins/syncml/dialogue/conversation.js';
import { greetClient, greetServer } from '../../../../src/plugins/syncml/dialogue/greeting.js';
import { Line } from './line.js';
import { converse, hear, Pair, put, tell } from './pair.js';
import { alert, answersTo, of, ok, RawClient, rawServer, statuses, statusOf, sync } from './raw.js';

const signal = (): AbortSignal => AbortSignal.timeout(20_000);

for (const [mode, up, down] of [
  ['two-way', true, true],
  ['slow', true, true],
  ['one-way-from-client', true, false],
  ['refresh-from-client', true, false],
  ['one-way-from-server', false, true],
  ['refresh-from-server', false, true],
] as const)
  test(`S4: ${mode} sends changes ${up ? 'up' : ''}${up && down ? ' and ' : ''}${down ? 'down' : ''}`, async () => {
    const pair = new Pair();
    await converse(pair.meet(signal()), {}, signal());
    const more = pair.plan({ datastores: [{ name: 'my-contacts', uri: 'contacts', mode }] });
    const meeting = pair.meet(signal(), more);
    const client = await meeting.client;
    assert.equal(client.datastores.get('my-contacts')?.mode, mode);
    const heard = await converse(
      meeting,
      { ...(up && { client: [put(1, 'add', 'c1', 'one')] }), ...(down && { server: [put(2, 'add', 's1', 'eins')] }) },
      signal(),
    );
    assert.deepEqual([heard.atServer.length, heard.atClient.length], [up ? 1 : 0, down ? 1 : 0]);
    assert.equal(of(pair.line.messages('client')[0] ?? assert.fail(), 'Alert')[0]?.code, ALERT_OF[mode]);
    assert.equal(of(pair.line.messages('server')[0] ?? assert.fail(), 'Alert')[0]?.code, ALERT_OF[mode]);
  });

test('S4: changes that the sync type does not let pass are neither sent nor taken', async () => {
  const pair = new Pair({ modes: { contacts: 'refresh-from-server' } });
  const meeting = pair.meet(signal());
  const client = await meeting.client;
  await assert.rejects(tell(client, 'my-contacts', [put(1, 'add', 'c1', 'x')], signal()), { code: 'Failed' });
  pair.line.cut();
  await client[Symbol.asyncDispose]();
  await assert.rejects(meeting.server);

  const line = new Line();
  const serving = greetClient(line.server, new Pair({ password: undefined }).host(), signal());
  const phone = new RawClient(line.client, signal());
  const welcome = await phone.say([alert(205)]);
  const stray = { kind: 'Add' as const, id: '9', items: [{ source: { uri: 'c1' }, data: 'x' }] };
  const asked = phone.say([...answersTo(welcome), sync([stray])], false);
  const server = await serving;
  hear(server, 'contacts', signal()).catch(() => undefined);
  assert.equal(statusOf(await asked, stray).code, 403);
  line.cut();
  await server[Symbol.asyncDispose]();
});

for (const [code, mode] of [
  [206, 'two-way'],
  [207, 'one-way-from-client'],
  [208, 'refresh-from-client'],
  [209, 'one-way-from-server'],
  [210, 'refresh-from-server'],
] as const) {
  test(`S4: a client that repeats the server's alert ${code} gets ${mode}`, async () => {
    const pair = new Pair({ password: undefined });
    pair.serverMemory.setAnchors('contacts', { ours: '1', theirs: 'last' });
    const line = new Line();
    const serving = greetClient(line.server, pair.host(), signal());
    const phone = new RawClient(line.client, signal());
    const welcome = await phone.say([alert(code, {}, 'last')]);
    assert.equal(of(welcome, 'Alert')[0]?.code, ALERT_OF[mode]);
    const saying = phone.say([...answersTo(welcome), sync([])], false);
    const server = await serving;
    assert.equal(server.datastores.get('contacts')?.mode, mode);
    hear(server, 'contacts', signal()).catch(() => undefined);
    await saying;
    line.cut();
    await server[Symbol.asyncDispose]();
  });

  test(`S4: a server that repeats its own alert ${code} is understood`, () => {
    assert.equal(modeOfAlert(code), mode);
  });
}

test('S4: an unknown sync type and an unknown datastore are refused, and the others go on', async () => {
  const pair = new Pair({ modes: { contacts: 'two-way', pictures: 'two-way' } });
  const meeting = pair.meet(signal());
  const client = await meeting.client;
  assert.deepEqual([...client.datastores.keys()], ['my-contacts']);
  assert.equal(client.refusals.get('my-pictures')?.code, 'NotFound');
  await converse(meeting, {}, signal());
});

test('S4: a session of which no datastore is known fails with NotFound on both sides', async () => {
  const pair = new Pair({ modes: { pictures: 'two-way' } });
  const meeting = pair.meet(signal());
  await assert.rejects(meeting.client, { code: 'NotFound' });
  await assert.rejects(meeting.server, { code: 'NotFound' });
});

test('S4: a client lets a server sync more slowly than asked, and never remove what it was not asked to', () => {
  const modes: readonly SyncMode[] = ['two-way', 'slow', 'one-way-from-client', 'one-way-from-server'];
  for (const mode of modes) assert(mayBecome(mode, 'slow') && mayBecome(mode, mode));
  for (const mode of modes) assert(!mayBecome(mode, 'refresh-from-server') && !mayBecome(mode, 'refresh-from-client'));
  assert(!mayBecome('one-way-from-client', 'two-way'));
});

test('S4: a server that wants more than it was asked for is refused', async () => {
  const pair = new Pair({ modes: { contacts: 'two-way' } });
  pair.clientMemory.setAnchors('my-contacts', { ours: '1', theirs: '2' });
  const carrier = rawServer((message) => ({
    commands: [
      ok(message, '0', 'SyncHdr', 212),
      ...of(message, 'Alert').map((one) => ok(message, one.id, 'Alert')),
      alert(205, {
        target: { uri: 'my-contacts' },
        source: { uri: './contacts' },
        meta: { anchor: { last: '2', next: '3' } },
      }),
    ],
  }));
  await assert.rejects(greetServer(carrier, pair.plan(), signal()), { code: 'Unsupported' });
});

test('S4: contacts and calendar share a session, each in its own way', async () => {
  const pair = new Pair({ modes: { contacts: 'two-way', calendar: 'refresh-from-client' } });
  const meeting = pair.meet(signal());
  const atClient = async () => {
    await using client = await meeting.client;
    const codes = Promise.all([
      tell(client, 'my-contacts', [put(1, 'add', 'c1', 'one')], signal()),
      tell(client, 'my-calendar', [put(2, 'add', 'e1', 'event')], signal()),
    ]);
    const heard = await Promise.all([hear(client, 'my-contacts', signal()), hear(client, 'my-calendar', signal())]);
    await codes;
    await client.finish(signal());
    return heard;
  };
  const atServer = async () => {
    await using server = await meeting.server;
    assert.equal(server.datastores.get('calendar')?.mode, 'refresh-from-client');
    // One after the other, which holds up nobody.
    const heard = [await hear(server, 'calendar', signal()), await hear(server, 'contacts', signal())];
    await tell(server, 'contacts', [put(3, 'add', 's1', 'eins')], signal());
    await server.finish(signal());
    return heard;
  };
  const [[contacts], [calendar, others]] = await Promise.all([atClient(), atServer()]);
  assert.deepEqual(
    [contacts?.map(({ id }) => id), calendar?.map(({ id }) => id), others?.map(({ id }) => id)],
    [['s1'], ['e1'], ['c1']],
  );
});

test('S4: alerts and changes in one package are a session without a separate initialization', async () => {
  const pair = new Pair({ password: undefined });
  pair.serverMemory.setAnchors('contacts', { ours: '1', theirs: 'last' });
  const line = new Line();
  const serving = greetClient(line.server, pair.host(), signal());
  const phone = new RawClient(line.client, signal());
  const one = { kind: 'Add' as const, id: '99', items: [{ source: { uri: 'c1' }, data: 'x' }] };
  const saying = phone.say([alert(200, {}, 'last'), sync([one])]);
  const server = await serving;
  const heard = await hear(server, 'contacts', signal());
  const finished = server.finish(signal());
  const reply = await saying;
  assert.equal(heard.length, 1);
  assert.equal(statusOf(reply, one).code, 201);
  assert.equal(of(reply, 'Alert')[0]?.code, 200);
  assert(reply.final && of(reply, 'Sync').length === 1);
  await phone.say(answersTo(reply));
  await finished;
  await server[Symbol.asyncDispose]();
});

test('S4: changes that come with an alert of strange anchors have to come again, slowly', async () => {
  const pair = new Pair({ password: undefined });
  const line = new Line();
  const serving = greetClient(line.server, pair.host(), signal());
  const phone = new RawClient(line.client, signal());
  const one = { kind: 'Add' as const, id: '99', items: [{ source: { uri: 'c1' }, data: 'x' }] };
  const reply = await phone.say([alert(200, {}, 'unheard of'), sync([one])]);
  assert.deepEqual(
    statuses(reply).map(({ code }) => code),
    [200, 508, 508, 508],
  );
  const saying = phone.say([...answersTo(reply), sync([one])]);
  const server = await serving;
  assert.equal(server.datastores.get('contacts')?.mode, 'slow');
  assert.equal((await hear(server, 'contacts', signal())).length, 1);
  const finished = server.finish(signal());
  await phone.say(answersTo(await saying));
  await finished;
  await server[Symbol.asyncDispose]();
});

test('S4: what a server makes of alerts', () => {
  const anchors = { ours: '5', theirs: '7' };
  const cut = { mode: 'slow' as const, theirs: '8', ours: '6' };
  const brief = (code: number, last?: string, cutSession?: typeof cut) => {
    const agreed = agree(code, last, anchors, cutSession);
    return agreed && [agreed.code, agreed.mode, agreed.resumed];
  };
  assert.deepEqual(brief(200, '7'), [200, 'two-way', false]);
  assert.deepEqual(brief(200, '6'), [508, 'slow', false]);
  assert.deepEqual(brief(200), [508, 'slow', false]);
  assert.deepEqual(brief(202, '6'), [508, 'slow', false]);
  assert.deepEqual(brief(203), [200, 'refresh-from-client', false]);
  assert.deepEqual(brief(225, '7', cut), [200, 'slow', true]);
  assert.deepEqual(brief(225, undefined, cut), [200, 'slow', true]);
  assert.deepEqual(brief(225, '3', cut), [508, 'slow', false]);
  assert.deepEqual(brief(225, '7'), [509, 'two-way', false]);
  assert.deepEqual(brief(225, '3'), [508, 'slow', false]);
  assert.equal(brief(221), undefined);
});
