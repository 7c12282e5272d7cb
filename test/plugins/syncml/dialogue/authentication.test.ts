import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CradleError } from '../../../../src/dbus/errors.js';
import type { ClientCarrier, Packet, ServerCarrier } from '../../../../src/plugins/syncml/carrier/carrier.js';
import type { Version } from '../../../../src/plugins/syncml/codec/document.js';
import { greetClient, greetServer } from '../../../../src/plugins/syncml/dialogue/greeting.js';
import type { Challenge, Message } from '../../../../src/plugins/syncml/message/message.js';
import { Line } from './line.js';
import { converse, hear, Pair, put } from './pair.js';
import { alert, headerStatus, of, ok, RawClient, rawServer } from './raw.js';

const signal = (): AbortSignal => AbortSignal.timeout(20_000);

const schemes = (pair: Pair): readonly (string | undefined)[] =>
  pair.line.messages('client').map(({ header }) => header.credentials?.scheme);

const codes = (pair: Pair): readonly (number | undefined)[] => pair.line.messages('server').map(headerStatus);

for (const version of ['1.0', '1.1', '1.2'] satisfies readonly Version[])
  test(`S7: MD5 of ${version} with the empty nonce first and a new one for each session, told once a session`, async () => {
    const pair = new Pair({ version });
    await converse(pair.meet(signal()), {}, signal());
    assert.deepEqual(
      [schemes(pair), codes(pair)],
      [
        ['md5', undefined, undefined],
        [212, 200, 200],
      ],
    );
    const first = pair.clientMemory.nonce('ours');
    assert.deepEqual(first, pair.serverMemory.nonce('theirs'));
    assert(first !== undefined && first.length > 0);
    await converse(pair.meet(signal()), {}, signal());
    assert.deepEqual(
      [schemes(pair), codes(pair)],
      [
        ['md5', undefined, undefined],
        [212, 200, 200],
      ],
    );
    assert.notDeepEqual(pair.clientMemory.nonce('ours'), first);
  });

test('S7: a stale nonce is answered 401 with a new one, which does', async () => {
  const pair = new Pair();
  pair.clientMemory.setNonce('ours', Buffer.from('stale'));
  await converse(pair.meet(signal()), { client: [put(1, 'add', 'c1', 'one')] }, signal());
  assert.deepEqual(codes(pair), [401, 212, 200, 200]);
  assert.deepEqual(pair.line.redirects, [undefined], 'the proof is repeated at the first address');
  assert.deepEqual(
    pair.line.messages('client').map(({ header }) => header.messageId),
    [1, 2, 3, 4],
  );
});

test('S7: basic does where it is all a server takes', async () => {
  const pair = new Pair({ host: { schemes: ['basic'] } });
  await converse(pair.meet(signal()), {}, signal());
  assert.deepEqual(
    [schemes(pair), codes(pair)],
    [
      ['md5', 'basic', undefined, undefined],
      [401, 212, 200, 200],
    ],
  );
  const once = new Pair({ host: { schemes: ['basic'] }, plan: { schemes: ['basic'] } });
  await converse(once.meet(signal()), {}, signal());
  assert.deepEqual(schemes(once), ['basic', undefined, undefined]);
});

test('S7: a client that does not send its password in the clear does not do so when asked', async () => {
  const pair = new Pair({ host: { schemes: ['basic'] }, plan: { schemes: ['md5'] } });
  const meeting = pair.meet(signal());
  await assert.rejects(meeting.client, { code: 'NotOwner' });
  assert.deepEqual(schemes(pair), ['md5']);
  pair.line.cut();
  await assert.rejects(meeting.server, { code: 'NotOwner' });
});

test('S7: nobody needs a password who is on its cable', async () => {
  const pair = new Pair({ password: undefined });
  const { login: _, ...plan } = pair.plan();
  const line = new Line();
  const [client, server] = [
    greetServer(line.client, { ...plan, login: undefined }, signal()),
    greetClient(line.server, pair.host(), signal()),
  ];
  const heard = await converse({ client, server }, { client: [put(1, 'add', 'c1', 'one')] }, signal());
  assert.equal(heard.atServer.length, 1);
  assert.deepEqual(line.messages('server').map(headerStatus), [200, 200, 200]);
});

test('S7: who says nothing is asked with 407', async () => {
  const line = new Line();
  const serving = greetClient(line.server, new Pair().host(), signal());
  const phone = new RawClient(line.client, signal(), { source: { uri: 'phone-1' } });
  const reply = await phone.say([alert(201)]);
  assert.equal(headerStatus(reply), 407);
  const [status] = of(reply, 'Status');
  assert.equal(status?.challenge?.scheme, 'md5');
  assert((status?.challenge?.nextNonce?.length ?? 0) >= 8);
  assert.deepEqual(
    of(reply, 'Status').map(({ code }) => code),
    [407, 407],
  );
  line.cut();
  await assert.rejects(serving, { code: 'NotOwner' });
});

test('S7: a wrong password ends with NotOwner on both sides, after few attempts, and is in no error', async () => {
  const pair = new Pair({ plan: { login: { user: 'alice', password: 'TopSecret123' } } });
  const meeting = pair.meet(signal());
  const error = await meeting.client.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert(error instanceof CradleError);
  assert.equal(error.code, 'NotOwner');
  pair.line.cut();
  const other = await meeting.server.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert(other instanceof CradleError);
  assert.equal(other.code, 'NotOwner');
  for (const one of [error, other])
    for (let cause: unknown = one; cause instanceof Error; cause = cause.cause)
      assert.doesNotMatch(`${cause.message} ${cause.stack}`, /TopSecret123/);
  assert(pair.line.exchanges <= 3);
  for (const { bytes } of pair.line.said) assert.doesNotMatch(Buffer.from(bytes).toString('latin1'), /TopSecret123/);
});

test('S7: an address with a password in it is shown without', async () => {
  const pair = new Pair({ plan: { server: 'http://alice:TopSecret123@server.example/x' } });
  const carrier = rawServer((message) => ({ commands: [ok(message, '0', 'SyncHdr', 500)] }));
  const error = await greetServer(carrier, pair.plan(), signal()).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert(error instanceof CradleError);
  assert.match(error.message, /http:\/\/server\.example\/x/);
  assert.doesNotMatch(JSON.stringify(carrier.heard), /TopSecret123/);
});

test('S7: an unknown name looks like a wrong password, and attempts are counted', async () => {
  const line = new Line();
  const serving = greetClient(line.server, new Pair().host(), signal());
  serving.catch(() => undefined);
  const phone = new RawClient(line.client, signal(), { source: { uri: 'phone-1', name: 'mallory' } });
  const credentials = { scheme: 'md5', format: 'b64', token: new Uint8Array(16) };
  for (let attempt = 0; attempt < 3; attempt++) {
    const reply = await phone.say([alert(201)], true, { credentials });
    assert.equal(headerStatus(reply), 401);
  }
  await assert.rejects(serving, { code: 'NotOwner' });
});

test('S7: what is refused is not done: a message with a wrong password changes nothing', async () => {
  const pair = new Pair();
  const line = new Line();
  const serving = greetClient(line.server, pair.host(), signal());
  serving.catch(() => undefined);
  const phone = new RawClient(line.client, signal());
  const map = {
    kind: 'Map' as const,
    id: '8',
    target: { uri: 'contacts' },
    source: { uri: 'x' },
    items: [{ target: 'g', source: 'l' }],
  };
  const credentials = { scheme: 'basic', format: 'b64', token: Buffer.from('alice:wrong') };
  const reply = await phone.say([alert(201), map], true, { credentials });
  assert.deepEqual(
    of(reply, 'Status').map(({ code }) => code),
    [401, 401, 401],
  );
  assert.equal(pair.serverMemory.maps.size, 0);
  assert.equal(pair.serverMemory.peer, undefined);
  line.cut();
});

const challenge = (nonce: string): Challenge => ({ scheme: 'md5', format: 'b64', nextNonce: Buffer.from(nonce) });

test('S7: a server that challenges every message gets a proof with every message', async () => {
  const pair = new Pair();
  let nonces = 0;
  const asked: (string | undefined)[] = [];
  const carrier = rawServer((message) => {
    asked.push(message.header.credentials && Buffer.from(message.header.credentials.token).toString('hex'));
    const status = { ...ok(message, '0', 'SyncHdr', 200), challenge: challenge(`nonce-${++nonces}`) };
    const alerts = of(message, 'Alert').flatMap((one) => [
      ok(message, one.id, 'Alert'),
      alert(201, { target: { uri: 'my-contacts' }, source: { uri: './contacts' } }),
    ]);
    const syncs = of(message, 'Sync').map((one) => ok(message, one.id, 'Sync'));
    return { commands: [status, ...alerts, ...syncs] };
  });
  const client = await greetServer(carrier, pair.plan(), signal());
  await hear(client, 'my-contacts', signal());
  await client.finish(signal());
  await client[Symbol.asyncDispose]();
  assert.equal(asked.length, 2);
  assert(asked.every((token) => token !== undefined));
  assert.equal(new Set(asked).size, asked.length, 'each with the nonce of the last');
});

test('S7: a server that wants a proof in the middle gets the same message again, with it', async () => {
  const pair = new Pair();
  const carrier = rawServer((message, at) => {
    if (at === 2) return { commands: [{ ...ok(message, '0', 'SyncHdr', 407), challenge: challenge('later') }] };
    const alerts = of(message, 'Alert').flatMap((one) => [
      ok(message, one.id, 'Alert'),
      alert(201, { target: { uri: 'my-contacts' }, source: { uri: './contacts' } }),
    ]);
    const syncs = of(message, 'Sync').flatMap((one) => [
      ok(message, one.id, 'Sync'),
      ...one.commands.map((inner) => ok(message, 'id' in inner ? inner.id : '', 'Add', 201)),
    ]);
    return { commands: [ok(message, '0', 'SyncHdr', 212), ...alerts, ...syncs] };
  });
  const client = await greetServer(carrier, pair.plan(), signal());
  const session = client.datastores.get('my-contacts');
  assert(session !== undefined);
  const outcomes: number[] = [];
  async function* one() {
    yield put(1, 'add', 'c1', 'one');
  }
  for await (const { code } of session.apply(one(), signal(), { last: true })) outcomes.push(code);
  assert.deepEqual(outcomes, [201]);
  const [, first, second] = carrier.heard;
  assert.deepEqual(withoutHeader(second), withoutHeader(first));
  assert.deepEqual([first?.header.messageId, second?.header.messageId], [2, 3]);
  assert.equal(second?.header.credentials?.scheme, 'md5');
  await client[Symbol.asyncDispose]();
});

const withoutHeader = (message: Message | undefined) => ({ commands: message?.commands, final: message?.final });

test('S7: a client does not loop when a server is never content', async () => {
  const carrier = rawServer((message, at) => ({
    commands: [{ ...ok(message, '0', 'SyncHdr', 401), challenge: challenge(`nonce-${at}`) }],
  }));
  await assert.rejects(greetServer(carrier, new Pair().plan(), signal()), { code: 'NotOwner' });
  assert(carrier.heard.length <= 4);
});

test('S7: messages are signed where a server wants that, and a server knows the signature', async () => {
  const pair = new Pair({ host: { schemes: ['hmac', 'md5'] }, plan: { schemes: ['hmac'] } });
  await converse(pair.meet(signal()), {}, signal());
  assert.deepEqual(codes(pair), [212, 200, 200]);
  assert.deepEqual(schemes(pair), [undefined, undefined, undefined]);

  const forged = new Pair({ host: { schemes: ['hmac'] }, plan: { schemes: ['hmac'] } });
  const line = new Line();
  const spoilt: ClientCarrier = {
    ...line.client,
    exchange: (packet: Packet, until) =>
      line.client.exchange(
        { ...packet, ...(packet.hmac !== undefined && { hmac: packet.hmac.replace(/mac=..../, 'mac=AAAA') }) },
        until,
      ),
  };
  const serving = greetClient(line.server, forged.host(), signal());
  await assert.rejects(greetServer(spoilt, forged.plan(), signal()), { code: 'NotOwner' });
  line.cut();
  await assert.rejects(serving, { code: 'NotOwner' });
});

for (const [code, status] of [
  ['Busy', 417],
  ['StoreUnavailable', 503],
  ['Failed', 500],
] as const)
  test(`S6: a host that is ${code} answers ${status}, which the client understands`, async () => {
    const pair = new Pair({
      host: {
        admit: async () => {
          throw new CradleError(code, 'not now');
        },
      },
    });
    const meeting = pair.meet(signal());
    await assert.rejects(meeting.client, { code: code === 'Failed' ? 'Failed' : 'Busy' });
    await assert.rejects(meeting.server, { code });
    assert.deepEqual(codes(pair), [status]);
  });

for (const [status, code] of [
  [101, 'Busy'],
  [417, 'Busy'],
  [503, 'Busy'],
  [513, 'Unsupported'],
  [404, 'NotFound'],
  [403, 'NotOwner'],
  [500, 'Failed'],
  [511, 'Failed'],
] as const)
  test(`S6: a server that answers ${status} to a message is ${code}`, async () => {
    const carrier = rawServer((message) => ({ commands: [ok(message, '0', 'SyncHdr', status)] }));
    await assert.rejects(greetServer(carrier, new Pair().plan(), signal()), { code });
  });

test('S2: a client follows the RespURI, and a server gives it', async () => {
  const pair = new Pair({ host: { respUri: () => 'http://server.example/syncml?session=9' } });
  await converse(pair.meet(signal()), {}, signal());
  assert.deepEqual(new Set(pair.line.redirects), new Set(['http://server.example/syncml?session=9']));
  const targets = pair.line.messages('client').map(({ header }) => header.target.uri);
  assert.deepEqual(targets, [
    'http://server.example/syncml',
    'http://server.example/syncml?session=9',
    'http://server.example/syncml?session=9',
  ]);
});

test('S1: a version that nobody speaks is answered with 505 or 513, and refused', async () => {
  const line = new Line();
  const serving = greetClient(line.server, new Pair().host(), signal());
  serving.catch(() => undefined);
  const phone = new RawClient(line.client, signal());
  const { packetOf, messageOf } = await import('../../../../src/plugins/syncml/dialogue/transcoder.js');
  const xml = Buffer.from(packetOf(phone.message([alert(201)]), 'xml').bytes).toString();
  const bytes = Buffer.from(xml.replace('SyncML/1.2', 'SyncML/7.0'));
  const reply = messageOf(await line.client.exchange({ contentType: 'application/vnd.syncml+xml', bytes }, signal()));
  assert.equal(headerStatus(reply), 513);
  await assert.rejects(serving, { code: 'Unsupported' });
});

test('a caller that goes away before it is known who it is, is NotConnected', async () => {
  const silent: ServerCarrier = {
    peer: 'nobody',
    receive: async () => undefined,
    answer: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
  await assert.rejects(greetClient(silent, new Pair().host(), signal()), { code: 'NotConnected' });
});
