import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agreed, assertBoth } from './agreed.js';
import { World } from './world.js';

const held = (world: World, side: 'left' | 'right') => Object.fromEntries(world.held(side));

/** Both sides have moved since they agreed, in every way there is. */
async function moved(): Promise<World> {
  const world = await agreed({
    kept: '1',
    mine: '1',
    theirs: '1',
    both: '1',
    gone: '1',
    lost: '1',
    'lost and edited': '1',
  });
  world.put('left', 'mine', 'desktop');
  world.put('right', 'theirs', 'phone');
  world.put('left', 'both', 'desktop');
  world.put('right', 'both', 'phone');
  world.remove('left', 'gone');
  world.remove('right', 'lost');
  world.remove('right', 'lost and edited');
  world.put('left', 'lost and edited', 'desktop');
  world.put('left', 'new of mine', 'desktop');
  world.put('right', 'new of theirs', 'phone');
  return world;
}

const ALL = {
  kept: '1',
  mine: 'desktop',
  theirs: 'phone',
  both: 'phone',
  'lost and edited': 'desktop',
  'new of mine': 'desktop',
  'new of theirs': 'phone',
};

test('only the device’s news, this once: its deletions too, and what the desktop has waits for the next session', async () => {
  const world = await moved();
  const before = world.held('right');
  const { plan } = await world.sync({}, { wish: 'to-left' });
  assert.deepEqual(world.held('right'), before);
  assert.deepEqual(held(world, 'left'), {
    kept: '1',
    mine: 'desktop',
    theirs: 'phone',
    both: 'phone',
    'lost and edited': 'desktop',
    'new of mine': 'desktop',
    'new of theirs': 'phone',
  });
  assert.deepEqual(
    world.attic.copies.map(({ content }) => content),
    ['desktop'],
    'the desktop’s version of what both had edited is kept',
  );
  assert.notEqual(plan.closing.anchors, undefined);
  await world.sync();
  assertBoth(world, ALL);
  assert.equal((await world.sync()).plan.total, 0);
});

test('only the desktop’s news, this once: what the device has waits for the next session', async () => {
  const world = await moved();
  const before = world.held('left');
  await world.sync({}, { wish: 'to-right' });
  assert.deepEqual(world.held('left'), before);
  assert.deepEqual(held(world, 'right'), {
    kept: '1',
    mine: 'desktop',
    theirs: 'phone',
    both: 'desktop',
    'lost and edited': 'desktop',
    'new of mine': 'desktop',
    'new of theirs': 'phone',
  });
  await world.sync();
  assertBoth(world, { ...ALL, both: 'desktop' });
});

test('a wish of this once does not make the next session look at everything', async () => {
  const world = await moved();
  await world.sync({}, { wish: 'to-left' });
  const scopes: string[] = [];
  const job = world.job();
  for (const side of ['left', 'right'] as const) {
    const anchor = job.mapping.agreement?.anchors?.[side];
    const listing = await job[side].list(anchor, new AbortController().signal);
    scopes.push(listing.scope);
  }
  assert.deepEqual(scopes, ['delta', 'delta']);
  assert.deepEqual((await world.compare({ wish: 'to-left' })).total, 0);
});

test('a wish never brings what the binding’s direction forbids', async () => {
  const world = await moved();
  const [left, right] = [world.held('left'), world.held('right')];
  for (const wish of ['to-left', 'mirror-to-left'] as const) await world.sync({}, { direction: 'to-right', wish });
  assert.deepEqual([world.held('left'), world.held('right')], [left, right]);
});

test('the desktop becomes what the device is, and all it had of its own is in the attic', async () => {
  const world = await moved();
  const before = world.held('right');
  await world.sync({}, { wish: 'mirror-to-left' });
  assert.deepEqual(world.held('right'), before);
  assert.deepEqual(world.held('left'), before);
  assert.deepEqual(world.attic.copies.map(({ content, why }) => `${why} ${content}`).sort(), [
    'lost-conflict 1',
    'lost-conflict desktop',
    'lost-conflict desktop',
    'removed 1',
    'removed desktop',
    'removed desktop',
  ]);
  assert.equal((await world.sync()).plan.total, 0);
  assertBoth(world, { kept: '1', mine: '1', theirs: 'phone', both: 'phone', gone: '1', 'new of theirs': 'phone' });
});

test('what the device says it is may remove all there is on the desktop: no brake stops it', async () => {
  const world = await agreed(Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`${index}`, 'x'])));
  for (let index = 0; index < 30; index++) world.remove('right', `${index}`);
  await assert.rejects(world.sync(), /30 of 30 items are gone/);
  await world.sync({}, { wish: 'mirror-to-left' });
  assertBoth(world, {});
  assert.equal(world.attic.copies.length, 30);
});

test('a first sync, or one with another phone, that asks to be mirrored needs no decision', async () => {
  const world = new World();
  world.put('left', 'a', 'desktop');
  world.put('left', 'b', 'desktop');
  world.put('right', 'a', 'phone');
  world.put('right', 'c', 'phone');
  await world.sync({}, { wish: 'mirror-to-left', firstSync: undefined });
  assertBoth(world, { a: 'phone', c: 'phone' });
  assert.equal(world.attic.copies.length, 2);
});

test('a mirroring that was cut short loses nothing, and is completed by the next one', async () => {
  const world = await moved();
  const before = world.held('right');
  let edits = 0;
  const cut = { fault: (moment: string) => (moment === 'edit' && ++edits === 3 ? ('cut' as const) : undefined) };
  await assert.rejects(world.sync({ left: cut }, { wish: 'mirror-to-left' }));
  await world.sync({}, { wish: 'mirror-to-left' });
  assert.deepEqual(world.held('left'), before);
  assert.deepEqual(world.held('right'), before);
});
