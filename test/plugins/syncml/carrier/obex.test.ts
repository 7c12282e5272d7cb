import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServerCarrier } from '../../../../src/plugins/syncml/carrier/carrier.js';
import { ObexClientCarrier, ObexPhoneCarrier } from '../../../../src/plugins/syncml/carrier/obex-client.js';
import {
  answerObex,
  type ObexCall,
  type ObexServerOptions,
} from '../../../../src/plugins/syncml/carrier/obex-server.js';
import { linkedChannels } from '../../../fakes/linked-channels.js';
import { ListedLog } from '../../../fakes/log.js';

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
