import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Side } from '../../../src/daemon/sync/job.js';
import { agreed, assertBoth, fails } from './agreed.js';
import { World } from './world.js';

test('a first sync brings each side what the other has, and the next finds nothing to do', async () => {
  const world = new World();
  world.put('left', 'a.bin', 'from the desktop');
  world.put('right', 'b.bin', 'from the phone');
  const first = await world.sync();
  assertBoth(world, { 'a.bin': 'from the desktop', 'b.bin': 'from the phone' });
  assert.deepEqual([first.left.created, first.right.created], [1, 1]);
  assert.equal((await world.sync()).plan.steps.length, 0, 'our own writes are no news');
  assert.ok((await world.sync()).plan.quiet);
});

test('an edit, an addition and a removal go either way', async () => {
  for (const [side, other] of [
    ['left', 'right'],
    ['right', 'left'],
  ] as const) {
    const world = await agreed({ 'a.bin': '1', 'b.bin': '1', 'c.bin': '1', 'd.bin': '1' });
    world.put(side, 'a.bin', '2');
    world.remove(side, 'b.bin');
    world.put(side, 'e.bin', 'new');
    const outcome = await world.sync();
    assertBoth(world, { 'a.bin': '2', 'c.bin': '1', 'd.bin': '1', 'e.bin': 'new' });
    assert.deepEqual(outcome[other], { created: 1, changed: 1, removed: 1 });
    assert.deepEqual(outcome[side], { created: 0, changed: 0, removed: 0 });
    assert.deepEqual(outcome.plan.counts[other], outcome[other], 'the plan had said so');
  }
});

test('what was removed on both sides is forgotten', async () => {
  const world = await agreed({ 'a.bin': '1', 'b.bin': '1' });
  world.remove('left', 'a.bin');
  world.remove('right', 'a.bin');
  assert.equal((await world.sync()).plan.total, 0);
  assert.equal(world.mapping.size, 1);
});

test('a mere touch copies nothing, and is looked at once', async () => {
  const world = await agreed({ 'a.bin': 'same', 'b.bin': 'same too' });
  world.put('left', 'a.bin', 'same');
  const { plan } = await world.sync();
  assert.deepEqual(
    plan.steps.map((step) => step.kind === 'join' && step.why),
    ['touched'],
  );
  let reads = 0;
  await world.sync({ left: { before: (moment) => (reads += moment === 'read' ? 1 : 0) } });
  assert.equal(reads, 0);
});

test('the same edit on both sides is no conflict', async () => {
  const world = await agreed({ 'a.bin': '1' });
  world.put('left', 'a.bin', '2');
  world.put('right', 'a.bin', '2');
  const outcome = await world.sync();
  assert.deepEqual([outcome.conflicts, outcome.joined, outcome.plan.total], [0, 1, 0]);
  assertBoth(world, { 'a.bin': '2' });
});

test('a conflict goes to the side the policy names, and the other version to the attic', async () => {
  for (const [side, won, lost] of [
    ['left', 'desktop', 'phone'],
    ['right', 'phone', 'desktop'],
  ] as const) {
    const world = await agreed({ 'a.bin': '1', 'b.bin': '1' });
    world.put('left', 'a.bin', 'desktop');
    world.put('right', 'a.bin', 'phone');
    const outcome = await world.sync({}, { policy: () => side });
    assertBoth(world, { 'a.bin': won, 'b.bin': '1' });
    assert.equal(outcome.conflicts, 1);
    const loser: Side = side === 'left' ? 'right' : 'left';
    assert.deepEqual(world.attic.copies, [{ side: loser, name: 'a.bin', content: lost, why: 'lost-conflict' }]);
    assert.deepEqual(outcome.kept, [`attic:${loser}/a.bin`]);
  }
});

test('a conflict of which both stay leaves two items of the same names on both sides', async () => {
  const world = await agreed({ 'photos/a.tar.gz': '1', 'photos/a.tar (device).gz': 'taken' });
  world.put('left', 'photos/a.tar.gz', 'desktop');
  world.put('right', 'photos/a.tar.gz', 'phone');
  const outcome = await world.sync();
  assertBoth(world, {
    'photos/a.tar.gz': 'desktop',
    'photos/a.tar (device).gz': 'taken',
    'photos/a.tar (device 2).gz': 'phone',
  });
  assert.equal(outcome.conflicts, 1);
  assert.equal((await world.sync()).plan.total, 0);
});

test('items without names that clash stay as two items on both sides', async () => {
  const world = new World();
  const left = world.put('left', undefined, 'first');
  await world.sync();
  const right = [...world.right.present()][0]?.ref;
  assert.ok(right);
  world.write('left', left.id, 'desktop');
  world.write('right', right.id, 'phone');
  await world.sync();
  for (const side of ['left', 'right'] as const)
    assert.deepEqual(
      world.held(side).map(([, content]) => content),
      ['desktop', 'phone'],
    );
  assert.equal((await world.sync()).plan.total, 0);
});

test('an edit is kept against a removal, on either side', async () => {
  for (const [side, other] of [
    ['left', 'right'],
    ['right', 'left'],
  ] as const) {
    const world = await agreed({ 'a.bin': '1', 'b.bin': '1' });
    world.put(side, 'a.bin', 'edited');
    world.remove(other, 'a.bin');
    await world.sync({}, { policy: () => other });
    assertBoth(world, { 'a.bin': 'edited', 'b.bin': '1' });
  }
});

test('items of a volume that is not attached are neither present nor gone', async () => {
  const world = new World();
  world.right.attach('phone');
  world.right.attach('card');
  world.put('right', 'on card', '1', 'card');
  world.put('right', 'also on card', '1', 'card');
  world.put('right', 'on phone', '1', 'phone');
  await world.sync();
  assert.equal(world.left.size, 3);
  world.right.detach('card');
  world.put('left', 'on card', '2');
  world.remove('left', 'also on card');
  await world.sync();
  assert.equal(world.left.size, 2, 'the absence of a card removes nothing');
  for (let round = 0; round < 2; round++) await world.sync();
  world.right.attach('card');
  await world.sync();
  assertBoth(world, { 'on card': '2', 'on phone': '1' });
});

test('a store that gives an item a new id when it is written over is understood', async () => {
  const world = await agreed({ a: '1', b: '1' });
  world.remove('right', 'a');
  world.put('right', 'a', '2');
  const outcome = await world.sync();
  assertBoth(world, { a: '2', b: '1' });
  assert.deepEqual(outcome.left, { created: 0, changed: 1, removed: 0 });
  assert.equal(world.mapping.size, 2);
  assert.equal((await world.sync()).plan.total, 0);
});

test('an id that is used again for another item is an edit', async () => {
  const world = new World();
  const slot = world.put('right', undefined, 'Ann');
  world.put('right', undefined, 'Bob');
  await world.sync();
  world.write('right', slot.id, 'Carla');
  await world.sync();
  assert.deepEqual(
    world.held('left').map(([, content]) => content),
    ['Bob', 'Carla'],
  );
});

test('another store in the place of the one that was agreed upon stops everything', async () => {
  const world = await agreed({ a: '1', b: '1' });
  const other = new World(':memory:', {});
  other.put('right', 'c', '1');
  Object.assign(other.right.info, { identity: 'memory:another' });
  await assert.rejects(world.sync({}, { right: other.job().right }), fails('StoreReplaced'));
  assert.equal(world.left.size, 2);
  assert.equal(other.right.size, 1);
  await world.sync({}, { right: other.job().right, allowReplaced: true, firstSync: 'keep-right' });
  assert.deepEqual(Object.fromEntries(other.held('right')), { a: '1', b: '1', c: '1' });
  assert.deepEqual(Object.fromEntries(world.held('left')), { a: '1', b: '1', c: '1' });
});

const many = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`item ${at}`, `content ${at}`]));

test('a side that is suddenly empty removes nothing on the other, listed in full or in part', async () => {
  for (const full of [true, false]) {
    const world = await agreed(many(3));
    const { agreement } = world.mapping;
    assert.ok(agreement);
    if (full) world.mapping.agree({ ...agreement, anchors: undefined }, undefined);
    for (const name of Object.keys(many(3))) world.remove('left', name);
    await assert.rejects(world.sync(), fails('MassDeletion'));
    await assert.rejects(world.sync(), fails('MassDeletion'));
    assert.equal(world.right.size, 3);
    await world.sync({}, { allowMassDeletion: true });
    assert.equal(world.right.size, 0);
  }
});

test('more than ten and more than half is a mass deletion, fewer are not', async () => {
  for (const [total, removed, stops] of [
    [30, 15, false],
    [30, 16, true],
    [15, 10, false],
    [15, 11, true],
  ] as const) {
    const world = await agreed(many(total));
    for (const name of Object.keys(many(removed))) world.remove('right', name);
    const session = world.sync();
    if (stops) await assert.rejects(session, fails('MassDeletion'));
    else await session;
    assert.equal(world.left.size, stops ? total : total - removed);
  }
});

test('what was removed on both sides is no mass deletion', async () => {
  const world = await agreed(many(5));
  for (const name of Object.keys(many(5))) for (const side of ['left', 'right'] as const) world.remove(side, name);
  await world.sync();
  assert.equal(world.mapping.size, 0);
});

test('a plan does nothing until it is executed', async () => {
  const world = await agreed({ a: '1', b: '1' });
  world.put('left', 'a', '2');
  world.remove('right', 'b');
  const [left, right, { agreement }] = [world.held('left'), world.held('right'), world.mapping];
  const plan = await world.compare();
  assert.equal(plan.total, 2);
  assert.deepEqual([world.held('left'), world.held('right'), world.mapping.agreement], [left, right, agreement]);
  assert.deepEqual(world.mapping.intents(), []);
});

test('a store that tells a part when it is asked for the whole is named, and nothing is taken for gone', async () => {
  const world = await agreed({ a: '1', b: '1' });
  const { agreement } = world.mapping;
  assert.ok(agreement);
  world.mapping.agree({ ...agreement, anchors: undefined }, undefined);
  const { right } = world.job();
  const list: typeof right.list = async (since, signal) => ({ ...(await right.list(since, signal)), scope: 'delta' });
  const partial = { ...right, info: right.info, list, [Symbol.asyncDispose]: async () => {} };
  await assert.rejects(world.sync({}, { right: partial }), fails('PluginFailed'));
  assert.equal(world.left.size, 2);
});

test('many changes at once are the same as many listed in full', async () => {
  const world = await agreed(many(3_000));
  for (const name of Object.keys(many(2_500))) world.put('left', name, `${name}, edited`);
  const { plan } = await world.sync();
  assert.equal(plan.counts.right.changed, 2_500);
  assert.deepEqual(world.held('right'), world.held('left'));
});
