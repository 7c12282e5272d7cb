import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { execute } from '../../../src/daemon/sync/execute.js';
import type { Job, Side } from '../../../src/daemon/sync/job.js';
import { commit, compare } from '../../../src/daemon/sync/plan.js';
import { CradleError } from '../../../src/dbus/errors.js';
import { SMALL_BODY } from '../../../src/plugins/body.js';
import type { Edit, Receipt, Store } from '../../../src/plugins/contract.js';
import type { Fault, Misbehaviour, Moment } from '../../fakes/faulty-store.js';
import { temporaryFolder } from '../../support/tmp.js';
import { type Held, World } from './world.js';

const fails = (code: string) => (error: unknown) => error instanceof CradleError && error.code === code;

/** A fault at the nth moment of a kind. */
function at(moment: Moment, number: number, fault: Fault): Misbehaviour {
  let count = 0;
  return { fault: (each) => (each === moment && ++count === number ? fault : undefined) };
}

const contents = (world: World, side: Side): readonly string[] => world.held(side).map(([, content]) => content);

async function settle(world: World): Promise<void> {
  for (let round = 0; round < 4; round++) if ((await world.sync()).plan.steps.length === 0) return;
  assert.fail('it never comes to rest');
}

test('a refused item is told, is tried again until it passes, and the others go on', async () => {
  const world = new World();
  for (const name of ['a', 'b', 'c']) world.put('left', name, name);
  const refusing = () => at('edit', 2, 'refuse');
  const first = await world.sync({ right: refusing() });
  assert.deepEqual(first.refused, [{ side: 'right', name: 'b', reason: 'the store does not like this one' }]);
  assert.equal(first.refusedCount, 1);
  assert.deepEqual(contents(world, 'right'), ['a', 'c']);
  const second = await world.sync({ right: at('edit', 1, 'refuse') });
  assert.equal(second.refusedCount, 1, 'tried again though nothing moved');
  await world.sync();
  assert.deepEqual(contents(world, 'right'), ['a', 'b', 'c']);
  assert.ok((await world.sync()).plan.steps.length === 0);
});

test('an item that cannot be read is told, and tried again', async () => {
  const world = new World();
  world.put('left', 'a', 'a');
  assert.equal((await world.sync({ left: at('read', 1, 'refuse') })).refusedCount, 1);
  await world.sync();
  assert.deepEqual(contents(world, 'right'), ['a']);
});

test('a nameless item that cannot be read holds back what may be the same, once', async () => {
  const world = new World();
  for (const side of ['left', 'right'] as const) world.put(side, undefined, 'Ann');
  world.put('left', undefined, 'Barbara '.repeat(100_000));
  const unreadable = { fault: (moment: Moment) => (moment === 'read' ? ('refuse' as const) : undefined) };
  const first = await world.sync({ right: unreadable });
  assert.deepEqual([world.left.size, world.right.size, first.refusedCount], [2, 2, 1], 'Barbara is too long to be Ann');
  await world.sync();
  assert.deepEqual([world.left.size, world.right.size], [2, 2]);
  world.put('right', undefined, 'Carl');
  for (let round = 0; round < 3; round++) {
    world.put('left', undefined, `new ${round}`);
    await world.sync({ right: unreadable });
  }
  assert.equal(world.right.size, 2 + 1 + 3, 'nobody waits for ever');
});

test('an item that has gone when it is read is skipped, and looked at again', async () => {
  const world = new World();
  world.put('left', 'a', 'a');
  const outcome = await world.sync({ left: at('read', 1, 'vanish') });
  assert.equal(outcome.refusedCount, 0);
  assert.equal(outcome.pending.length, 1);
  await world.sync();
  assert.deepEqual(contents(world, 'right'), ['a']);
});

test('an item that changed since it was listed is not overwritten', async () => {
  const world = new World();
  world.put('left', 'a', '1');
  await world.sync();
  world.put('left', 'a', '2');
  const meanwhile = { before: (moment: Moment) => void (moment === 'edit' && world.put('right', 'a', 'phone')) };
  const outcome = await world.sync({ right: meanwhile });
  assert.equal(outcome.refusedCount, 1);
  assert.deepEqual(contents(world, 'right'), ['phone']);
  await settle(world);
  assert.deepEqual(world.held('left'), world.held('right'));
  assert.deepEqual([...contents(world, 'left')].sort(), ['2', 'phone']);
});

test('an item that is edited while it is copied is copied again', async () => {
  const world = new World();
  world.put('left', 'a', '1');
  let once = true;
  const meanwhile = {
    before: (moment: Moment) => {
      if (moment !== 'read' || !once) return;
      once = false;
      world.put('left', 'a', '2');
    },
  };
  await world.sync({ left: meanwhile });
  await settle(world);
  assert.deepEqual([contents(world, 'left'), contents(world, 'right')], [['2'], ['2']]);
});

test('receipts may come at the end, the last first', async () => {
  const world = new World();
  for (let number = 0; number < 2_000; number++) world.put('left', `item ${number}`, `content ${number}`);
  await world.sync({ right: { late: true } });
  assert.deepEqual(world.held('right'), world.held('left'));
  assert.equal(world.mapping.size, 2_000);
  assert.deepEqual(world.mapping.intents(), []);
});

test('a store that goes away ends the session by that name, and what was receipted stays', async () => {
  const world = new World();
  for (const name of ['a', 'b', 'c', 'd']) world.put('left', name, name);
  await assert.rejects(world.sync({ right: at('edit', 3, 'cut') }), fails('NotConnected'));
  assert.equal(world.mapping.size, 2);
  assert.equal(world.mapping.agreement?.anchors, undefined, 'the anchors stay where they were');
  const { right } = await world.sync();
  assert.equal(right.created, 2, 'only what was missing is copied');
});

test('a cancelled session stops soon, and goes on where it was', async () => {
  const world = new World();
  for (let number = 0; number < 50; number++) world.put('left', `item ${number}`, 'x');
  const stop = new AbortController();
  let receipts = 0;
  const stopping = { before: (moment: Moment) => void (moment === 'receipt' && ++receipts === 10 && stop.abort()) };
  await assert.rejects(world.sync({ right: stopping }, {}, stop.signal), fails('Cancelled'));
  assert.ok(world.right.size < 50);
  const copied = world.right.size;
  assert.equal((await world.sync()).right.created, 50 - copied);
});

test('a session that nobody listens to any more writes down what was receipted', async () => {
  const world = new World();
  for (const name of ['a', 'b', 'c', 'd']) world.put('left', name, name);
  const job = world.job();
  const signal = new AbortController().signal;
  let steps = 0;
  for await (const _ of execute(job, await compare(job, signal), signal)) if (++steps === 2) break;
  assert.equal(world.mapping.size, 2);
});

test('a copy whose reply was lost is recognised, even if its source has been edited or removed since', async () => {
  for (const deed of ['nothing', 'edit', 'remove'] as const) {
    const world = new World();
    for (const name of ['a', 'b', 'c']) world.put('left', name, `${name}1`);
    await assert.rejects(world.sync({ right: at('receipt', 2, 'lose') }), fails('NotConnected'));
    assert.equal(world.right.size, 2);
    if (deed === 'edit') world.put('left', 'b', 'b2');
    if (deed === 'remove') world.remove('left', 'b');
    const outcome = await world.sync();
    assert.equal(outcome.conflicts, 0);
    const b = { nothing: ['b1'], edit: ['b2'], remove: [] }[deed];
    for (const side of ['left', 'right'] as const) assert.deepEqual(contents(world, side), ['a1', ...b, 'c1'], deed);
    await settle(world);
  }
});

test('an overwritten item whose reply was lost is no conflict, even if its source has been edited since', async () => {
  for (const edit of [false, true]) {
    const world = new World();
    world.put('left', 'a', '1');
    await world.sync();
    world.put('left', 'a', '2');
    await assert.rejects(world.sync({ right: at('receipt', 1, 'lose') }), fails('NotConnected'));
    assert.deepEqual(contents(world, 'right'), ['2']);
    if (edit) world.put('left', 'a', '3');
    assert.equal((await world.sync()).conflicts, 0);
    assert.deepEqual([contents(world, 'left'), contents(world, 'right')], edit ? [['3'], ['3']] : [['2'], ['2']]);
  }
});

test('a copy without a name whose reply was lost is recognised by its content', async () => {
  const world = new World();
  const first = world.put('left', undefined, 'Ann');
  world.put('left', undefined, 'Bob');
  await assert.rejects(world.sync({ right: at('receipt', 2, 'lose') }), fails('NotConnected'));
  world.write('left', first.id, 'Ann Marie');
  await settle(world);
  assert.deepEqual(contents(world, 'right'), ['Ann Marie', 'Bob']);
});

test('a removal whose reply was lost is not taken for one by hand', async () => {
  const world = new World();
  for (const name of ['a.raw', 'b.jpg']) world.put('left', name, name);
  await world.sync();
  const onlyJpg: Partial<Job> = { wanted: (ref) => ref.name !== 'a.raw', terms: '*.jpg' };
  await assert.rejects(world.sync({ right: at('receipt', 1, 'lose') }, onlyJpg), fails('NotConnected'));
  assert.equal(world.right.size, 1);
  await world.sync();
  assert.deepEqual(world.held('left'), world.held('right'));
  assert.equal(world.left.size, 2);
});

test('a large body is never held, and recognised after a lost reply', async () => {
  const world = new World();
  const film = 'film '.repeat(SMALL_BODY);
  world.put('left', 'film', film);
  await assert.rejects(world.sync({ right: at('receipt', 1, 'lose') }), fails('NotConnected'));
  const intent = world.mapping.intents().at(-1);
  assert.ok(intent?.kind === 'put' && intent.digest !== undefined, 'its digest was durable before it was stored');
  world.put('left', 'film', `${film} the end`);
  const outcome = await world.sync();
  assert.deepEqual([outcome.conflicts, outcome.right.changed], [0, 1]);
  assert.equal((await world.sync()).plan.total, 0);
});

/** A store whose receipts are what a test says. */
function answering(store: Store, answer: (edit: Edit) => Receipt | undefined): Store {
  return {
    info: store.info,
    list: (since, signal) => store.list(since, signal),
    read: (id, signal) => store.read(id, signal),
    async *apply(edits) {
      for await (const edit of edits) {
        const receipt = answer(edit);
        if (receipt !== undefined) yield receipt;
      }
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

test('what a store discards is dropped on the other side too, and the attic has it', async () => {
  const world = new World();
  world.put('left', 'a', 'unloved');
  const right = answering(world.job().right, ({ key }) => ({ key, outcome: 'discard' }));
  const outcome = await world.sync({}, { right });
  assert.equal(outcome.left.removed, 1);
  assert.equal(world.left.size, 0);
  assert.deepEqual(world.attic.copies, [{ side: 'left', name: 'a', content: 'unloved', why: 'removed' }]);
  assert.equal((await world.sync()).plan.total, 0);
});

test('a store that holds one of each keeps two equal items over here from stealing its one from each other', async () => {
  const world = new World();
  world.put('left', undefined, 'twin');
  await world.sync();
  world.put('left', undefined, 'twin');
  const only = [...world.right.present()][0]?.ref;
  assert.ok(only);
  for (let round = 0; round < 3; round++) {
    const right = answering(world.job().right, ({ key }) => ({ key, outcome: 'duplicate', ref: only }));
    await world.sync({}, { right });
  }
  assert.deepEqual([world.left.size, world.right.size, world.mapping.size], [2, 1, 1]);
});

test('a store that breaks its contract is named', async () => {
  for (const answer of [(): undefined => undefined, (): Receipt => ({ key: 4_711, outcome: 'removed' })]) {
    const world = new World();
    world.put('left', 'a', 'a');
    const right = answering(world.job().right, answer);
    await assert.rejects(world.sync({}, { right }), fails('PluginFailed'));
  }
});

test('an attic without space keeps everything as it is', async () => {
  const world = new World();
  world.put('left', 'a', '1');
  await world.sync();
  world.put('left', 'a', 'desktop');
  world.put('right', 'a', 'phone');
  const attic = { keep: () => Promise.reject(new CradleError('NoSpace', 'the attic is full')) };
  await assert.rejects(world.sync({}, { attic, policy: () => 'left' }), fails('NoSpace'));
  assert.deepEqual([contents(world, 'left'), contents(world, 'right')], [['desktop'], ['phone']]);
});

test('the tally grows to what was planned', async () => {
  const world = new World();
  for (const name of ['a', 'b', 'c']) world.put('left', name, name);
  for (const name of ['c', 'd']) world.put('right', name, 'other');
  const job = world.job();
  const signal = new AbortController().signal;
  const plan = await compare(job, signal);
  let last = { done: 0, planned: 0, conflicts: 0 };
  const execution = execute(job, plan, signal);
  for await (const tally of execution) {
    assert.ok(tally.done >= last.done && tally.done <= tally.planned);
    last = tally;
  }
  commit(job, plan, execution);
  assert.deepEqual(last, { done: plan.total, planned: plan.total, conflicts: 1 });
});

test('10,000 refused items are counted, and the first hundred told', async () => {
  const world = new World();
  for (let number = 0; number < 10_000; number++) world.put('left', `item ${number}`, 'x');
  const outcome = await world.sync({ right: { fault: (moment) => (moment === 'edit' ? 'refuse' : undefined) } });
  assert.deepEqual([outcome.refusedCount, outcome.refused.length], [10_000, 100]);
});

class PulledPlug extends Error {}

/** What a session has to do in the test below: a bit of everything. */
function prepare(world: World): void {
  world.put('left', 'edited', 'edited on the desktop');
  world.put('right', 'edited too', 'edited on the phone');
  world.remove('left', 'removed');
  world.remove('right', 'removed too');
  world.put('left', 'new', 'new on the desktop');
  world.put('right', 'new too', 'new on the phone');
  world.put('left', 'clash', 'clash on the desktop');
  world.put('right', 'clash', 'clash on the phone');
  world.put('left', 'edit or removal', 'edited on the desktop');
  world.remove('right', 'edit or removal');
  world.put('left', 'same', 'same');
  world.put('right', 'same', 'same');
}

test('pulled at any moment, a session that is run again ends as if nothing had happened', async (t) => {
  const folder = await temporaryFolder(t);
  const names = ['edited', 'edited too', 'removed', 'removed too', 'clash', 'edit or removal', 'kept'];
  let expected: readonly Held[] | undefined;
  for (let moment = 0, over = false; !over; moment++) {
    const world = new World(join(folder, `${moment}`, 'cradle.db'));
    for (const name of names) world.put('left', name, `${name} 1`);
    await world.sync();
    prepare(world);
    let left = moment;
    // Before each call of a store and before each receipt: the plug is pulled, and nothing more is written down.
    const pull = () => {
      if (left-- !== 1) return;
      world.state.close();
      throw new PulledPlug();
    };
    const misbehaviour = { before: pull };
    try {
      const { plan } = await world.sync({ left: misbehaviour, right: misbehaviour });
      over = moment > 0;
      assert.ok(plan.total > 0);
    } catch {
      assert.ok(left < 1, 'it was the plug');
      world.restart();
    }
    if (moment > 0 || over) {
      const after = await world.sync();
      assert.equal(after.refusedCount, 0);
    }
    await settle(world);
    const held = world.held('left');
    assert.deepEqual(world.held('right'), held, `both sides agree after moment ${moment}`);
    expected ??= held;
    assert.deepEqual(held, expected, `nothing lost and nothing doubled after moment ${moment}`);
    assert.deepEqual(world.attic.copies, []);
    world.state.close();
  }
});
