import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { CradleError } from '../../src/dbus/errors.js';
import { chunksOf, digestOf, isLarge, type LargeBody, SMALL_BODY } from '../../src/plugins/body.js';
import type { Edit } from '../../src/plugins/contract.js';
import { applyAll, applyOne, contentsOf, forever, item, put, refsOf } from '../support/items.js';
import { code, codeOf, type Peculiarities, type Rule } from './rule.js';

/** Names that have broken other programs. */
const NAMES = [
  'plain.txt',
  'with space.txt',
  ' leading space.txt',
  'trailing dot..txt',
  'it\'s "quoted" `so` $HOME %s &amp; 100%.txt',
  'back\\slash.txt',
  'what? really* <yes> | no: maybe.txt',
  'Ünïcödé ß.txt',
  'Привет, мир.txt',
  'καλημέρα.txt',
  'שלום.txt',
  'مرحبا بالعالم.txt',
  'नमस्ते.txt',
  'สวัสดี.txt',
  '你好，世界.txt',
  'こんにちは.txt',
  '안녕하세요.txt',
  'emoji 👩‍👩‍👧‍👦 🏳️‍🌈.txt',
  '𝒜 beyond the basic plane 𐍈.txt',
  'tab\there.txt',
  'CON.txt',
  'nul',
  'a'.repeat(200),
  'ö'.repeat(120),
];

/** Registers the tests that every store passes. */

/** Contents of any size, names of any kind. */
export function contentRules(rule: Rule, peculiarities: Peculiarities): void {
  rule('a large content goes in and out in pieces', async (store) => {
    const body = largeBody(9 * 1024 * 1024 + 17);
    const ref = await put(store, item('film.txt', new Uint8Array(), { body }));
    assert.equal(ref.size, body.size);
    const found = await store.read(ref.id, forever);
    assert(found !== undefined && isLarge(found.body) && found.body.size === body.size);
    const wanted = await digestOf(body, forever);
    assert.equal(await digestOf(found.body, forever), wanted);
    assert.equal(await digestOf(found.body, forever), wanted, 'it can be opened as often as asked');
    for await (const chunk of chunksOf(found.body, forever)) assert(chunk.byteLength <= 4 * 1024 * 1024);
  });

  rule('a content that fails halfway is refused, and nothing of it is seen', async (store) => {
    const body: LargeBody = {
      size: 2 * SMALL_BODY,
      async *open() {
        yield Buffer.alloc(SMALL_BODY);
        throw new CradleError('ItemChanged', 'it changed while it was read');
      },
    };
    const receipts = await applyAll(store, [
      { kind: 'put', key: 1, item: item('good.txt', 'good') },
      { kind: 'put', key: 2, item: item('bad.txt', new Uint8Array(), { body }) },
    ]);
    assert.equal(codeOf(receipts.find(({ key }) => key === 2)), 'ItemChanged');
    assert.deepEqual(await contentsOf(store), new Map([['good.txt', 'good']]));
  });

  rule('a content of another length than it says is refused', async (store) => {
    for (const length of [SMALL_BODY, 3 * SMALL_BODY]) {
      const body: LargeBody = {
        size: 2 * SMALL_BODY,
        async *open() {
          yield Buffer.alloc(length);
        },
      };
      const receipt = await applyOne(store, { kind: 'put', key: 1, item: item('a.txt', new Uint8Array(), { body }) });
      assert.equal(codeOf(receipt), 'ItemChanged');
    }
    assert.deepEqual(await refsOf(store), []);
  });

  rule('a large content that changes while it is read is not given as whole', async (store, data) => {
    await data.write('film.txt', 'one'.repeat(SMALL_BODY));
    const [ref] = await refsOf(store);
    const found = await store.read(ref?.id ?? '', forever);
    assert(found !== undefined);
    await data.write('film.txt', 'two'.repeat(SMALL_BODY));
    const whole = createHash('sha256').update('one'.repeat(SMALL_BODY)).digest('base64url');
    // Either the old content, kept as it was, or an honest word.
    const digest = await digestOf(found.body, forever).catch(code);
    assert(digest === whole || digest === 'ItemChanged');
  });

  rule('names of every script, and with signs of every kind, come back as they were', async (store) => {
    const receipts = await applyAll(
      store,
      NAMES.map((one, key): Edit => ({ kind: 'put', key, item: item(one, `content ${key}`) })),
    );
    for (const receipt of receipts) assert.equal(receipt.outcome, 'stored', NAMES[receipt.key]);
    const contents = await contentsOf(store);
    for (const [key, one] of NAMES.entries()) assert.equal(contents.get(one), `content ${key}`, one);
    assert.equal(contents.size, NAMES.length);
  });

  rule('names that differ in case or in Unicode form only are two items', async (store) => {
    const names = ['readme.txt', 'README.txt', 'caf\u00e9.txt', 'cafe\u0301.txt'];
    await applyAll(
      store,
      names.map((one, key): Edit => ({ kind: 'put', key, item: item(one, `content ${key}`) })),
    );
    const contents = await contentsOf(store);
    assert.deepEqual([...contents.values()].sort(), ['content 0', 'content 1', 'content 2', 'content 3']);
    if (peculiarities.caseless !== true) assert.deepEqual([...contents.keys()].sort(), [...names].sort());
  });
}

/** Bytes that repeat nowhere near. */
function largeBody(size: number): LargeBody {
  return {
    size,
    async *open() {
      for (let at = 0; at < size; at += SMALL_BODY) {
        const chunk = Buffer.alloc(Math.min(SMALL_BODY, size - at));
        for (let word = 0; word + 4 <= chunk.length; word += 4)
          chunk.writeUInt32LE((at + word * 2654435761) >>> 0, word);
        yield chunk;
      }
    },
  };
}
