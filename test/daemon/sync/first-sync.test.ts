import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertBoth, fails } from './agreed.js';
import { World } from './world.js';

test('a first sync pairs what is the same, by name and content, and copies none of it', async () => {
  const world = new World();
  for (const side of ['left', 'right'] as const)
    for (const name of ['a', 'b', 'c']) world.put(side, name, `this is ${name}`);
  const outcome = await world.sync();
  assert.deepEqual([outcome.joined, outcome.plan.total], [3, 0]);
  assert.equal(world.mapping.size, 3);
});

test('a first sync pairs cards that say the same in another spelling, whatever they are called', async () => {
  const world = new World(':memory:', { contentTypes: ['text/vcard'] });
  const card = { contentType: 'text/vcard', summary: 'Ann' };
  const one = 'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann\r\nTEL:1\r\nREV:2001\r\nEND:VCARD\r\n';
  const other = 'BEGIN:VCARD\nVERSION:3.0\nTEL:1\nFN:Ann\nUID:17\nEND:VCARD\n';
  world.left.put({ ...card, name: 'ann.vcf' }, Buffer.from(one));
  world.right.put({ ...card, name: '0017.vcf' }, Buffer.from(other));
  const outcome = await world.sync();
  assert.deepEqual([outcome.joined, outcome.plan.total], [1, 0]);
});

test('files of equal content under different names are different files', async () => {
  const world = new World();
  world.put('left', 'a.txt', '');
  world.put('right', 'b.txt', '');
  await world.sync();
  assertBoth(world, { 'a.txt': '', 'b.txt': '' });
});

test('a first sync reads files of one name only when their sizes agree', async () => {
  const world = new World();
  world.put('left', 'film.mkv', 'short');
  world.put('right', 'film.mkv', 'much longer');
  let reads = 0;
  const count = { before: (moment: string) => (reads += moment === 'read' ? 1 : 0) };
  const job = world.job({ left: count, right: count });
  const plan = await world.compare({ ...job, firstSync: 'keep-left' });
  assert.deepEqual([plan.counts.conflicts, reads], [1, 0]);
});

test('a first sync that keeps one side empties the other of all else, into the attic', async () => {
  const world = new World();
  world.put('left', 'a.bin', 'desktop');
  world.put('left', 'only here.bin', '1');
  world.put('right', 'a.bin', 'phone');
  world.put('right', 'surplus.bin', '2');
  const outcome = await world.sync({}, { firstSync: 'keep-left' });
  assertBoth(world, { 'a.bin': 'desktop', 'only here.bin': '1' });
  assert.deepEqual(world.attic.copies.map(({ content, why }) => [content, why]).sort(), [
    ['2', 'removed'],
    ['phone', 'lost-conflict'],
  ]);
  assert.equal(outcome.right.removed, 1);
  world.put('right', 'later.bin', '3');
  await world.sync({}, { firstSync: 'keep-left' });
  assertBoth(world, { 'a.bin': 'desktop', 'only here.bin': '1', 'later.bin': '3' });
});

test('surplus that a first sync could not remove is removed later, and never copied', async () => {
  const world = new World();
  world.put('left', 'a.bin', '1');
  world.put('right', 'surplus.bin', '2');
  await world.sync(
    { right: { fault: (moment) => (moment === 'edit' ? 'refuse' : undefined) } },
    { firstSync: 'keep-left' },
  );
  assert.equal(world.right.size, 1);
  await world.sync();
  assertBoth(world, { 'a.bin': '1' });
});

test('a first sync that was interrupted goes on as it began', async () => {
  const world = new World();
  for (const name of ['a', 'b', 'c']) world.put('left', name, name);
  for (const name of ['x', 'y', 'z']) world.put('right', name, name);
  let edits = 0;
  const cut = { fault: (moment: string) => (moment === 'edit' && ++edits === 3 ? ('cut' as const) : undefined) };
  await assert.rejects(world.sync({ right: cut }, { firstSync: 'keep-left' }), fails('NotConnected'));
  await world.sync({}, { firstSync: undefined });
  assertBoth(world, { a: 'a', b: 'b', c: 'c' });
});

test('without an answer nothing is done on a first sync', async () => {
  const world = new World();
  world.put('left', 'a', 'a');
  await assert.rejects(world.sync({}, { firstSync: undefined }), fails('NeedsDecision'));
  assert.equal(world.right.size, 0);
});
