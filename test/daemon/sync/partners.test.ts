import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openState, type State } from '../../../src/daemon/state/state.js';
import { execute } from '../../../src/daemon/sync/execute.js';
import type { Job } from '../../../src/daemon/sync/job.js';
import { commit, compare } from '../../../src/daemon/sync/plan.js';
import { MemoryCollection } from '../../../src/plugins/memory/collection.js';
import { MemoryStore } from '../../../src/plugins/memory/store.js';
import { RecordingAttic } from '../../fakes/recording-attic.js';
import { aBinding, byName, type Held, silent } from './world.js';

const never = new AbortController().signal;

/** Several data sets, each pair of which may have a binding. */
class Circle {
  readonly stores: readonly MemoryCollection[];
  readonly #state: State;

  constructor(names: readonly string[]) {
    this.stores = names.map((name) => new MemoryCollection({ name, identity: `memory:${name}` }));
    this.#state = openState(':memory:', silent);
    this.#state.bindings.put(aBinding());
  }

  at(index: number): MemoryCollection {
    const store = this.stores[index];
    assert.ok(store);
    return store;
  }

  put(index: number, name: string, content: string): void {
    const store = this.at(index);
    const id = store.named(name)?.ref.id;
    store.put({ contentType: 'application/octet-stream', summary: '', name }, Buffer.from(content), id);
  }

  remove(index: number, name: string): void {
    const kept = this.at(index).named(name);
    if (kept !== undefined) this.at(index).remove(kept.ref.id);
  }

  held(index: number): readonly Held[] {
    return [...this.at(index).present()]
      .map(({ ref, bytes }): Held => [ref.name, Buffer.from(bytes).toString()])
      .sort(byName);
  }

  /** One session; tells whether it had anything to do. */
  async sync(left: number, right: number): Promise<boolean> {
    const job: Job = {
      left: new MemoryStore(this.at(left)),
      right: new MemoryStore(this.at(right)),
      mapping: this.#state.mapping(aBinding().id, { desktop: String(left), device: String(right) }),
      policy: () => 'both',
      direction: 'both',
      firstSync: 'combine',
      allowMassDeletion: false,
      allowReplaced: false,
      wanted: () => true,
      terms: '',
      attic: new RecordingAttic(),
    };
    const plan = await compare(job, never);
    const execution = execute(job, plan, never);
    for await (const _ of execution);
    commit(job, plan, execution);
    return plan.total > 0;
  }

  /** Every binding in turn, until none has anything to do; fails when they never come to rest. */
  async settle(bindings: readonly (readonly [number, number])[]): Promise<void> {
    for (let round = 0; round < 8; round++) {
      let busy = false;
      for (const [left, right] of bindings) busy = (await this.sync(left, right)) || busy;
      if (!busy) break;
      assert.ok(round < 7, 'they never come to rest');
    }
    for (let index = 1; index < this.stores.length; index++) assert.deepEqual(this.held(index), this.held(0));
  }

  [Symbol.dispose](): void {
    this.#state.close();
  }
}

test('what one device brings to the desktop is news for the other, and no echo to its origin', async () => {
  using circle = new Circle(['desktop', 'phone', 'tablet']);
  circle.put(1, 'from the phone', '1');
  circle.put(2, 'from the tablet', '2');
  await circle.settle([
    [0, 1],
    [0, 2],
  ]);
  assert.equal(circle.held(0).length, 2);
  circle.put(1, 'from the tablet', 'edited on the phone');
  await circle.sync(0, 1);
  assert.ok(await circle.sync(0, 2), 'the tablet hears of it');
  assert.ok(!(await circle.sync(0, 1)), 'the phone knows');
});

test('a circle of partners settles, without doubles and without the return of what was removed', async () => {
  const round: readonly (readonly [number, number])[] = [
    [0, 1],
    [1, 2],
    [2, 0],
  ];
  using circle = new Circle(['laptop', 'phone', 'server']);
  for (let index = 0; index < 3; index++) {
    circle.put(index, 'same', 'the same everywhere');
    circle.put(index, `only ${index}`, String(index));
  }
  await circle.settle(round);
  assert.equal(circle.held(0).length, 4);
  circle.remove(1, 'only 0');
  circle.put(2, 'only 1', 'edited');
  circle.put(0, 'new', 'new');
  await circle.settle(round);
  assert.deepEqual(circle.held(0), [
    ['new', 'new'],
    ['only 1', 'edited'],
    ['only 2', '2'],
    ['same', 'the same everywhere'],
  ]);
});

test('a conflict between all of a circle leaves every version once on each', async () => {
  const round: readonly (readonly [number, number])[] = [
    [0, 1],
    [1, 2],
    [2, 0],
  ];
  using circle = new Circle(['laptop', 'phone', 'server']);
  circle.put(0, 'a.txt', 'first');
  await circle.settle(round);
  for (let index = 0; index < 3; index++) circle.put(index, 'a.txt', `edited on ${index}`);
  await circle.settle(round);
  assert.deepEqual(
    circle
      .held(0)
      .map(([, content]) => content)
      .sort(),
    ['edited on 0', 'edited on 1', 'edited on 2'],
  );
});
