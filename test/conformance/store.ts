import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { CradleError } from '../../src/dbus/errors.js';
import { chunksOf, digestOf, isLarge, type LargeBody, SMALL_BODY } from '../../src/plugins/body.js';
import type { Edit, Receipt, Store } from '../../src/plugins/contract.js';
import { applyAll, applyOne, contentOf, contentsOf, entriesOf, forever, item, put, refsOf } from '../support/items.js';

/** A data set that is the test's own, and a way to it that does not go through the store. */
export interface DataSet {
  /** Opens a store on it; the test closes what it opens, the scope the rest. */
  open(): Promise<Store>;
  /** What another program does to it meanwhile. */
  write(name: string, content: string): Promise<void>;
  erase(name: string): Promise<void>;
}

export type DataSetFactory = (t: TestContext) => Promise<DataSet>;

/** What a kind of store does not do, and why that is as it should be. */
export interface Peculiarities {
  /** Names that differ in case only are one name. */
  readonly caseless?: boolean;
}

const cancelled = { code: 'Cancelled' };

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
export function storeConformance(name: string, factory: DataSetFactory, peculiarities: Peculiarities = {}): void {
  const rule = (sentence: string, work: (store: Store, data: DataSet) => Promise<void>): void => {
    test(`${name}: ${sentence}`, { timeout: 60_000 }, async (t) => {
      const data = await factory(t);
      await using store = await data.open();
      await work(store, data);
    });
  };

  rule('with nothing in it, it lists nothing, and says that this is all', async (store) => {
    const listing = await store.list(undefined, forever);
    assert.equal(listing.scope, 'full');
    assert.deepEqual(await entriesOf(listing), []);
  });

  rule('what is put is listed, and read as it was', async (store) => {
    const modified = 1_700_000_000_000_000n;
    const ref = await put(store, item('letter.txt', 'Dear Anna', { modified }));
    const [listed, ...more] = await refsOf(store);
    assert.deepEqual(more, []);
    assert.deepEqual(listed, ref);
    assert.equal(ref.name, 'letter.txt');
    assert.equal(ref.size, 9);
    const found = await store.read(ref.id, forever);
    assert.equal(found?.contentType, 'text/plain');
    assert.equal(found?.name, 'letter.txt');
    assert.equal(found?.modified, modified);
    assert.equal(await contentOf(store, ref.id), 'Dear Anna');
  });

  rule('an item without content is an item', async (store) => {
    const ref = await put(store, item('empty.txt', ''));
    assert.equal(ref.size, 0);
    assert.equal(await contentOf(store, ref.id), '');
  });

  rule('what was never there reads as nothing', async (store) => {
    assert.equal(await store.read('no such item.txt', forever).catch(code), undefined);
  });

  rule('each edit has one receipt', async (store) => {
    const old = await put(store, item('old.txt', 'old'));
    const gone = await put(store, item('gone.txt', 'gone'));
    const edits: Edit[] = Array.from({ length: 1500 }, (_, key) => ({
      kind: 'put',
      key,
      item: item(`${key % 7}/item ${key}.txt`, `content ${key}`),
    }));
    edits.push({ kind: 'put', key: 1500, item: item('old.txt', 'new'), replaces: old });
    edits.push({ kind: 'remove', key: 1501, ref: gone });
    const receipts = await applyAll(store, edits);
    assert.deepEqual(
      receipts.map(({ key }) => key).sort((left, right) => left - right),
      edits.map(({ key }) => key),
    );
    const contents = await contentsOf(store);
    assert.equal(contents.size, 1501);
    assert.equal(contents.get('old.txt'), 'new');
    for (const receipt of receipts)
      if ('ref' in receipt && receipt.key < 1500)
        assert.equal(contents.get(receipt.ref.name ?? ''), `content ${receipt.key}`);
  });

  rule('a receipt carries the revision that the next listing shows', async (store) => {
    const receipts = await applyAll(
      store,
      Array.from({ length: 40 }, (_, key): Edit => ({ kind: 'put', key, item: item(`${key}.txt`, `${key}`) })),
    );
    const listed = new Map((await refsOf(store)).map((ref) => [ref.id, ref.revision]));
    for (const receipt of receipts) assert('ref' in receipt && listed.get(receipt.ref.id) === receipt.ref.revision);
  });

  rule('a replacement of the current revision is stored, and is a new revision', async (store) => {
    const before = await put(store, item('a.txt', 'one'));
    const after = await put(store, item('a.txt', 'two'), before);
    assert.equal(after.id, before.id);
    assert.notEqual(after.revision, before.revision);
    assert.deepEqual(await contentsOf(store), new Map([['a.txt', 'two']]));
  });

  rule('a replacement of the same length in the same moment is a new revision', async (store, data) => {
    await data.write('a.txt', 'one');
    const [before] = await refsOf(store);
    await data.write('a.txt', 'two');
    const [after] = await refsOf(store);
    assert.notEqual(after?.revision, before?.revision);
  });

  rule('a replacement of an older revision is refused, and nothing is written', async (store, data) => {
    const before = await put(store, item('a.txt', 'one'));
    await data.write('a.txt', 'somebody else');
    const receipt = await applyOne(store, { kind: 'put', key: 7, item: item('a.txt', 'ours'), replaces: before });
    assert.equal(codeOf(receipt), 'ItemChanged');
    assert.deepEqual(await contentsOf(store), new Map([['a.txt', 'somebody else']]));
  });

  rule('a replacement of what is gone is refused, and nothing appears', async (store, data) => {
    const before = await put(store, item('a.txt', 'one'));
    await data.erase('a.txt');
    const receipt = await applyOne(store, { kind: 'put', key: 7, item: item('a.txt', 'ours'), replaces: before });
    assert.equal(codeOf(receipt), 'ItemChanged');
    assert.deepEqual(await refsOf(store), []);
  });

  rule('a removal takes the item away', async (store) => {
    const ref = await put(store, item('a.txt', 'one'));
    assert.equal((await applyOne(store, { kind: 'remove', key: 3, ref })).outcome, 'removed');
    assert.deepEqual(await refsOf(store), []);
    assert.equal(await store.read(ref.id, forever), undefined);
  });

  rule('a removal of an older revision is refused, and the item stays', async (store, data) => {
    const ref = await put(store, item('a.txt', 'one'));
    await data.write('a.txt', 'somebody else');
    assert.equal(codeOf(await applyOne(store, { kind: 'remove', key: 3, ref })), 'ItemChanged');
    assert.deepEqual(await contentsOf(store), new Map([['a.txt', 'somebody else']]));
  });

  rule('a removal of what is gone already is done', async (store, data) => {
    const ref = await put(store, item('a.txt', 'one'));
    await data.erase('a.txt');
    assert.equal((await applyOne(store, { kind: 'remove', key: 3, ref })).outcome, 'removed');
  });

  rule('a name that was removed can be used again in the same batch', async (store) => {
    const ref = await put(store, item('a.txt', 'one'));
    const receipts = await applyAll(store, [
      { kind: 'remove', key: 1, ref },
      { kind: 'put', key: 2, item: item('a.txt', 'two') },
    ]);
    assert.deepEqual(
      receipts.map(({ outcome }) => outcome),
      ['removed', 'stored'],
    );
    assert.deepEqual(await contentsOf(store), new Map([['a.txt', 'two']]));
  });

  rule('the same content under the same name is a duplicate, and is not written again', async (store) => {
    const first = await put(store, item('a.txt', 'one'));
    const receipt = await applyOne(store, { kind: 'put', key: 5, item: item('a.txt', 'one') });
    assert.deepEqual(receipt, { key: 5, outcome: 'duplicate', ref: first });
    assert.deepEqual(await refsOf(store), [first]);
  });

  rule('another content under the same name stays beside the first', async (store) => {
    const first = await put(store, item('a.txt', 'one'));
    const second = await put(store, item('a.txt', 'two'));
    assert.notEqual(first.id, second.id);
    assert.equal(await contentOf(store, first.id), 'one');
    assert.equal(await contentOf(store, second.id), 'two');
  });

  rule('two equal items of one batch stay two', async (store) => {
    const receipts = await applyAll(store, [
      { kind: 'put', key: 1, item: item('a.txt', 'same') },
      { kind: 'put', key: 2, item: item('a.txt', 'same') },
    ]);
    assert.deepEqual(
      receipts.map(({ outcome }) => outcome),
      ['stored', 'stored'],
    );
    assert.equal((await refsOf(store)).length, 2);
  });

  rule('what it tells since an anchor, put on what was known then, is what is there now', async (store, data) => {
    const picture = new Map<string, string>();
    let anchor: string | undefined;
    const catchUp = async (): Promise<void> => {
      const listing = await store.list(anchor, forever);
      if (listing.scope === 'full') picture.clear();
      for (const entry of await entriesOf(listing))
        if (entry.kind === 'gone') picture.delete(entry.id);
        else picture.set(entry.ref.id, await contentOf(store, entry.ref.id));
      anchor = listing.anchor;
    };
    const now = async (): Promise<ReadonlyMap<string, string>> => {
      const all = new Map<string, string>();
      for (const { id } of await refsOf(store)) all.set(id, await contentOf(store, id));
      return all;
    };
    const steps: (() => Promise<unknown>)[] = [
      () =>
        applyAll(
          store,
          [1, 2, 3, 4, 5].map((key) => ({ kind: 'put', key, item: item(`${key}.txt`, `${key}`) })),
        ),
      () => data.write('1.txt', 'changed'),
      () => data.erase('2.txt'),
      () => data.write('new.txt', 'new'),
      async () => {},
      () => data.write('sub/deep/one.txt', 'deep'),
      () => data.write('sub/deep/two.txt', 'deep'),
      () => data.erase('sub/deep/one.txt'),
      () => data.erase('sub/deep/two.txt'),
      async () => {
        await data.write('3.txt', 'a');
        await data.erase('3.txt');
        await data.write('3.txt', 'b');
      },
    ];
    for (const step of steps) {
      await step();
      await catchUp();
      assert.deepEqual(picture, await now());
    }
  });

  rule('what happens while it is listed is told by this listing or by the next', async (store, data) => {
    for (const name of ['1.txt', '2.txt', '3.txt']) await data.write(name, 'before');
    const first = await store.list(undefined, forever);
    const seen = new Map<string, string>();
    let count = 0;
    for await (const entry of first.entries) {
      if (entry.kind === 'present') seen.set(entry.ref.id, await contentOf(store, entry.ref.id));
      if (count++ > 0) continue;
      for (const name of ['1.txt', '2.txt', '3.txt']) await data.write(name, 'after!');
      await data.write('4.txt', 'after!');
    }
    const second = await store.list(first.anchor, forever);
    for (const entry of await entriesOf(second))
      if (entry.kind === 'present') seen.set(entry.ref.id, await contentOf(store, entry.ref.id));
    assert.deepEqual([...seen.values()], ['after!', 'after!', 'after!', 'after!']);
  });

  rule('what happens between a listing and the writing is told by the next listing', async (store, data) => {
    const { anchor, entries } = await store.list(undefined, forever);
    for await (const _ of entries);
    await data.write('theirs.txt', 'theirs');
    await put(store, item('ours.txt', 'ours'));
    const told = await entriesOf(await store.list(anchor, forever));
    assert(told.some((entry) => entry.kind === 'present' && entry.ref.name === 'theirs.txt'));
  });

  rule(
    'its identity is the same when it is opened again, and an old anchor gets a true answer',
    async (store, data) => {
      const first = await store.list(undefined, forever);
      await entriesOf(first);
      await put(store, item('a.txt', 'one'));
      await using again = await data.open();
      assert.equal(again.info.identity, store.info.identity);
      for (const anchor of [first.anchor, 'an anchor of nobody', '', '0', undefined]) {
        const told = await entriesOf(await again.list(anchor, forever));
        assert(told.some((entry) => entry.kind === 'present' && entry.ref.name === 'a.txt'));
      }
    },
  );

  rule('a listing that is left early does no harm', async (store) => {
    await applyAll(store, each3());
    for await (const entry of (await store.list(undefined, forever)).entries) {
      assert.equal(entry.kind, 'present');
      break;
    }
    assert.equal((await refsOf(store)).length, 3);
  });

  rule('an aborted listing fails as cancelled', async (store) => {
    await applyAll(store, each3());
    const stop = new AbortController();
    const { entries } = await store.list(undefined, stop.signal);
    await assert.rejects(async () => {
      for await (const _ of entries) stop.abort();
    }, cancelled);
    await assert.rejects(store.list(undefined, AbortSignal.abort()), cancelled);
    await assert.rejects(store.read('a.txt', AbortSignal.abort()), cancelled);
    assert.equal((await refsOf(store)).length, 3);
  });

  rule('after an aborted writing everything receipted is there, and everything there is whole', async (store) => {
    const stop = new AbortController();
    const edits = async function* (): AsyncGenerator<Edit> {
      for (let key = 0; ; key++) {
        if (key === 700) stop.abort();
        yield { kind: 'put', key, item: item(`${key}.txt`, `content ${key}`) };
      }
    };
    const receipts: Receipt[] = [];
    await assert.rejects(async () => {
      for await (const receipt of store.apply(edits(), stop.signal)) receipts.push(receipt);
    }, cancelled);
    const contents = await contentsOf(store);
    for (const receipt of receipts)
      assert('ref' in receipt && contents.get(receipt.ref.name ?? '') === `content ${receipt.key}`);
    for (const [at, content] of contents) assert.equal(content, `content ${at.slice(0, -4)}`);
  });

  rule('an abort ends a writing whose source keeps silent', async (store) => {
    const stop = new AbortController();
    const edits = async function* (): AsyncGenerator<Edit> {
      yield { kind: 'put', key: 1, item: item('a.txt', 'one') };
      setImmediate(() => stop.abort());
      await new Promise(() => {});
    };
    await assert.rejects(async () => {
      for await (const _ of store.apply(edits(), stop.signal));
    }, cancelled);
    assert((await refsOf(store)).length <= 1);
  });

  rule('a source that waits for receipts before it goes on gets them', async (store) => {
    let receipted: () => void = () => {};
    const edits = async function* (): AsyncGenerator<Edit> {
      for (const key of [1, 2, 3]) {
        const waits = new Promise<void>((resolve) => {
          receipted = resolve;
        });
        yield { kind: 'put', key, item: item(`${key}.txt`, 'content') };
        await waits;
      }
    };
    const keys: number[] = [];
    for await (const { key } of store.apply(edits(), forever)) {
      keys.push(key);
      receipted();
    }
    assert.deepEqual(keys, [1, 2, 3]);
  });

  rule('a source of edits that fails leaves only what is whole', async (store) => {
    const edits = async function* (): AsyncGenerator<Edit> {
      yield { kind: 'put', key: 1, item: item('a.txt', 'one') };
      throw new Error('the other side is gone');
    };
    await assert.rejects(async () => {
      for await (const _ of store.apply(edits(), forever));
    });
    for (const content of (await contentsOf(store)).values()) assert.equal(content, 'one');
    await put(store, item('b.txt', 'two'));
  });

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

  rule('a closed store says so, and can be closed again', async (store, data) => {
    await put(store, item('a.txt', 'one'));
    await store[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
    const closed = { code: 'StoreUnavailable' };
    await assert.rejects(store.list(undefined, forever), closed);
    await assert.rejects(store.read('a.txt', forever), closed);
    await assert.rejects(applyAll(store, each3()), closed);
    await using again = await data.open();
    assert.equal((await refsOf(again)).length, 1);
  });

  rule('a watch tells that something moved, and ends with its store', async (store, data) => {
    if (store.watch === undefined) return;
    const pulses = store.watch(forever)[Symbol.asyncIterator]();
    const first = pulses.next();
    // A watch begins when it can; what was there before is the listing's business.
    for (let n = 0; ; n++) {
      await data.write('a.txt', `${n}`);
      const result = await Promise.race([first, new Promise((resolve) => setTimeout(resolve, 20))]);
      if (result !== undefined) break;
    }
    assert.equal((await first).done, false);
    const rest = (async () => {
      while ((await pulses.next()).done !== true);
    })();
    await store[Symbol.asyncDispose]();
    await rest;
  });

  rule('a watch ends when it is aborted', async (store) => {
    if (store.watch === undefined) return;
    const stop = new AbortController();
    const pulses = store.watch(stop.signal)[Symbol.asyncIterator]();
    const next = pulses.next();
    stop.abort();
    assert.equal((await next).done, true);
  });
}

function* each3(): Generator<Edit> {
  for (const key of [1, 2, 3]) yield { kind: 'put', key, item: item(`${key}.txt`, `${key}`) };
}

const codeOf = (receipt: Receipt | undefined): string | undefined =>
  receipt?.outcome === 'refused' ? receipt.reason.code : receipt?.outcome;

/** For reading what may fail: the code of the failure in place of the value. */
function code(thrown: unknown): string | undefined {
  if (!(thrown instanceof CradleError)) throw thrown;
  return thrown.code === 'NotFound' ? undefined : thrown.code;
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
