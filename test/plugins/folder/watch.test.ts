import assert from 'node:assert/strict';
import { closeSync, openSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Entry, Store } from '../../../src/plugins/contract.js';
import { applyAll, contentsOf, entriesOf, forever, item, refsOf } from '../../support/items.js';
import { until } from '../../support/until.js';
import { type Bed, bed } from './bed.js';

/** A store that has been listed in full, and whose folders are all watched. */
async function settled(t: TestContext, it: Bed): Promise<{ readonly store: Store; anchor: string }> {
  const store = await it.open();
  let anchor: string | undefined;
  for (;;) {
    // What was written just now is looked at once more, so that nothing is missed.
    await pause(15);
    const listing = await store.list(anchor, forever);
    const entries = await entriesOf(listing);
    anchor = listing.anchor;
    if (listing.scope === 'delta' && entries.length === 0) return { store, anchor };
    t.signal.throwIfAborted();
  }
}

const told = (entries: readonly Entry[]): readonly string[] =>
  entries.map((entry) => (entry.kind === 'gone' ? `-${entry.id}` : `+${entry.ref.id}`)).sort();

/** What the next listing tells, if it is a delta. */
async function delta(store: Store, anchor: string): Promise<readonly string[]> {
  const listing = await store.list(anchor, forever);
  const entries = await entriesOf(listing);
  return [listing.scope, ...told(entries)];
}

test('a listing tells what was touched since, and nothing else', { timeout: 30_000 }, async (t) => {
  const it = await bed(t);
  for (let n = 0; n < 50; n++) await it.write(`sub${n % 5}/${n}.txt`, `${n}`);
  const { store, anchor } = await settled(t, it);
  assert.deepEqual(await delta(store, anchor), ['delta']);
  await it.write('sub1/1.txt', 'changed');
  await it.write('sub2/new.txt', 'new');
  await rm(it.path('sub3/3.txt'));
  await rename(it.path('sub4/4.txt'), it.path('sub0/moved.txt'));
  await it.write('.hidden', 'x');
  const expected = ['delta', '+sub0/moved.txt', '+sub1/1.txt', '+sub2/new.txt', '-sub3/3.txt', '-sub4/4.txt'];
  assert.deepEqual(await delta(store, anchor), expected);
  assert.deepEqual(await delta(store, anchor), expected, 'an anchor can be used again');
});

test('what is known outlives the store, for as long as the plugin lives', { timeout: 30_000 }, async (t) => {
  const it = await bed(t);
  await it.write('a.txt', 'a');
  const { store, anchor } = await settled(t, it);
  await store[Symbol.asyncDispose]();
  await it.write('b.txt', 'b');
  assert.deepEqual(await delta(await it.open(), anchor), ['delta', '+b.txt']);
});

test('several who sync with one folder each hear what is news to them', { timeout: 30_000 }, async (t) => {
  const it = await bed(t);
  const { store, anchor } = await settled(t, it);
  await it.write('a.txt', 'a');
  const between = await store.list(anchor, forever);
  await entriesOf(between);
  await it.write('b.txt', 'b');
  assert.deepEqual(await delta(store, anchor), ['delta', '+a.txt', '+b.txt']);
  assert.deepEqual(await delta(store, between.anchor), ['delta', '+b.txt']);
});

test('what we have written ourselves is told too: whoever was interrupted has to see it again', {
  timeout: 30_000,
}, async (t) => {
  const it = await bed(t);
  const { store, anchor } = await settled(t, it);
  await applyAll(store, [{ kind: 'put', key: 1, item: item('ours.txt', 'ours') }]);
  assert.deepEqual(await delta(store, anchor), ['delta', '+ours.txt']);
});

test('a folder that comes, goes or moves makes the next listing full, and the one after it is not', {
  timeout: 30_000,
}, async (t) => {
  const it = await bed(t);
  await it.write('sub/a.txt', 'a');
  await it.write('outside/b.txt', 'b');
  await rename(it.path('outside'), `${it.folder}-outside`);
  const moves = [
    () => rename(`${it.folder}-outside`, it.path('came')),
    () => rename(it.path('sub'), it.path('other')),
    () => rename(it.path('came'), `${it.folder}-outside`),
    () => mkdir(it.path('deep/er/still'), { recursive: true }),
  ];
  for (const move of moves) {
    const { store, anchor } = await settled(t, it);
    await move();
    const listing = await store.list(anchor, forever);
    assert.equal(listing.scope, 'full');
    assert.deepEqual(told(await entriesOf(listing)), (await refsOf(store)).map(({ id }) => `+${id}`).sort());
  }
  const { store, anchor } = await settled(t, it);
  await it.write('deep/er/still/c.txt', 'c');
  assert.deepEqual(await delta(store, anchor), ['delta', '+deep/er/still/c.txt']);
});

test('more news than the kernel keeps makes the next listing full, and it misses nothing', {
  timeout: 60_000,
}, async (t) => {
  const it = await bed(t);
  const { store, anchor } = await settled(t, it);
  // In one turn of the event loop, so that nobody can read the queue meanwhile.
  for (let n = 0; n < 9000; n++) {
    const file = openSync(it.path(`${n}.txt`), 'w');
    writeFileSync(file, 'x');
    closeSync(file);
    renameSync(it.path(`${n}.txt`), it.path(`${n}-moved.txt`));
  }
  const listing = await store.list(anchor, forever);
  assert.equal(listing.scope, 'full');
  assert.equal((await entriesOf(listing)).length, 9000);
});

test('a tree of more folders than may be watched is surveyed each time, and nothing is missed', {
  timeout: 60_000,
}, async (t) => {
  const it = await bed(t);
  for (let n = 0; n < 1100; n++) await mkdir(it.path(`${n}`));
  await it.write('5/a.txt', 'a');
  const store = await it.open();
  const first = await store.list(undefined, forever);
  assert.equal((await entriesOf(first)).length, 1);
  await it.write('1099/b.txt', 'b');
  const second = await store.list(first.anchor, forever);
  assert.equal(second.scope, 'full');
  assert.equal((await entriesOf(second)).length, 2);
  assert(it.log.lines.some(({ message }) => message.includes('is not watched')));
});

test('what happens in a folder between the look into it and the listening is not missed', {
  timeout: 30_000,
}, async (t) => {
  const edits: Readonly<Record<string, (it: Bed, folder: number) => void>> = {
    'an edit': (it, folder) => writeFileSync(it.path(`${folder}/3.txt`), 'edited'),
    'a new file': (it, folder) => writeFileSync(it.path(`${folder}/new.txt`), 'new'),
    'a removal': (it, folder) => unlinkSync(it.path(`${folder}/3.txt`)),
  };
  for (const [what, edit] of Object.entries(edits)) {
    const it = await bed(t);
    for (let n = 0; n < 2400; n++) await it.write(`${n % 60}/${n}.txt`, `${n}`);
    await it.write('0/3.txt', 'in the first folder');
    for (let folder = 1; folder < 60; folder++) await it.write(`${folder}/3.txt`, 'before');
    await pause(20);
    const picture = new Map<string, string>();
    const apply = (entries: readonly Entry[]): void => {
      for (const entry of entries)
        if (entry.kind === 'gone') picture.delete(entry.id);
        else picture.set(entry.ref.id, entry.ref.revision);
    };
    const store = await it.open();
    const first = await store.list(undefined, forever);
    let begun = false;
    for await (const entry of first.entries) {
      apply([entry]);
      if (begun) continue;
      begun = true;
      // The survey reads ahead of us: it has seen folders that it does not listen to yet.
      await pause(50);
      for (let folder = 0; folder < 60; folder++) edit(it, folder);
      await pause(20);
    }
    const second = await store.list(first.anchor, forever);
    if (second.scope === 'full') picture.clear();
    apply(await entriesOf(second));
    const now = new Map((await refsOf(await it.open())).map(({ id, revision }) => [id, revision]));
    assert.deepEqual(picture, now, what);
  }
});

test('a folder that was swapped for another is not taken for the one that was watched', {
  timeout: 30_000,
}, async (t) => {
  const it = await bed(t);
  await it.write('a.txt', 'a');
  const { store, anchor } = await settled(t, it);
  await store[Symbol.asyncDispose]();
  await rename(it.folder, `${it.folder}-before`);
  await mkdir(it.folder);
  await writeFile(it.path('b.txt'), 'b');
  const listing = await (await it.open()).list(anchor, forever);
  assert.equal(listing.scope, 'full');
  assert.deepEqual(told(await entriesOf(listing)), ['+b.txt']);
});

test('what happens in a new folder is heard by those who listen, without a listing', { timeout: 30_000 }, async (t) => {
  const it = await bed(t);
  const { store } = await settled(t, it);
  assert(store.watch !== undefined);
  const stop = new AbortController();
  let pulses = 0;
  const listening = (async () => {
    for await (const _ of store.watch?.(stop.signal) ?? []) pulses++;
  })();
  await it.write('new/a.txt', 'a');
  await until(() => pulses > 0);
  // Once it is watched each write is heard; until then it may be written again.
  for (let before = pulses, n = 0; pulses < before + 3; n++) {
    await it.write('new/a.txt', `${n}`);
    await pause(10);
  }
  stop.abort();
  await listening;
  assert.equal((await contentsOf(store)).size, 1);
});
