import assert from 'node:assert/strict';
import { applyAll, contentOf, entriesOf, forever, item, put, refsOf } from '../support/items.js';
import { CANCELLED, type Rule, three } from './rule.js';

/** What a listing tells, and when. */
export function listingRules(rule: Rule): void {
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
    await applyAll(store, three());
    for await (const entry of (await store.list(undefined, forever)).entries) {
      assert.equal(entry.kind, 'present');
      break;
    }
    assert.equal((await refsOf(store)).length, 3);
  });

  rule('an aborted listing fails as cancelled', async (store) => {
    await applyAll(store, three());
    const stop = new AbortController();
    const { entries } = await store.list(undefined, stop.signal);
    await assert.rejects(async () => {
      for await (const _ of entries) stop.abort();
    }, CANCELLED);
    await assert.rejects(store.list(undefined, AbortSignal.abort()), CANCELLED);
    await assert.rejects(store.read('a.txt', AbortSignal.abort()), CANCELLED);
    assert.equal((await refsOf(store)).length, 3);
  });
}
