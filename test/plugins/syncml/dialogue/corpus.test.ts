import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Packet } from '../../../../src/plugins/syncml/carrier/carrier.js';
import { greetClient } from '../../../../src/plugins/syncml/dialogue/greeting.js';
import { messageOf } from '../../../../src/plugins/syncml/dialogue/transcoder.js';
import type { Command, Message } from '../../../../src/plugins/syncml/message/message.js';
import { repositoryRoot } from '../../../support/root.js';
import { Line } from './line.js';
import { informationOf, Pair } from './pair.js';

const CORPUS = join(repositoryRoot, 'test/corpus/syncml');

interface Exchange {
  readonly request: Packet;
  readonly reply: Message;
}

const packetOf = (path: string): Packet => ({
  contentType: `application/vnd.syncml+${path.endsWith('.xml') ? 'xml' : 'wbxml'}`,
  bytes: readFileSync(path),
});

/** What one client said in one of its syncs, and what SyncEvolution's server answered. */
function sessions(): ReadonlyMap<string, readonly Exchange[]> {
  const found = new Map<string, Exchange[]>();
  for (const folder of readdirSync(CORPUS, { withFileTypes: true })) {
    if (!folder.isDirectory()) continue;
    const names = readdirSync(join(CORPUS, folder.name)).sort();
    for (const name of names) {
      const [, sync = '', extension = ''] = /^(s\d+-)?\d+-c2s\.(xml|wbxml)$/.exec(name) ?? [];
      const answer = name.replace('c2s', 's2c');
      if (extension === '' || !names.includes(answer)) continue;
      const key = `${folder.name}/${sync}`;
      const reply = messageOf(packetOf(join(CORPUS, folder.name, answer)));
      found.set(key, [...(found.get(key) ?? []), { request: packetOf(join(CORPUS, folder.name, name)), reply }]);
    }
  }
  return found;
}

/** What is answered, and how: all the statuses in their order, without the numbers that each server gives in its own way. */
const answersIn = (message: Message): readonly string[] =>
  message.commands.flatMap((one) =>
    one.kind === 'Status' && one.command !== 'SyncHdr'
      ? [
          `${one.command} ${one.commandRef} of ${one.messageRef} ${[...one.targetRefs, ...one.sourceRefs].join(' ')} ${one.code}`,
        ]
      : [],
  );

const kinds = (message: Message): readonly Command['kind'][] => [
  ...new Set(message.commands.map(({ kind }) => kind).filter((kind) => kind === 'Alert' || kind === 'Results')),
];

const all = sessions();

test('there are sessions of SyncEvolution to be repeated', () => {
  assert(all.size > 40);
});

for (const [name, exchanges] of all) {
  // The challenges of the recorded server are not ours, and it had a past with this client that ours has not.
  const isFresh =
    exchanges[0]?.reply.commands.some((one) => one.kind === 'Status' && one.commandRef === '0' && one.code >= 400) ===
    false;
  if (!isFresh) continue;
  test(`S1: the client of ${name} is answered by us as by the server it talked to`, async () => {
    const signal = AbortSignal.timeout(20_000);
    const pair = new Pair({ password: undefined });
    const line = new Line();
    const [first] = exchanges;
    assert(first !== undefined);
    remember(pair, messageOf(first.request));
    const host = pair.host();
    const serving = greetClient(
      line.server,
      {
        ...host,
        admit: async (caller, until) => {
          const principal = await host.admit(caller, until);
          const datastores = ['addressbook', 'calendar'].map((uri) => ({ name: uri, uri }));
          return principal && { ...principal, datastores, information: informationOf('server-1') };
        },
      },
      signal,
    );
    const taken = serving.then(async (server) => {
      await Promise.all(
        [...server.datastores.values()].map(async (session) => {
          for await (const batch of session.changes(signal))
            for (const change of batch.changes) change.answer(change.kind === 'add' ? 201 : 200);
        }),
      );
      await server.finish(signal);
    });
    taken.catch(() => undefined);
    try {
      for (const { request, reply } of exchanges) {
        const got = messageOf(await line.client.exchange(request, signal));
        assert.deepEqual(answersIn(got).map(without), answersIn(reply).map(without));
        if (got.header.messageId === 1) assert.deepEqual(kinds(got), kinds(reply));
        // What the recorded server sends of its own takes it more messages; ours has nothing to send.
        if (got.final && !reply.final) break;
      }
    } finally {
      line.cut();
      await taken.catch(() => undefined);
      await (await serving)[Symbol.asyncDispose]();
    }
  });
}

/** Codes that depend on what the server holds are one: it went well. */
const without = (status: string): string => status.replace(/ (?:200|201|207|208|211)$/, ' ok');

/** The anchors of the session before, so that this one may build on it. */
function remember({ serverMemory }: Pair, { commands }: Message): void {
  for (const command of commands) {
    if (command.kind !== 'Alert' || command.code === 225) continue;
    for (const { target, meta } of command.items)
      if (target !== undefined && meta?.anchor?.last !== undefined)
        serverMemory.setAnchors(target.uri, { ours: '1', theirs: meta.anchor.last });
  }
}
