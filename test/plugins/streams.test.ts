import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oneAhead } from '../../src/plugins/ahead.js';
import { flat } from '../../src/plugins/flat.js';
import { InUse } from '../../src/plugins/in-use.js';
import { withPauses } from '../../src/plugins/patience.js';
import { Pulse } from '../../src/plugins/pulse.js';
import { each, forever } from '../support/items.js';

async function all<T>(source: AsyncIterable<T>): Promise<readonly T[]> {
  const values: T[] = [];
  for await (const value of source) values.push(value);
  return values;
}

test('a source that keeps silent gives a pause, once, and goes on', async () => {
  const source = async function* () {
    yield 1;
    await new Promise((resolve) => setTimeout(resolve, 60));
    yield 2;
  };
  assert.deepEqual(await all(withPauses(source(), 10, forever)), [1, undefined, 2]);
  assert.deepEqual(await all(withPauses(each([1, 2, 3]), 10_000, forever)), [1, 2, 3]);
});

test('a source that fails fails whoever waits for it, and one that is left is told', async () => {
  const failing = async function* () {
    yield 1;
    throw new Error('broken');
  };
  await assert.rejects(all(withPauses(failing(), 10, forever)), /broken/);
  let left = false;
  const source = async function* () {
    try {
      for (let n = 0; ; n++) yield n;
    } finally {
      left = true;
    }
  };
  for await (const n of withPauses(source(), 10, forever)) if (n === 3) break;
  await new Promise((resolve) => setImmediate(resolve));
  assert(left);
});

test('one is read ahead, no more, in order, and failures come where they belong', async () => {
  let asked = 0;
  const source = async function* () {
    for (let n = 0; n < 5; n++) {
      asked = n;
      if (n === 4) throw new Error('broken');
      yield n;
    }
  };
  const seen: number[] = [];
  await assert.rejects(async () => {
    for await (const n of oneAhead(source())) {
      seen.push(n);
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(asked, n + 1);
    }
  }, /broken/);
  assert.deepEqual(seen, [0, 1, 2, 3]);
});

test('lists are told value by value; who stops early stops the source, and a failure comes through', async () => {
  let ended = 0;
  const lists = async function* () {
    try {
      yield [1, 2];
      yield [];
      yield [3];
    } finally {
      ended++;
    }
  };
  assert.deepEqual(await all(flat(lists(), () => {})), [1, 2, 3]);
  for await (const value of flat(lists(), () => {})) if (value === 2) break;
  assert.equal(ended, 2);
  let left = 2;
  const check = () => {
    if (left-- === 0) throw new Error('enough');
  };
  await assert.rejects(all(flat(lists(), check)), /enough/);
  assert.equal(ended, 3);
});

test('pulses melt into one while the listener is busy, and end with the source or the signal', async () => {
  const pulse = new Pulse();
  const stop = new AbortController();
  const listener = pulse.watch(stop.signal)[Symbol.asyncIterator]();
  for (let n = 0; n < 10; n++) pulse.fire();
  assert.equal((await listener.next()).done, false);
  const next = listener.next();
  assert(pulse.watched);
  stop.abort();
  assert.equal((await next).done, true);
  assert.equal(pulse.watched, false);
  const other = pulse.watch(forever)[Symbol.asyncIterator]();
  const last = other.next();
  pulse[Symbol.dispose]();
  assert.equal((await last).done, true);
  assert.deepEqual(await all(pulse.watch(forever)), []);
});

test('a thing is idle when nothing is under way, and a consumer that pauses keeps nothing in use', async () => {
  const use = new InUse();
  await use.idle();
  let finish = (): void => {};
  const work = use.run(
    () =>
      new Promise<void>((resolve) => {
        finish = resolve;
      }),
  );
  let idle = false;
  const waiting = use.idle().then(() => {
    idle = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(idle, false);
  finish();
  await Promise.all([work, waiting]);
  const values = use.iterate(
    (async function* () {
      yield 1;
      yield 2;
    })(),
  );
  assert.equal((await values.next()).value, 1);
  await use.idle();
  assert.deepEqual(await all(values), [2]);
});
