import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Conversation } from '../../../../src/plugins/syncml/dialogue/conversation.js';
import { ClientHolder, type Holder, ServerHolder } from './holder.js';
import type { Mishap } from './line.js';
import { Pair } from './pair.js';

const signal = (): AbortSignal => AbortSignal.timeout(30_000);

interface Blow {
  readonly at: number;
  readonly how: Exclude<Mishap, undefined>;
}

const blow: fc.Arbitrary<Blow> = fc.record({
  at: fc.nat(14),
  how: fc.constantFrom<Exclude<Mishap, undefined>[]>('cut-before', 'cut-after', 'reply-lost'),
});

const life = fc.record({
  version: fc.constantFrom('1.0' as const, '1.1' as const, '1.2' as const),
  encoding: fc.constantFrom('xml' as const, 'wbxml' as const),
  clientSize: fc.integer({ min: 3_000, max: 12_000 }),
  serverSize: fc.integer({ min: 3_000, max: 12_000 }),
  rounds: fc.array(
    fc.record({
      adds: fc.tuple(fc.nat(6), fc.nat(6)),
      edits: fc.tuple(fc.nat(3), fc.nat(3)),
      removals: fc.tuple(fc.nat(2), fc.nat(2)),
      size: fc.constantFrom(20, 300, 1_500, 9_000),
      blows: fc.array(blow, { maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});

let words = 0;

/** What its owner does between two syncs; an item that both sides touch at once is the engine's matter, not ours. */
function live(
  holder: Holder,
  [adds, edits, removals]: readonly [number, number, number],
  size: number,
  mine: string,
): void {
  for (let n = 0; n < adds; n++) holder.add(`${mine}-${++words} `.padEnd(size, '&\r\nö'));
  const own = [...holder.items].filter(([, text]) => text.startsWith(mine)).map(([name]) => name);
  for (const name of own.slice(0, edits)) holder.edit(name, `${mine}-edit-${++words} `.padEnd(size, '<'));
  for (const name of own.slice(edits, edits + removals)) holder.remove(name);
}

test('whatever is lost, doubled or cut between a client and a server, each change is done once on the other side', async () => {
  await fc.assert(
    fc.asyncProperty(life, async ({ version, encoding, clientSize, serverSize, rounds }) => {
      let blows: readonly Blow[] = [];
      const pair = new Pair({
        version,
        encoding,
        maxMessageSize: clientSize,
        serverMessageSize: serverSize,
        mishap: (exchange) => blows.find(({ at }) => at === exchange)?.how,
      });
      const client = new ClientHolder(pair.clientMemory, 'my-contacts');
      const server = new ServerHolder(pair.serverMemory, 'contacts');
      const large = version !== '1.0';
      for (const round of rounds) {
        const size = large ? round.size : Math.min(round.size, 100);
        live(client, [round.adds[0], round.edits[0], round.removals[0]], size, 'client');
        live(server, [round.adds[1], round.edits[1], round.removals[1]], size, 'server');
        for (let attempt = 0; ; attempt++) {
          assert(attempt < 12, 'it does not come to an end');
          blows = attempt < 4 ? round.blows.filter((_, at) => at % 4 === attempt) : [];
          const wentWell = await sync(pair, client, server);
          if (wentWell && client.isSettled && server.isSettled) break;
        }
        const [ours, theirs] = [client, server].map(({ items }) => [...items.values()].sort());
        assert.deepEqual(ours, theirs);
      }
      // What was removed meanwhile may have come and gone again with its removal.
      for (const { arrivals, items } of [client, server])
        for (const text of items.values())
          assert((arrivals.get(text) ?? 0) <= 1, `${text.slice(0, 20)} came ${arrivals.get(text)} times`);
    }),
    { numRuns: 60 },
  );
});

async function sync(pair: Pair, client: Holder, server: Holder): Promise<boolean> {
  const meeting = pair.meet(signal());
  const run = async (holder: Holder, greeting: Promise<Conversation>): Promise<boolean> => {
    let conversation: Conversation;
    try {
      conversation = await greeting;
    } catch {
      pair.line.cut();
      return false;
    }
    try {
      await holder.sync(conversation, signal());
      return true;
    } catch {
      pair.line.cut();
      return false;
    } finally {
      await conversation[Symbol.asyncDispose]();
    }
  };
  const both = await Promise.all([run(client, meeting.client), run(server, meeting.server)]);
  return both.every((one) => one);
}
