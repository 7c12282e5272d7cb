import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { CradleError } from '../../../src/dbus/errors.js';
import { ObexClient, type ObexClientOptions } from '../../../src/hal/obex/client.js';
import { HEADER, type Header, textHeader, textOf, typeHeader, typeOf } from '../../../src/hal/obex/headers.js';
import { type ObexServerOptions, type ObexService, serveObex } from '../../../src/hal/obex/server.js';
import { Reader } from '../../../src/hal/transports/reader.js';
import { linkedChannels } from '../../fakes/linked-channels.js';
import { ListedLog } from '../../fakes/log.js';
import { until } from '../../support/until.js';

const never = new AbortController().signal;
const TARGET = Buffer.from('SYNCML-SYNC', 'latin1');

/** A shelf of objects by name, which keeps what it is given. */
class Shelf implements ObexService {
  readonly objects = new Map<string, { readonly type: string | undefined; readonly body: Uint8Array }>();
  readonly removed: string[] = [];
  readonly paths: string[] = [];

  connect({ target }: { readonly target: Uint8Array | undefined }): readonly Header[] {
    if (target !== undefined && !TARGET.equals(target)) throw new CradleError('NotFound', 'no such service');
    return [];
  }

  async put({ headers }: { readonly headers: readonly Header[] }, body: Uint8Array | undefined) {
    const name = textOf(headers, HEADER.name) ?? '';
    if (body === undefined) this.removed.push(name);
    else this.objects.set(name, { type: typeOf(headers), body: Buffer.from(body) });
    return [textHeader(HEADER.description, `got ${name}`)];
  }

  async get({ headers }: { readonly headers: readonly Header[] }, _signal: AbortSignal) {
    const found = this.objects.get(textOf(headers, HEADER.name) ?? '');
    if (found === undefined) throw new CradleError('NotFound', 'no such object');
    return { headers: [typeHeader(found.type ?? '')], body: found.body };
  }

  async setPath({ headers }: { readonly headers: readonly Header[] }, flags: number) {
    this.paths.push(`${flags} ${textOf(headers, HEADER.name) ?? '-'}`);
  }
}

interface Options {
  readonly client?: Partial<ObexClientOptions>;
  readonly server?: Partial<ObexServerOptions>;
  readonly service?: ObexService;
  readonly pieces?: number;
}

/** A client and a server on one cable. */
async function pair(
  t: TestContext,
  { client, server, service = new Shelf(), pieces = Number.POSITIVE_INFINITY }: Options = {},
) {
  const stop = new AbortController();
  t.after(() => stop.abort());
  const [near, far] = linkedChannels();
  near.pieces = pieces;
  far.pieces = pieces;
  const log = new ListedLog();
  const served = serveObex(new Reader(far), service, { name: 'the client', log, ...server }, stop.signal);
  const ended = served.then(
    () => 'over',
    (error: Error) => error.message,
  );
  const connected = await ObexClient.connect(
    new Reader(near),
    { name: 'the server', target: TARGET, ...client },
    never,
  );
  return { client: connected, near, far, ended };
}

const bytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, (_, index) => (index * 7) & 0xff);

for (const size of [0, 1, 200, 244, 245, 246, 247, 248, 249, 250, 1_000, 70_000])
  for (const maximum of [255, 1_024, 0x7fff])
    test(`an object of ${size} bytes goes there and comes back in packets of ${maximum}`, async (t) => {
      const service = new Shelf();
      const { client, near, far } = await pair(t, { service, client: { maximum }, server: { maximum } });
      const headers = [typeHeader('text/plain'), textHeader(HEADER.name, 'a näme')];
      await client.put(headers, bytes(size), never);
      assert.deepEqual(Buffer.from(service.objects.get('a näme')?.body ?? []), Buffer.from(bytes(size)));
      const { body, headers: answer } = await client.get(headers, 100_000, never);
      assert.deepEqual(Buffer.from(body), Buffer.from(bytes(size)));
      assert.equal(typeOf(answer), 'text/plain');
      for (const packet of [...near.sent, ...far.sent]) assert.ok(packet.byteLength <= maximum);
      await client[Symbol.asyncDispose]();
    });

test('packets arrive whole however the line cuts them', async (t) => {
  for (const pieces of [1, 2, 3, 7]) {
    const service = new Shelf();
    const { client, ended } = await pair(t, { service, pieces, client: { maximum: 300 }, server: { maximum: 300 } });
    await client.put([textHeader(HEADER.name, 'x')], bytes(2_000), never);
    assert.deepEqual(
      Buffer.from((await client.get([textHeader(HEADER.name, 'x')], 2_000, never)).body),
      Buffer.from(bytes(2_000)),
    );
    await client[Symbol.asyncDispose]();
    assert.equal(await ended, 'over');
  }
});

test('the connection has an id that is not 0, and requests carry it first', async (t) => {
  const { client, near } = await pair(t);
  assert.ok((client.connectionId ?? 0) > 0);
  await client.put([textHeader(HEADER.name, 'x')], bytes(3), never);
  assert.equal(near.sent.at(-1)?.[3], HEADER.connectionId);
});

test('a body is always closed by an EndOfBody, also an empty one', async (t) => {
  for (const size of [0, 5, 5_000]) {
    const { client, near, far } = await pair(t, { client: { maximum: 300 }, server: { maximum: 300 } });
    await client.put([textHeader(HEADER.name, 'x')], bytes(size), never);
    const last = near.sent.at(-1) ?? new Uint8Array();
    assert.equal(last[0], 0x82);
    assert.equal(last.includes(HEADER.endOfBody), true);
    await client.get([textHeader(HEADER.name, 'x')], 5_000, never);
    assert.equal(far.sent.at(-1)?.[0], 0xa0);
  }
});

test('what is refused is the error that its code means, and the connection goes on', async (t) => {
  const { client } = await pair(t);
  await assert.rejects(client.get([textHeader(HEADER.name, 'nothing')], 10, never), {
    code: 'NotFound',
    message: 'the server refuses a GET: not found (0xc4)',
  });
  await client.put([textHeader(HEADER.name, 'x')], bytes(3), never);
});

test('a service that nobody knows is refused', async (t) => {
  await assert.rejects(pair(t, { client: { target: Buffer.from('NO-SUCH') } }), {
    code: 'NotFound',
    message: 'the server refuses the connection: not found (0xc4)',
  });
});

test('a body larger than is allowed ends the GET and leaves the connection in step', async (t) => {
  const { client } = await pair(t, { client: { maximum: 255 }, server: { maximum: 255 } });
  await client.put([textHeader(HEADER.name, 'x')], bytes(5_000), never);
  await assert.rejects(client.get([textHeader(HEADER.name, 'x')], 4_999, never), { code: 'LimitsExceeded' });
  assert.equal((await client.get([textHeader(HEADER.name, 'x')], 5_000, never)).body.byteLength, 5_000);
});

test('a body larger than the server takes is refused in the middle', async (t) => {
  const { client } = await pair(t, { server: { body: 1_000, maximum: 255 } });
  await assert.rejects(client.put([textHeader(HEADER.name, 'x')], bytes(5_000), never), { code: 'LimitsExceeded' });
  await client.put([textHeader(HEADER.name, 'x')], bytes(1_000), never);
});

test('a PUT that is given up in the middle is aborted, and the next one goes through', async (t) => {
  const service = new Shelf();
  const { client, near } = await pair(t, { service, client: { maximum: 255 }, server: { maximum: 255 } });
  const giveUp = new AbortController();
  let packets = 0;
  near.onSend = () => {
    if (++packets === 5) giveUp.abort();
  };
  await assert.rejects(client.put([textHeader(HEADER.name, 'x')], bytes(50_000), giveUp.signal), { code: 'Cancelled' });
  assert.equal(near.sent.at(-1)?.[0], 0xff);
  assert.equal(service.objects.size, 0);
  await client.put([textHeader(HEADER.name, 'y')], bytes(10), never);
  assert.deepEqual([...service.objects.keys()], ['y']);
});

test('a client that aborts while the server works stops the work', async (t) => {
  let stopped: unknown;
  class Slow extends Shelf {
    override get(_: { readonly headers: readonly Header[] }, signal: AbortSignal): Promise<never> {
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          stopped = signal.reason;
          reject(signal.reason);
        });
      });
    }
  }
  const { near, far } = await pair(t, { service: new Slow() });
  await near.send(Uint8Array.of(0x83, 0, 3), never);
  await near.send(Uint8Array.of(0xff, 0, 3), never);
  await until(() => far.sent.length > 1);
  assert.match(String(stopped), /the client does not wait for the answer/);
  assert.deepEqual(far.sent.slice(1), [Uint8Array.of(0xa0, 0, 3)]);
});

test('a server that never answers is given up', async (t) => {
  class Deaf extends Shelf {
    override get(): Promise<never> {
      return new Promise(() => undefined);
    }
  }
  const { client } = await pair(t, { service: new Deaf(), client: { patience: { answer: 30, farewell: 30 } } });
  await assert.rejects(client.get([], 10, never), {
    code: 'Timeout',
    message: 'the answer of the server did not come within 30 ms',
  });
  await assert.rejects(client.put([], bytes(1), never), { code: 'Timeout' });
});

test('a cable that is pulled ends what both ends wait for', async (t) => {
  const { client, near, ended } = await pair(t, { client: { maximum: 255 }, server: { maximum: 255 } });
  let packets = 0;
  near.onSend = () => {
    if (++packets === 5) near.cut();
  };
  await assert.rejects(client.put([textHeader(HEADER.name, 'x')], bytes(50_000), never), { code: 'NotConnected' });
  assert.match(await ended, /not connected any more/);
});

test('folders are gone into, up and to the top', async (t) => {
  const service = new Shelf();
  const { client } = await pair(t, { service });
  await client.setPath({ folder: 'telecom', create: false }, never);
  await client.setPath({ folder: 'new', create: true }, never);
  await client.setPath('parent', never);
  await client.setPath('root', never);
  assert.deepEqual(service.paths, ['2 telecom', '0 new', '3 -', '2 ']);
});

test('a password is asked for and never sent', async (t) => {
  const service = new Shelf();
  const server = { password: 'säcret' };
  const { client, near } = await pair(t, { service, server, client: { login: { user: 'me', password: 'säcret' } } });
  await client.put([textHeader(HEADER.name, 'x')], bytes(1), never);
  assert.ok(near.sent.every((packet) => !Buffer.from(packet).includes('cret')));
  await assert.rejects(pair(t, { server, client: { login: { user: 'me', password: 'wrong' } } }), { code: 'NotOwner' });
  await assert.rejects(pair(t, { server }), {
    code: 'NotOwner',
    message: 'the server refuses the connection: unauthorized (0xc1)',
  });
});

test('two things at once are refused, and goodbye is said once', async (t) => {
  const { client, near, ended } = await pair(t);
  const first = client.put([textHeader(HEADER.name, 'x')], bytes(1), never);
  await assert.rejects(client.put([], bytes(1), never), { code: 'Busy' });
  await first;
  await client[Symbol.asyncDispose]();
  await client[Symbol.asyncDispose]();
  assert.equal(near.sent.filter(([code]) => code === 0x81).length, 1);
  assert.equal(await ended, 'over');
});
