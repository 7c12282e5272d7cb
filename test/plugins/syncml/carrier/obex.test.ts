import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ServerCarrier } from '../../../../src/plugins/syncml/carrier/carrier.js';
import { ObexClientCarrier, ObexPhoneCarrier } from '../../../../src/plugins/syncml/carrier/obex-client.js';
import {
  answerObex,
  type ObexCall,
  type ObexServerOptions,
} from '../../../../src/plugins/syncml/carrier/obex-server.js';
import { linkedChannels } from '../../../fakes/linked-channels.js';
import { ListedLog } from '../../../fakes/log.js';
import { FakeModem } from '../../../fakes/modem.js';

const WBXML = 'application/vnd.syncml+wbxml';
const SAN = 'application/vnd.syncml.ds.notification';

const freshSignal = (): AbortSignal => new AbortController().signal;
const packet = (text: string, contentType = WBXML) => ({ contentType, bytes: Buffer.from(text) });
const textOf = (reply: { readonly bytes: Uint8Array } | undefined): string | undefined =>
  reply === undefined ? undefined : Buffer.from(reply.bytes).toString();

function called(options: Partial<ObexServerOptions> = {}) {
  const [near, far] = linkedChannels();
  const call = answerObex(far, { peer: 'the caller', log: new ListedLog(), ...options }, freshSignal());
  return { near, far, call };
}

function clientOf(call: ObexCall | undefined): ServerCarrier {
  assert.equal(call?.kind, 'client');
  assert.ok(call.kind === 'client');
  return call.carrier;
}

test('a SyncML client brings a message and fetches its reply, again and again, and then goes', async () => {
  const { near, call } = called();
  const options = { peer: 'the server', encoding: 'wbxml' } as const;
  const asking = (async () => {
    await using client = await ObexClientCarrier.open(near, options, freshSignal());
    const replies: string[] = [];
    for (const word of ['one', 'two', 'x'.repeat(100_000)])
      replies.push(textOf(await client.exchange(packet(word), freshSignal())) ?? '');
    return replies;
  })();
  await using server = clientOf(await call);
  const heard: string[] = [];
  for (;;) {
    const request = await server.receive(freshSignal());
    if (request === undefined) break;
    assert.equal(request.contentType, WBXML);
    heard.push(textOf(request) ?? '');
    await server.answer(packet(`re: ${textOf(request)}`), freshSignal());
  }
  assert.deepEqual(await asking, ['re: one', 're: two', `re: ${'x'.repeat(100_000)}`]);
  assert.deepEqual(heard, ['one', 'two', 'x'.repeat(100_000)]);
});

test('the last reply is fetched before the connection is closed', async () => {
  const { near, call } = called({ maximum: 255 });
  const asking = (async () => {
    await using client = await ObexClientCarrier.open(near, { peer: 's', encoding: 'wbxml' }, freshSignal());
    return textOf(await client.exchange(packet('hello'), freshSignal()));
  })();
  const server = clientOf(await call);
  await server.receive(freshSignal());
  await server.answer(packet('y'.repeat(5_000)), freshSignal());
  await server[Symbol.asyncDispose]();
  assert.equal(await asking, 'y'.repeat(5_000));
});

test('a server that notifies us gets our messages over its own connection', async () => {
  const { near, call } = called();
  const phone = (async () => {
    const notification = packet('wake up', SAN);
    await using server = await ObexPhoneCarrier.open(
      near,
      { peer: 'the phone', encoding: 'xml', notification },
      freshSignal(),
    );
    const heard: string[] = [];
    for (let count = 0; count < 2; count++) {
      const request = await server.receive(freshSignal());
      heard.push(`${request?.contentType} ${textOf(request)}`);
      await server.answer(packet(`answer ${count}`), freshSignal());
    }
    return heard;
  })();
  const answered = await call;
  assert.ok(answered?.kind === 'notified');
  assert.equal(textOf(answered.notification), 'wake up');
  await using client = answered.carrier;
  assert.equal(textOf(await client.exchange(packet('first'), freshSignal())), 'answer 0');
  assert.equal(textOf(await client.exchange(packet('second'), freshSignal())), 'answer 1');
  assert.deepEqual(await phone, [`${WBXML} first`, `${WBXML} second`]);
});

test('a notification of SyncML 1.1 is told from a message by who can read it', async () => {
  const { near, call } = called({ isNotification: ({ bytes }) => Buffer.from(bytes).includes('206') });
  const notification = packet('<Alert>206</Alert>');
  const phone = ObexPhoneCarrier.open(near, { peer: 'p', encoding: 'wbxml', notification }, freshSignal());
  const answered = await call;
  assert.equal(answered?.kind, 'notified');
  const server = await phone;
  await Promise.all([server[Symbol.asyncDispose](), answered?.carrier[Symbol.asyncDispose]()]);
});

test('who calls and leaves without a word is no call', async () => {
  const { near, call } = called();
  const client = await ObexClientCarrier.open(near, { peer: 's', encoding: 'wbxml' }, freshSignal());
  await client[Symbol.asyncDispose]();
  assert.equal(await call, undefined);
});

test('a client that goes in the middle ends what its server waits for', async () => {
  const { near, call } = called();
  const client = await ObexClientCarrier.open(near, { peer: 's', encoding: 'wbxml' }, freshSignal());
  const exchange = assert.rejects(client.exchange(packet('hello'), freshSignal()), { code: 'NotConnected' });
  await using server = clientOf(await call);
  await server.receive(freshSignal());
  near.cut();
  await exchange;
  await assert.rejects(server.receive(freshSignal()), { code: 'NotConnected' });
  await assert.rejects(server.answer(packet('late'), freshSignal()), { code: 'NotConnected' });
});

test('a message that is none is refused, and the connection goes on', async () => {
  const { near, call } = called();
  const client = await ObexClientCarrier.open(near, { peer: 'the server', encoding: 'wbxml' }, freshSignal());
  await assert.rejects(client.exchange(packet('BEGIN:VCARD', 'text/x-vcard'), freshSignal()), {
    code: 'Unsupported',
    message: 'the server refuses a PUT: not implemented (0xd1)',
  });
  await assert.rejects(client.exchange(packet(''), freshSignal()), { code: 'PluginFailed' });
  const exchange = client.exchange(packet('hello'), freshSignal());
  const server = clientOf(await call);
  await server.receive(freshSignal());
  await server.answer(packet('hi'), freshSignal());
  assert.equal(textOf(await exchange), 'hi');
  await client[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

test('a message larger than the server takes is refused', async () => {
  const { near, call } = called({ largest: 1_000 });
  const client = await ObexClientCarrier.open(near, { peer: 's', encoding: 'wbxml' }, freshSignal());
  await assert.rejects(client.exchange(packet('x'.repeat(1_001)), freshSignal()), { code: 'LimitsExceeded' });
  await client[Symbol.asyncDispose]();
  assert.equal(await call, undefined);
});

test('a password that is wrong keeps everybody out', async () => {
  const { near, call } = called({ password: 'right' });
  const login = { user: 'me', password: 'wrong' };
  await assert.rejects(ObexClientCarrier.open(near, { peer: 's', encoding: 'wbxml', login }, freshSignal()), {
    code: 'NotOwner',
  });
  assert.equal(await call, undefined);
});

test('waiting for a client can be given up', async () => {
  const [, far] = linkedChannels();
  const giveUp = new AbortController();
  const call = answerObex(far, { peer: 'nobody', log: new ListedLog() }, giveUp.signal);
  giveUp.abort();
  await assert.rejects(call, { code: 'Cancelled', message: 'waiting for nobody was cancelled' });
});

/** A telephone on a cable: a modem, and behind CONNECT a SyncML client that waits to be asked. */
function telephone(t: TestContext, answers: Readonly<Record<string, readonly string[]>>, unplugAfter = 0) {
  const [near, far] = linkedChannels();
  const words: string[] = [];
  const modem = new FakeModem(far, {
    answers,
    connected: async (channel) => {
      const call = await answerObex(channel, { peer: 'the desk', log: new ListedLog() }, freshSignal());
      if (call?.kind !== 'notified') return;
      await using carrier = call.carrier;
      words.push(`${call.notification.contentType}: ${textOf(call.notification)}`);
      for (let count = 1; count <= 3; count++) {
        if (count === unplugAfter) return far.cut();
        words.push(textOf(await carrier.exchange(packet(`message ${count}`), freshSignal())) ?? '');
      }
    },
  });
  void modem.run();
  t.after(() => near[Symbol.asyncDispose]());
  return { near, modem, words };
}

const QUICK = { attention: 60, guard: 20, silence: 10, settle: 10 };

for (const enterObex of [['AT+CPROT=0'], ['AT*EOBEX'], ['AT^SQWE=0', 'AT^SQWE=3'], ['AT+MODE=22']])
  test(`a telephone is led into OBEX by ${enterObex.join(', ')}, asked to sync, and syncs`, async (t) => {
    const answers = Object.fromEntries(
      enterObex.map((command, index) => [command, [index === enterObex.length - 1 ? 'CONNECT' : 'OK']]),
    );
    const { near, modem, words } = telephone(t, answers);
    await using carrier = await ObexPhoneCarrier.open(
      near,
      { peer: 'the phone', encoding: 'wbxml', enterObex, notification: packet('sync!', SAN), patience: QUICK },
      freshSignal(),
    );
    assert.deepEqual(modem.asked, ['AT', 'ATE0V1', ...enterObex]);
    const heard: (string | undefined)[] = [];
    for (let count = 1; count <= 3; count++) {
      heard.push(textOf(await carrier.receive(freshSignal())));
      await carrier.answer(packet(`answer ${count}`), freshSignal());
    }
    assert.deepEqual(heard, ['message 1', 'message 2', 'message 3']);
    assert.deepEqual(words, [`${SAN}: sync!`, 'answer 1', 'answer 2', 'answer 3']);
  });

test('a telephone that refuses OBEX says so, and the cable is let go', async (t) => {
  const { near } = telephone(t, {});
  const options = { peer: 'the phone', encoding: 'wbxml', enterObex: ['AT+CPROT=0'], patience: QUICK } as const;
  await assert.rejects(ObexPhoneCarrier.open(near, options, freshSignal()), {
    code: 'Unsupported',
    message: 'the phone refuses AT+CPROT=0 with ERROR',
  });
  await assert.rejects(near.send(Buffer.from('AT\r'), freshSignal()), { code: 'NotConnected' });
});

test('a telephone that is unplugged in the middle of a session is not connected', async (t) => {
  const { near } = telephone(t, { 'AT+CPROT=0': ['CONNECT'] }, 2);
  const notification = packet('sync!', SAN);
  await using carrier = await ObexPhoneCarrier.open(
    near,
    { peer: 'the phone', encoding: 'wbxml', enterObex: ['AT+CPROT=0'], notification, patience: QUICK },
    freshSignal(),
  );
  await carrier.receive(freshSignal());
  const next = async () => {
    await carrier.answer(packet('answer 1'), freshSignal());
    await carrier.receive(freshSignal());
  };
  await assert.rejects(next(), { code: 'NotConnected' });
});
