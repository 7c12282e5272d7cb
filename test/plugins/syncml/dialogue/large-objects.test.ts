import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { Assembly, type Piece } from '../../../../src/plugins/syncml/dialogue/assembly.js';
import type { Conversation } from '../../../../src/plugins/syncml/dialogue/conversation.js';
import { greetClient, greetServer } from '../../../../src/plugins/syncml/dialogue/greeting.js';
import type { Message } from '../../../../src/plugins/syncml/message/message.js';
import { Line } from './line.js';
import { converse, type Heard, hear, informationOf, Pair, put, tell } from './pair.js';
import {
  add,
  alert,
  answersTo,
  change,
  headerStatus,
  of,
  ok,
  RawClient,
  rawServer,
  statuses,
  statusOf,
  sync,
} from './raw.js';

const signal = (): AbortSignal => AbortSignal.timeout(20_000);

for (const [name, content] of [
  ['a text', 'Grüße 😀 &<>\r\n'.repeat(3_000)],
  ['white space without end', ' '.repeat(30_000)],
] as const)
  for (const encoding of ['wbxml', 'xml'] as const)
    test(`S10: ${name} larger than a message goes both ways in pieces, in ${encoding}`, async () => {
      const pair = new Pair({ encoding, maxMessageSize: 8_000, serverMessageSize: 8_000 });
      const { atClient, atServer, clientCodes, serverCodes } = await converse(
        pair.meet(signal()),
        {
          client: [put(1, 'add', 'c1', content), put(2, 'add', 'c2', 'small')],
          server: [put(3, 'add', 's1', content), put(4, 'replace', 'c9', content)],
        },
        signal(),
      );
      assert.deepEqual(
        atServer.map(({ id, text }) => [id, text === (id === 'c1' ? content : 'small')]),
        [
          ['c1', true],
          ['c2', true],
        ],
      );
      assert.deepEqual(
        atClient.map(({ kind, text }) => [kind, text === content]),
        [
          ['add', true],
          ['replace', true],
        ],
      );
      assert.deepEqual(
        [...clientCodes, ...serverCodes],
        [
          [1, 201],
          [2, 201],
          [3, 201],
          [4, 200],
        ],
      );
      for (const { bytes } of pair.line.said.slice(1)) assert(bytes.length <= 8_000);
      const pieces = pair.line
        .messages('client')
        .flatMap((message) => of(message, 'Sync').flatMap((one) => one.commands));
      const sizes = pieces.map((one) => ('meta' in one ? one.meta?.size : undefined));
      assert.equal(sizes[0], Buffer.byteLength(content), 'the first piece tells the size of the whole');
      assert(sizes.slice(1).every((size) => size === undefined));
      assert(pair.line.messages('server').some((message) => statuses(message).some(({ code }) => code === 213)));
    });

test('S10: octets that are no text survive both encodings', async () => {
  for (const encoding of ['wbxml', 'xml'] as const) {
    const bytes = Uint8Array.from({ length: 20_000 }, (_, n) => (n * 37) % 256);
    const pair = new Pair({ encoding, serverMessageSize: 6_000 });
    const meeting = pair.meet(signal());
    const received: Uint8Array[] = [];
    const serving = (async () => {
      await using server = await meeting.server;
      for await (const batch of server.datastores.get('contacts')?.changes(signal()) ?? [])
        for (const one of batch.changes) {
          if (one.content !== undefined) received.push(one.content.bytes);
          one.answer(201);
        }
      await server.finish(signal());
    })();
    await using client = await meeting.client;
    const outgoing = { key: 1, kind: 'add' as const, id: 'p', content: { type: 'image/jpeg', bytes } };
    const codes = await tell(client, 'my-contacts', [outgoing], signal());
    await hear(client, 'my-contacts', signal());
    await client.finish(signal());
    await serving;
    assert.deepEqual([...codes], [[1, 201]]);
    assert.equal(Buffer.compare(Buffer.from(received[0] ?? []), Buffer.from(bytes)), 0);
  }
});

test('S10: what is larger than the other side takes is not sent, and the rest is', async () => {
  const pair = new Pair({ maxObjectSize: 10_000, serverMessageSize: 4_000 });
  const changes = [
    put(1, 'add', 'c1', 'x'.repeat(10_001)),
    put(2, 'add', 'c2', 'y'.repeat(10_000)),
    put(3, 'add', 'c3', 'z'),
  ];
  const { clientCodes, atServer } = await converse(pair.meet(signal()), { client: changes }, signal());
  assert.deepEqual(
    [...clientCodes],
    [
      [1, 416],
      [2, 201],
      [3, 201],
    ],
  );
  assert.deepEqual(
    atServer.map(({ id }) => id),
    ['c2', 'c3'],
  );
});

for (const [version, largeObjects] of [
  ['1.0', true],
  ['1.2', false],
] as const)
  test(`S10: a peer of ${version} that takes ${largeObjects ? 'large objects but has no word for them' : 'no large objects'} gets none`, async () => {
    const pair = new Pair({ version, serverMessageSize: 4_000 });
    pair.clientMemory.setInformation(informationOf('server-1', { largeObjects }));
    const changes = [put(1, 'add', 'c1', 'x'.repeat(5_000)), put(2, 'add', 'c2', 'y'.repeat(1_000))];
    const { clientCodes } = await converse(pair.meet(signal()), { client: changes }, signal());
    assert.deepEqual(
      [...clientCodes],
      [
        [1, 413],
        [2, 201],
      ],
    );
  });

test('S10: a device is not sent more than it has room for', async () => {
  const pair = new Pair({ password: undefined });
  const line = new Line();
  const serving = greetClient(line.server, pair.host(), signal());
  const phone = new RawClient(line.client, signal());
  const mem = { shared: false, freeBytes: 1_000, freeIds: 2 };
  const welcome = await phone.say([alert(201, { meta: { anchor: { next: '1' }, mem } })]);
  const asked = phone.say([...answersTo(welcome), sync([])]);
  await using server = await serving;
  await hear(server, 'contacts', signal());
  const changes = [
    put(1, 'add', 's1', 'x'.repeat(900)),
    put(2, 'add', 's2', 'y'.repeat(200)),
    put(3, 'add', 's3', 'z'),
    put(4, 'add', 's4', 'z'),
    put(5, 'replace', 'c1', 'w'),
  ];
  const telling = tell(server, 'contacts', changes, signal());
  const reply = await asked;
  const finished = telling.then(() => server.finish(signal()));
  await phone.say(answersTo(reply, 201));
  await finished;
  assert.deepEqual(
    await telling,
    new Map([
      [2, 420],
      [4, 420],
      [1, 201],
      [3, 201],
      [5, 201],
    ]),
  );
});

test('S10: a piece that is refused is the last of its object', async () => {
  const pair = new Pair();
  pair.clientMemory.setInformation(informationOf('server-1'));
  const sent: Message[] = [];
  const carrier = rawServer((message) => {
    sent.push(message);
    const syncs = of(message, 'Sync').flatMap((one) => [
      ok(message, one.id, 'Sync'),
      ...one.commands.map((inner) =>
        ok(
          message,
          'id' in inner ? inner.id : '',
          'Add',
          'items' in inner && JSON.stringify(inner.items).includes('"moreData":true') ? 420 : 201,
        ),
      ),
    ]);
    const alerts = of(message, 'Alert').flatMap((one) => [
      ok(message, one.id, 'Alert'),
      alert(201, { target: { uri: 'my-contacts' }, source: { uri: 'contacts' } }),
    ]);
    return {
      commands: [ok(message, '0', 'SyncHdr', 212), ...alerts, ...syncs],
      final: message.final,
      head: { meta: { maxMsgSize: 5_000, maxObjSize: 100_000 } },
    };
  });
  await using client = await greetServer(carrier, pair.plan(), signal());
  const codes = await tell(
    client,
    'my-contacts',
    [put(1, 'add', 'c1', 'x'.repeat(20_000)), put(2, 'add', 'c2', 'y')],
    signal(),
  );
  assert.deepEqual(
    [...codes],
    [
      [1, 420],
      [2, 201],
    ],
  );
  const pieces = sent.flatMap((message) =>
    of(message, 'Sync').flatMap((one) => one.commands.filter((inner) => 'items' in inner)),
  );
  assert.equal(pieces.length, 2);
});

interface Desk {
  readonly phone: RawClient;
  readonly welcome: Message;
  readonly heard: Heard[];
}

/** A phone that sends pieces, to a server that takes what is whole. */
async function desk(t: TestContext): Promise<Desk> {
  const line = new Line();
  const serving = greetClient(line.server, new Pair({ password: undefined, maxObjectSize: 1_000 }).host(), signal());
  const phone = new RawClient(line.client, signal());
  const welcome = await phone.say([alert(201)]);
  const heard: Heard[] = [];
  let conversation: Conversation | undefined;
  void serving
    .then(async (server) => {
      conversation = server;
      await hear(server, 'contacts', signal(), (one) => {
        heard.push(one);
        return { code: 201 };
      });
    })
    .catch(() => undefined);
  t.after(async () => {
    line.cut();
    await conversation?.[Symbol.asyncDispose]();
  });
  return { phone, welcome, heard };
}

const piece = (id: string, data: string, size?: number, more = true) =>
  change('Add', [{ source: { uri: id }, data, ...(more && { moreData: true }) }], {
    meta: { type: 'text/plain', ...(size !== undefined && { size }) },
  });

test('S10: pieces are answered 213 and make a whole', async (t) => {
  const { phone, welcome, heard } = await desk(t);
  const [one, two, three] = [piece('c1', 'abc', 9), piece('c1', 'def'), piece('c1', 'ghi', undefined, false)];
  const first = await phone.say([...answersTo(welcome), sync([one])], false);
  assert.equal(statusOf(first, one).code, 213);
  assert.equal(statusOf(await phone.say([ok(first), sync([two])], false), two).code, 213);
  assert.equal(statusOf(await phone.say([ok(first), sync([three])], false), three).code, 201);
  assert.deepEqual(heard, [{ kind: 'add', id: 'c1', text: 'abcdefghi' }]);
});

for (const [name, pieces, codes] of [
  ['too short a whole', [piece('c1', 'abc', 9), piece('c1', 'd', undefined, false)], [213, 424]],
  [
    'more than was said',
    [piece('c1', 'abc', 5), piece('c1', 'defghi'), piece('c1', 'j', undefined, false)],
    [213, 424, 424],
  ],
  ['a first piece without a size', [piece('c1', 'abc'), piece('c1', 'def', undefined, false)], [411, 411]],
  ['more than is taken', [piece('c1', 'abc', 1_001), piece('c1', 'def', undefined, false)], [416, 416]],
  ['a whole larger than is taken', [piece('c1', 'x'.repeat(1_001), undefined, false)], [416]],
  ['one piece that is all', [piece('c1', 'abc', 3, false)], [201]],
] as const)
  test(`S10: ${name} is answered ${codes.join(', ')}`, async (t) => {
    const { phone, welcome, heard } = await desk(t);
    let last = welcome;
    const seen: number[] = [];
    for (const one of pieces) {
      last = await phone.say([...answersTo(last), sync([one])], false);
      seen.push(statusOf(last, one).code);
    }
    assert.deepEqual(seen, codes);
    assert.equal(heard.length, codes.includes(201 as never) ? 1 : 0);
    const after = add('c2', 'fine');
    assert.equal(statusOf(await phone.say([ok(last), sync([after])], false), after).code, 201);
  });

for (const [name, next] of [
  ['another item', add('c2', 'other')],
  ['a deletion', change('Delete', [{ source: { uri: 'c2' } }])],
  ['the beginning of another object', piece('c2', 'abc', 6)],
] as const)
  test(`S10: ${name} in the middle of a large object ends it, with Alert 223`, async (t) => {
    const { phone, welcome } = await desk(t);
    const one = piece('c1', 'abc', 9);
    const first = await phone.say([...answersTo(welcome), sync([one])], false);
    const reply = await phone.say([ok(first), sync([next])], false);
    assert.equal(statusOf(reply, next).code, next.kind === 'Add' && next.items[0]?.moreData === true ? 213 : 201);
    const [missed] = of(reply, 'Alert');
    assert.deepEqual([missed?.code, missed?.items[0]?.source?.uri], [223, 'c1']);
    assert.equal(headerStatus(reply), 200);
  });

test('S10: a package that ends within an object is told so', async () => {
  const line = new Line();
  const serving = greetClient(line.server, new Pair({ password: undefined }).host(), signal());
  const phone = new RawClient(line.client, signal());
  const welcome = await phone.say([alert(201)]);
  const asked = phone.say([...answersTo(welcome), sync([piece('c1', 'abc', 9)])]);
  await using server = await serving;
  assert.deepEqual(await hear(server, 'contacts', signal()), []);
  const finished = server.finish(signal());
  const reply = await asked;
  assert.deepEqual(
    of(reply, 'Alert').map(({ code }) => code),
    [223],
  );
  await phone.say(answersTo(reply));
  await finished;
});

test('S10: however an object is cut, it is put together again, and never more than the limit is held', () => {
  const limit = 1_000;
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 1_500 }),
      fc.array(fc.nat(200), { maxLength: 12 }),
      fc.boolean(),
      (whole, cuts, honest) => {
        const assembly = new Assembly(limit);
        const ends = [...new Set([...cuts.map((cut) => Math.min(cut * 7, whole.length)), whole.length])].sort(
          (a, b) => a - b,
        );
        let from = 0;
        let last: ReturnType<Assembly['take']> | undefined;
        const size = honest ? whole.length : whole.length + 1;
        for (const end of ends) {
          const part: Piece = {
            bytes: whole.subarray(from, end),
            size: from === 0 ? size : undefined,
            more: end !== whole.length,
            type: 'a',
            text: false,
          };
          last = assembly.take({ datastore: 'd', command: 'Add', id: 'x' }, part);
          from = end;
        }
        assert.equal(assembly.current, undefined);
        if (ends.length === 1) {
          assert.equal(last?.kind, whole.length > limit ? 'refused' : 'whole');
          return;
        }
        const fits = size <= limit;
        if (honest && fits) assert.deepEqual(last?.kind === 'whole' && Buffer.compare(last.bytes, whole), 0);
        else assert.deepEqual(last, { kind: 'refused', code: fits ? 424 : 416 });
      },
    ),
  );
});

test('S10: carriage returns that XML lost on the way do not make a size wrong', () => {
  const assembly = new Assembly(1_000);
  const of = { datastore: 'd', command: 'Add', id: 'x' };
  const text = (bytes: string, more: boolean, size?: number): Piece => ({
    bytes: Buffer.from(bytes),
    size,
    more,
    type: 'a',
    text: true,
  });
  assembly.take(of, text('BEGIN\nA\n', true, 15));
  assert.equal(assembly.take(of, text('END\n', false)).kind, 'whole');
  assembly.take(of, text('BEGIN\nA\n', true, 16));
  assert.deepEqual(assembly.take(of, text('END\n', false)), { kind: 'refused', code: 424 });
});
