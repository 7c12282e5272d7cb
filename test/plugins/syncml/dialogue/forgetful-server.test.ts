import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClientCarrier } from '../../../../src/plugins/syncml/carrier/carrier.js';
import type { Conversation } from '../../../../src/plugins/syncml/dialogue/conversation.js';
import { greetClient, greetServer } from '../../../../src/plugins/syncml/dialogue/greeting.js';
import { messageOf, packetOf } from '../../../../src/plugins/syncml/dialogue/transcoder.js';
import type { Command } from '../../../../src/plugins/syncml/message/message.js';
import { hear, Pair, put, tell } from './pair.js';

/** What is left of a command in the second reply to a message: there are servers that go on where they were. */
type Rest = (command: Command) => readonly Command[];

/** A session in which the server has two things to tell: what the client heard, and whether it believes that this was all. */
async function session(rest: Rest, isRepeated: boolean): Promise<{ heard: readonly string[]; isMoved: boolean }> {
  const signal = AbortSignal.timeout(20_000);
  const pair = new Pair();
  const { line } = pair;
  let repeats = 0;
  const carrier: ClientCarrier = {
    exchange: async (packet, stop) => {
      const message = messageOf(await line.client.exchange(packet, stop));
      if (isRepeated) repeats++;
      return packetOf({ ...message, commands: message.commands.flatMap(rest) }, 'wbxml');
    },
    redirect: () => {},
    get repeats() {
      return repeats;
    },
    [Symbol.asyncDispose]: () => line.client[Symbol.asyncDispose](),
  };
  const serve = async (meeting: Promise<Conversation>): Promise<void> => {
    await using server = await meeting;
    await hear(server, 'contacts', signal);
    await tell(server, 'contacts', [put(1, 'add', 's1', 'one'), put(2, 'add', 's2', 'two')], signal);
    await server.finish(signal);
  };
  const serving = serve(greetClient(line.server, pair.host(), signal)).catch(() => undefined);
  try {
    await using client = await greetServer(carrier, pair.plan(), signal);
    const heard = await hear(client, 'my-contacts', signal, ({ id }) => ({ code: 201, luid: `luid-${id}` }));
    await client.finish(signal);
    return { heard: heard.map(({ text }) => text), isMoved: pair.clientMemory.anchorsOf.size > 0 };
  } finally {
    assert.equal(pair.clientMemory.cuts.size + pair.clientMemory.anchorsOf.size, 1);
    line.cut();
    await serving;
  }
}

const noSync: Rest = (command) => (command.kind === 'Sync' ? [] : [command]);
const halfSync: Rest = (command) =>
  command.kind === 'Sync' ? [{ ...command, commands: command.commands.slice(1) }] : [command];

for (const [what, rest] of [
  ['all', noSync],
  ['some', halfSync],
] as const)
  test(`${what} that a server told with a reply that was lost is missed: the session fails, and no anchor moves`, async () => {
    await assert.rejects(session(rest, true), { code: 'NotConnected', message: /was lost with a reply/ });
  });

test('a server that tells less than it announced, or nothing, and was not asked twice, is believed', async () => {
  assert.deepEqual(await session(noSync, false), { heard: [], isMoved: true });
  assert.deepEqual(await session(halfSync, false), { heard: ['two'], isMoved: true });
});

test('where each reply is the second and nothing is missing, all is well', async () => {
  assert.deepEqual(await session((command) => [command], true), { heard: ['one', 'two'], isMoved: true });
});
