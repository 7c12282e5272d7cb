import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Encoding, Version } from '../../src/plugins/syncml/codec/document.js';
import { put, remove } from '../plugins/syncml/dialogue/pair.js';
import { type ClientOptions, DialogueClient } from './support/dialogue-client.js';
import { HordeServer, hordeMissing } from './support/horde-server.js';
import { card } from './support/people.js';

const skip = hordeMissing;

interface Both {
  readonly server: HordeServer;
  readonly client: DialogueClient;
}

/** Horde and a client of ours, which have never met. */
async function meeting(t: TestContext, options: Partial<ClientOptions> = {}): Promise<Both> {
  const server = await HordeServer.start(t, { user: 'alice', password: 'secret' });
  return { server, client: new DialogueClient({ url: server.url, ...options }) };
}

/** A card of this number as the server has it: it takes no line ends at the end. */
const bare = (number: number, more?: Parameters<typeof card>[1]): string => card(number, more).trimEnd();

const texts = async ({ server }: Both, database: 'contacts' | 'calendar' = 'contacts'): Promise<readonly string[]> =>
  [...(await server.items(database)).values()].map((bytes) => bytes.toString().trimEnd()).sort();

const PAIRS: readonly (readonly [Version, Encoding])[] = (['1.2', '1.1', '1.0'] as const).flatMap((version) =>
  (['wbxml', 'xml'] as const).map((encoding) => [version, encoding] as const),
);

for (const [version, encoding] of PAIRS)
  test(`Horde and our client bring each other's changes across in SyncML ${version} as ${encoding}`, {
    skip,
  }, async (t) => {
    const both = await meeting(t, { version, encoding });
    const { server, client } = both;
    await server.put('contacts', 's1', card(101));
    await server.put('contacts', 's2', card(102));
    await server.put('contacts', 's3', card(103));
    const slow = await client.contacts('two-way', [put(1, 'add', 'c1', card(1)), put(2, 'add', 'c2', card(2))]);
    assert.equal(slow.mode, 'slow');
    assert.deepEqual(
      [...slow.codes],
      [
        [1, 201],
        [2, 201],
      ],
    );
    assert.deepEqual(
      slow.heard.map(({ kind, id, text }) => [kind, id, text]).sort(),
      [101, 102, 103].map((number, at) => ['add', `s${at + 1}`, bare(number)]),
    );
    assert.deepEqual(await texts(both), [1, 2, 101, 102, 103].map((number) => bare(number)).sort());

    const idle = await client.contacts('two-way');
    assert.deepEqual([idle.mode, idle.heard, [...idle.codes]], ['two-way', [], []]);

    await server.put('contacts', 's4', card(104));
    await server.put('contacts', 's1', card(101, { phone: '+49 30 1' }));
    await server.remove('contacts', 's2');
    const news = await client.contacts('two-way', [
      put(1, 'add', 'c3', card(3)),
      put(2, 'replace', 'c1', card(1, { phone: '+49 30 2' })),
      remove(3, 'c2'),
      remove(4, 'luid-s3'),
    ]);
    assert.deepEqual(
      [...news.codes],
      [
        [1, 201],
        [2, 200],
        [3, 200],
        [4, 200],
      ],
    );
    assert.deepEqual(news.heard.map(({ kind, id, text }) => [kind, id, text]).sort(), [
      ['add', 's4', bare(104)],
      ['delete', 'luid-s2', ''],
      ['replace', 'luid-s1', bare(101, { phone: '+49 30 1' })],
    ]);
    assert.deepEqual(
      await texts(both),
      [bare(1, { phone: '+49 30 2' }), bare(3), bare(101, { phone: '+49 30 1' }), bare(104)].sort(),
    );
    // The server took what we said of its item for what it calls s4.
    assert.deepEqual([...(await client.contacts('two-way', [remove(1, 'luid-s4')])).codes], [[1, 200]]);
    assert.equal((await texts(both)).length, 3);
  });
