import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameOf } from '../../../src/daemon/sync/step.js';
import { agreed, assertBoth } from './agreed.js';

test('one-way to the device: the desktop is never touched', async () => {
  const world = await agreed({ edited: '1', removed: '1', both: '1', mine: '1', gone: '1', 'gone and edited': '1' });
  const terms = { direction: 'to-right' } as const;
  world.put('right', 'edited', 'on the phone');
  world.remove('right', 'removed');
  world.put('right', 'new', 'on the phone');
  world.put('left', 'both', 'desktop');
  world.put('right', 'both', 'phone');
  world.put('left', 'mine', '2');
  world.remove('left', 'gone');
  world.remove('left', 'gone and edited');
  world.put('right', 'gone and edited', 'phone');
  const before = world.held('left');
  for (let round = 0; round < 3; round++) await world.sync({}, terms);
  assert.deepEqual(world.held('left'), before);
  assert.deepEqual(Object.fromEntries(world.held('right')), {
    edited: 'on the phone',
    new: 'on the phone',
    both: 'desktop',
    mine: '2',
    'gone and edited': 'phone',
  });
  assert.deepEqual(
    world.attic.copies.map(({ content }) => content),
    ['phone'],
  );
  // Once it is two-way, what had been left out is made up for.
  await world.sync();
  assertBoth(world, {
    edited: 'on the phone',
    new: 'on the phone',
    both: 'desktop',
    mine: '2',
    'gone and edited': 'phone',
  });
});

test('one-way to the desktop: the device is never touched, and what it loses stays', async () => {
  const world = await agreed({ edited: '1', removed: '1', mine: '1', gone: '1', kept: '1' });
  const terms = { direction: 'to-left' } as const;
  world.put('right', 'edited', '2');
  world.remove('right', 'removed');
  world.put('right', 'new', '3');
  world.put('left', 'mine', 'desktop');
  world.remove('left', 'gone');
  world.put('left', 'also mine', 'desktop');
  const before = world.held('right');
  for (let round = 0; round < 3; round++) await world.sync({}, terms);
  assert.deepEqual(world.held('right'), before);
  assert.deepEqual(Object.fromEntries(world.held('left')), {
    edited: '2',
    removed: '1',
    new: '3',
    mine: 'desktop',
    kept: '1',
    'also mine': 'desktop',
  });
});

test('what is left out by a one-way sync meets what comes later as if it were listed in full', async () => {
  const world = await agreed({ a: '1' });
  const terms = { direction: 'to-right' } as const;
  world.put('right', 'a', 'phone');
  world.put('right', 'b', 'phone');
  await world.sync({}, terms);
  assert.ok((await world.sync({}, terms)).plan.quiet);
  world.put('left', 'a', 'desktop');
  world.put('left', 'b', 'desktop');
  await world.sync({}, terms);
  assertBoth(world, { a: 'desktop', b: 'desktop' });
  assert.deepEqual(
    world.attic.copies.map(({ content }) => content),
    ['phone', 'phone'],
  );
});

test('an unwanted item leaves the device, stays on the desktop, and comes back when it is wanted', async () => {
  const world = await agreed({ 'a.jpg': '1', 'b.raw': '2' });
  const onlyJpg = {
    wanted: (ref: { name?: string; id: string; revision: string }) => nameOf(ref).endsWith('.jpg'),
    terms: '*.jpg',
  };
  await world.sync({}, onlyJpg);
  assert.deepEqual(world.held('right'), [['a.jpg', '1']]);
  assert.equal(world.left.size, 2);
  world.put('left', 'b.raw', '3');
  world.put('left', 'c.raw', '4');
  world.put('right', 'd.raw', '5');
  await world.sync({}, onlyJpg);
  assert.equal(world.left.size, 3, 'what the filter leaves out on the device is not fetched');
  assert.equal(world.right.size, 2, 'nor removed, for the desktop has it not');
  await world.sync();
  assertBoth(world, { 'a.jpg': '1', 'b.raw': '3', 'c.raw': '4', 'd.raw': '5' });
});

test('what the device made of an item comes home before the item leaves it', async () => {
  const world = await agreed({ 'a.raw': '1', 'b.jpg': '1' });
  const onlyJpg = {
    wanted: (ref: { name?: string; id: string; revision: string }) => nameOf(ref).endsWith('.jpg'),
    terms: '*.jpg',
  };
  world.put('right', 'a.raw', 'edited on the phone');
  await world.sync({}, onlyJpg);
  await world.sync({}, onlyJpg);
  assert.deepEqual(world.held('left'), [
    ['a.raw', 'edited on the phone'],
    ['b.jpg', '1'],
  ]);
  assert.deepEqual(world.held('right'), [['b.jpg', '1']]);
});

test('an unwanted item that is gone from the device is not removed from the desktop', async () => {
  const world = await agreed({ 'a.raw': '1', 'b.jpg': '1' });
  world.remove('right', 'a.raw');
  await world.sync({}, { wanted: (ref) => nameOf(ref).endsWith('.jpg'), terms: '*.jpg' });
  assert.equal(world.left.size, 2);
});
