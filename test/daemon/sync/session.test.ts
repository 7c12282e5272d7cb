import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Side } from '../../../src/daemon/sync/job.js';
import { nameOf } from '../../../src/daemon/sync/step.js';
import { CradleError } from '../../../src/dbus/errors.js';
import { World } from './world.js';

const fails = (code: string) => (error: unknown) => error instanceof CradleError && error.code === code;

/** Both sides hold exactly these, by name. */
function assertBoth(world: World, expected: Readonly<Record<string, string>>): void {
  for (const side of ['left', 'right'] as const)
    assert.deepEqual(Object.fromEntries(world.held(side)), expected, `the ${side} side`);
}

async function agreed(contents: Readonly<Record<string, string>>): Promise<World> {
  const world = new World();
  for (const [name, content] of Object.entries(contents)) world.put('left', name, content);
  await world.sync();
  assertBoth(world, contents);
  return world;
}

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
