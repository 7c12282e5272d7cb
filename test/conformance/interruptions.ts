import assert from 'node:assert/strict';
import type { Edit, Receipt } from '../../src/plugins/contract.js';
import { applyAll, contentsOf, forever, item, put, refsOf } from '../support/items.js';
import { CANCELLED, type Rule, three } from './rule.js';

/** What is left when something stops in the middle. */
export function interruptionRules(rule: Rule): void {
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
    }, CANCELLED);
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
    }, CANCELLED);
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

  rule('a closed store says so, and can be closed again', async (store, data) => {
    await put(store, item('a.txt', 'one'));
    await store[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
    const closed = { code: 'StoreUnavailable' };
    await assert.rejects(store.list(undefined, forever), closed);
    await assert.rejects(store.read('a.txt', forever), closed);
    await assert.rejects(applyAll(store, three()), closed);
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
