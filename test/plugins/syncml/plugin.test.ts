import assert from 'node:assert/strict';
import { createServer, request } from 'node:http';
import { type TestContext, test } from 'node:test';
import { CradleError } from '../../../src/dbus/errors.js';
import { until } from '../../support/until.js';
import { partners } from './accounts-bed.js';

const card = (name: string, more = ''): string =>
  `BEGIN:VCARD\r\nVERSION:3.0\r\nN:${name};;;;\r\nFN:${name}\r\n${more}END:VCARD\r\n`;
const event = (uid: string, summary: string): string =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260301T100000Z\r\nDTEND:20260301T110000Z\r\nSUMMARY:${summary}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;

/** A way to a server that passes so many requests, and then keeps silent. */
async function stallingLine(t: TestContext, to: string, passes: number) {
  let stall = (): void => {};
  const stalled = new Promise<void>((resolve) => {
    stall = resolve;
  });
  let left = passes;
  const proxy = createServer((incoming, outgoing) => {
    if (left-- <= 0) return stall();
    const { method, headers, url = '' } = incoming;
    const onward = request(new URL(url, to), { method, headers }, (reply) => {
      outgoing.writeHead(reply.statusCode ?? 500, reply.headers);
      reply.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const cut = async (): Promise<void> => {
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
  };
  t.after(cut);
  const address = proxy.address();
  assert.ok(typeof address === 'object' && address !== null);
  return { url: `http://127.0.0.1:${address.port}${new URL(to).pathname}`, stalled, cut };
}

const names = (cards: readonly string[]): readonly string[] =>
  cards.map((text) => /^(?:FN|SUMMARY):(.*)$/m.exec(text)?.[1]?.trim() ?? text).sort();

for (const options of [
  { Version: '1.2', Encoding: 'wbxml' },
  { Version: '1.2', Encoding: 'xml' },
  { Version: '1.1', Encoding: 'wbxml' },
  { Version: '1.0', Encoding: 'xml' },
])
  test(`two of us sync contacts, calendar and notes over HTTP, SyncML ${options.Version} in ${options.Encoding}`, async (t) => {
    const { server, client, sync, connect } = await partners(t);
    server.put('contacts', card('Server'));
    client.put('contacts', card('Client', 'TEL;TYPE=CELL:+49 170 1\r\n'));
    server.put('calendar', event('e1', 'Meeting'));
    client.put('notes', 'a note');
    await sync(options);
    for (const desk of [server, client]) {
      assert.deepEqual(names(desk.contents('contacts')), ['Client', 'Server']);
      assert.deepEqual(names(desk.contents('calendar')), ['Meeting']);
      assert.deepEqual(desk.contents('notes'), ['a note']);
    }
    await sync(options);
    assert.equal(server.contents('contacts').length, 2);
    const peer = await connect({ options });
    assert.equal(peer.evidence.get('syncml.manufacturer'), 'Cradle');
    await peer[Symbol.asyncDispose]();
  });

test('changes, removals and a large photo cross, and a conflict is decided once', async (t) => {
  const { server, client, sync } = await partners(t);
  const photo = Buffer.alloc(60_000, 'a photo of somebody ').toString('base64');
  const anna = client.put('contacts', card('Anna'));
  const bert = client.put('contacts', card('Bert'));
  client.put('contacts', card('Carl', `PHOTO;ENCODING=b;TYPE=JPEG:${photo}\r\n`));
  await sync();
  assert.deepEqual(names(server.contents('contacts')), ['Anna', 'Bert', 'Carl']);
  assert.match(server.contents('contacts').join('').replace(/\r\n /g, ''), new RegExp(photo.slice(0, 70_000)));
  client.collection('contacts').remove(bert);
  client.put('contacts', card('Anna', 'NOTE:ours\r\n'), anna);
  server.put('contacts', card('Dora'));
  await sync();
  assert.deepEqual(names(server.contents('contacts')), ['Anna', 'Carl', 'Dora']);
  assert.deepEqual(names(client.contents('contacts')), ['Anna', 'Carl', 'Dora']);
  assert.match(server.contents('contacts').join(''), /NOTE:ours/);
});

test('a wrong password fails in words that name the login and not the password', async (t) => {
  const { connect, calls } = await partners(t);
  for (const scheme of ['md5', 'basic'])
    await assert.rejects(
      connect({ login: { user: 'alice', password: 'wrong-password' }, options: { Authentication: scheme } }),
      (error) => {
        assert.ok(error instanceof CradleError);
        assert.equal(error.code, 'NotOwner');
        assert.equal(error.message, 'the server refused the login of alice');
        assert.doesNotMatch(JSON.stringify([error, error.stack, String(error.cause)]), /wrong-password|se:cret/);
        return true;
      },
    );
  await assert.rejects(connect({ login: { user: 'nobody', password: 'se:cret' } }), { code: 'NotOwner' });
  await assert.rejects(connect({ login: undefined }), { code: 'NotOwner' });
  assert.equal(calls.length, 0);
});

test('a datastore that the server does not have is named, and the others go on', async (t) => {
  const { connect, server, client, calls } = await partners(t);
  await assert.rejects(connect({ wanted: ['notes'], addresses: { notes: 'memoranda' } }), {
    code: 'StoreUnavailable',
    message: /memoranda/,
  });
  server.put('contacts', card('Anna'));
  const peer = await connect({ addresses: { notes: 'memoranda' } });
  await assert.rejects(peer.open('notes', AbortSignal.timeout(1_000)), {
    code: 'StoreUnavailable',
    message: /memoranda/,
  });
  await client.sync(peer, ['contacts']);
  await Promise.all(calls);
  assert.deepEqual(names(client.contents('contacts')), ['Anna']);
});

test('what nobody here wants of a caller is not there for it', async (t) => {
  const { connect } = await partners(t, { wanted: ['contacts'] });
  const peer = await connect({});
  const signal = AbortSignal.timeout(60_000);
  await peer.open('contacts', signal);
  for (const name of ['calendar', 'notes']) await assert.rejects(peer.open(name, signal), { code: 'StoreUnavailable' });
  await peer[Symbol.asyncDispose]();
});

test('a client that was cut off and calls again takes the place of its first call', async (t) => {
  const { connect, client, server, calls, sync, url } = await partners(t);
  for (let n = 0; n < 30; n++) client.put('contacts', card(`Contact ${n}`));
  const line = await stallingLine(t, url, 2);
  const cutOff = await connect({ url: line.url });
  const lost = client.sync(cutOff).catch(() => undefined);
  await line.stalled;
  await until(() => calls.length === 1);
  const first = assert.rejects(calls[0] ?? Promise.resolve(), { code: 'NotConnected', message: /another session/ });
  await sync();
  await first;
  await line.cut();
  await lost;
  await sync();
  assert.equal(server.contents('contacts').length, 30);
  assert.equal(client.contents('contacts').length, 30);
});

test('another device under the same login is met anew, and takes nothing away', async (t) => {
  const { server, client, sync, newcomer, connect, calls } = await partners(t);
  server.put('contacts', card('Server'));
  client.put('contacts', card('First'));
  await sync();
  const second = newcomer();
  second.put('contacts', card('Second'));
  await second.sync(await connect({}, 'second'));
  await Promise.all(calls);
  for (const desk of [server, second])
    assert.deepEqual(names(desk.contents('contacts')), ['First', 'Second', 'Server']);
});

test('nobody can call any more once it was told to stop listening', async (t) => {
  const { connect, close } = await partners(t);
  await close();
  await assert.rejects(connect({}), { code: 'NotConnected' });
});

test('an option that makes no sense is named', async (t) => {
  const { connect } = await partners(t);
  await assert.rejects(connect({ options: { Version: '2.0' } }), {
    code: 'InvalidArgs',
    message: /SyncML\.Version.*"2\.0"/,
  });
  await assert.rejects(connect({ options: { MaxMsgSize: '12' } }), { code: 'InvalidArgs' });
  await assert.rejects(connect({ options: { ServerUri: 'contacts' } }), { code: 'InvalidArgs' });
});
