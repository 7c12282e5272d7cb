import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CradleError } from '../../../../src/dbus/errors.js';
import { writeDeviceInformation } from '../../../../src/plugins/syncml/devinf/device-information-writer.js';
import type { Conversation } from '../../../../src/plugins/syncml/dialogue/conversation.js';
import { greetClient, greetServer } from '../../../../src/plugins/syncml/dialogue/greeting.js';
import { messageOf, packetOf } from '../../../../src/plugins/syncml/dialogue/transcoder.js';
import type { Command, Item, Message } from '../../../../src/plugins/syncml/message/message.js';
import { Line } from './line.js';
import { each, informationOf, Pair, put } from './pair.js';
import { rawServer } from './raw.js';

const uri = fc.constantFrom('contacts', './contacts', 'my-contacts', 'nowhere', '', 'x'.repeat(300), 'g1', 'l1');
const location = fc.option(
  uri.map((one) => ({ uri: one })),
  { nil: undefined },
);
const id = fc.nat(6).map(String);
const data = fc.oneof(
  fc.string({ maxLength: 8 }).map((text) => text.replaceAll(/[^\x20-\x7e]/g, '?')),
  fc.uint8Array({ maxLength: 8 }),
);

const item: fc.Arbitrary<Item> = fc
  .record({
    target: location,
    source: location,
    data: fc.option(data, { nil: undefined }),
    size: fc.option(fc.nat(20), { nil: undefined }),
    more: fc.boolean(),
    anchor: fc.boolean(),
  })
  .map(({ target, source, data, size, more, anchor }) => ({
    ...(target !== undefined && { target }),
    ...(source !== undefined && { source }),
    ...(data !== undefined && { data }),
    ...((size !== undefined || anchor) && {
      meta: { ...(size !== undefined && { size }), ...(anchor && { anchor: { last: '1', next: '2' } }) },
    }),
    ...(more && { moreData: true }),
  }));
const items = fc.array(item, { maxLength: 3 });

const { command } = fc.letrec<{ command: Command }>((tie) => {
  const inner = fc.array(tie('command'), { maxLength: 4 });
  return {
    command: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.record({
        kind: fc.constantFrom('Add' as const, 'Replace' as const, 'Delete' as const, 'Copy' as const, 'Move' as const),
        id,
        items,
        noResp: fc.boolean(),
      }),
      fc.record({
        kind: fc.constant('Alert' as const),
        id,
        code: fc.constantFrom(100, 200, 201, 203, 204, 205, 206, 210, 221, 222, 223, 224, 225, 999),
        items,
      }),
      fc
        .record({
          id,
          code: fc.constantFrom(101, 200, 201, 207, 212, 213, 400, 401, 404, 407, 416, 424, 500, 508, 509, 513),
          messageRef: id,
          commandRef: id,
          command: fc.constantFrom('SyncHdr', 'Add', 'Sync', 'Alert'),
        })
        .map((one): Command => ({ kind: 'Status', ...one, targetRefs: [], sourceRefs: [], items: [] })),
      fc.record({ kind: fc.constantFrom('Put' as const, 'Get' as const), id, items }),
      fc.constant<Command>({
        kind: 'Put',
        id: '3',
        items: [{ data: writeDeviceInformation(informationOf('evil'), '1.2') }],
      }),
      fc.record({ kind: fc.constant('Results' as const), id, commandRef: id, items }),
      fc.record({
        kind: fc.constant('Map' as const),
        id,
        items: fc.array(fc.record({ target: uri, source: uri }), { maxLength: 2 }),
      }),
      fc.record({ target: location, source: location, commands: inner, id, numberOfChanges: fc.nat(9) }).map(
        ({ target, source, ...one }): Command => ({
          kind: 'Sync',
          ...one,
          ...(target && { target }),
          ...(source && { source }),
        }),
      ),
      fc.record({ kind: fc.constantFrom('Atomic' as const, 'Sequence' as const), id, commands: inner }),
    ),
  };
});

const body = fc.record({
  commands: fc.array(command, { maxLength: 6 }),
  final: fc.boolean(),
  session: fc.boolean(),
  step: fc.constantFrom(1, 1, 1, 1, 0, -1, 5),
});

async function use(greeting: Promise<Conversation>, signal: AbortSignal): Promise<void> {
  try {
    await using conversation = await greeting;
    await Promise.all(
      [...conversation.datastores.values()].map(async (session) => {
        const sending = (async () => {
          for await (const _ of session.apply(
            each([put(1, 'add', 'n1', 'x'.repeat(3_000)), put(2, 'replace', 'l1', 'y')]),
            signal,
          ));
        })();
        sending.catch(() => undefined);
        for await (const batch of session.changes(signal))
          for (const [at, change] of batch.changes.entries())
            if (at % 3 !== 2) change.answer(at % 5 === 4 ? 500 : 200, `l-${change.id}`);
        await sending;
      }),
    );
    await conversation.finish(signal);
  } catch (thrown) {
    for (const error of thrown instanceof AggregateError ? thrown.errors : [thrown]) {
      const cause =
        error instanceof Error && error.name === 'SuppressedError' && 'error' in error ? error.error : error;
      assert(cause instanceof CradleError, `${cause instanceof Error ? cause.stack : String(cause)}`);
      assert.notEqual(
        cause.code,
        'PluginFailed',
        `${cause.cause instanceof Error ? cause.cause.stack : cause.message}`,
      );
    }
  }
}

test('S14: whatever a client says, a server answers each message or ends the session, and never breaks', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(body, { minLength: 1, maxLength: 8 }), fc.boolean(), async (bodies, polite) => {
      const line = new Line();
      const pair = new Pair({ password: undefined, maxObjectSize: 10_000 });
      const signal = AbortSignal.timeout(20_000);
      const serving = use(greetClient(line.server, pair.host({ pace: { keepAlive: 5, linger: 1 } }), signal), signal);
      let messageId = 0;
      const hello: Command = {
        kind: 'Alert',
        id: '1',
        code: 201,
        items: [{ target: { uri: 'contacts' }, source: { uri: './x' }, meta: { anchor: { next: '1' } } }],
      };
      for (const [at, { commands, final, session, step }] of bodies.entries()) {
        messageId += at === 0 ? 1 : step;
        const message: Message = {
          header: {
            version: '1.2',
            sessionId: session || at === 0 ? '1' : '2',
            messageId: Math.max(1, messageId),
            target: { uri: 'http://server' },
            source: { uri: 'evil' },
            meta: { maxMsgSize: 1_500 },
          },
          commands: at === 0 && polite ? [hello] : commands,
          final: final || (at === 0 && polite),
        };
        const ended = Symbol('ended');
        const reply = await Promise.race([
          line.client.exchange(packetOf(message, 'wbxml'), signal),
          serving.then(() => ended),
        ]).catch(() => ended);
        if (typeof reply === 'symbol') break;
        messageOf(reply);
      }
      line.cut();
      await serving;
    }),
    { numRuns: 250 },
  );
});

test('S14: whatever a server answers, a client ends the session sooner or later, and never breaks', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(body, { minLength: 1, maxLength: 8 }), fc.boolean(), async (bodies, polite) => {
      const pair = new Pair({ maxObjectSize: 10_000 });
      const signal = AbortSignal.timeout(20_000);
      const carrier = rawServer((message, at) => {
        // It could go on with new items for ever, which is nobody's fault.
        if (at === 300) throw new CradleError('NotConnected', 'the server is tired');
        const { commands, final, step } = bodies[(at - 1) % bodies.length] ?? { commands: [], final: true, step: 1 };
        const hello: readonly Command[] = [
          {
            kind: 'Status',
            id: '1',
            messageRef: '1',
            commandRef: '0',
            command: 'SyncHdr',
            targetRefs: [],
            sourceRefs: [],
            code: 212,
            items: [],
          },
          {
            kind: 'Alert',
            id: '2',
            code: 201,
            items: [{ target: { uri: 'my-contacts' }, source: { uri: 'contacts' }, meta: { anchor: { next: '1' } } }],
          },
        ];
        const isHello = polite && at === 1;
        return {
          commands: isHello ? hello : commands,
          final: final || isHello,
          head: { messageId: Math.max(1, message.header.messageId + step - 1), meta: { maxMsgSize: 1_500 } },
        };
      });
      await use(greetServer(carrier, pair.plan(), signal), signal);
      assert(carrier.heard.length <= 300);
    }),
    { numRuns: 250 },
  );
});

test('S14: a message that is torn or spoilt anywhere ends a session, or is answered', async () => {
  const line = new Line();
  const good = packetOf(
    {
      header: { version: '1.2', sessionId: '1', messageId: 1, target: { uri: 'x' }, source: { uri: 'y' } },
      commands: [{ kind: 'Alert', id: '1', code: 201, items: [{ target: { uri: 'contacts' } }] }],
      final: true,
    },
    'wbxml',
  );
  await fc.assert(
    fc.asyncProperty(fc.nat(good.bytes.length - 1), fc.option(fc.nat(255), { nil: undefined }), async (at, octet) => {
      const torn = octet === undefined;
      const bytes = torn
        ? good.bytes.subarray(0, at)
        : Uint8Array.from(good.bytes, (one, index) => (index === at ? octet : one));
      const signal = AbortSignal.timeout(20_000);
      const fresh = new Line();
      const serving = use(greetClient(fresh.server, new Pair({ password: undefined }).host(), signal), signal);
      const asked = fresh.client.exchange({ ...good, bytes }, signal);
      asked.catch(() => undefined);
      await Promise.race([asked, serving]);
      fresh.cut();
      await serving;
    }),
    { numRuns: 200 },
  );
  line.cut();
});
