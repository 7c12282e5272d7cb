import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { temporaryFolder } from '../../support/tmp.js';
import { note, PhoneWorld } from './phone-world.js';

async function world(t: TestContext): Promise<PhoneWorld> {
  const made = new PhoneWorld(await temporaryFolder(t));
  t.after(() => made.close());
  return made;
}

const luidOf = (w: PhoneWorld, start: string): string =>
  [...w.phone.items].find(([, { content }]) => Buffer.from(content.bytes).toString().startsWith(start))?.[0] ?? '';
const idOf = (w: PhoneWorld, start: string): string =>
  [...w.desktop.present()].find(({ bytes }) => Buffer.from(bytes).toString().startsWith(start))?.ref.id ?? '';

test('what a phone has comes to the desktop, and what the desktop has to the phone', async (t) => {
  const w = await world(t);
  w.phone.add(note('from the phone'));
  w.write('from the desktop');
  await w.sync();
  assert.deepEqual(w.desktopContents, ['from the desktop', 'from the phone']);
  assert.deepEqual(w.phone.contents, ['from the desktop', 'from the phone']);
  const { plan } = await w.sync();
  assert.equal(plan.total, 0);
  assert.deepEqual(w.phone.modes, ['slow', 'two-way']);
});

test('edits and removals of both sides cross', async (t) => {
  const w = await world(t);
  for (const one of ['a 1', 'b 1', 'c 1', 'd 1']) w.phone.add(note(one));
  await w.sync();
  w.phone.edit(luidOf(w, 'a'), note('a 2'));
  w.phone.remove(luidOf(w, 'b'));
  w.write('c 2', idOf(w, 'c'));
  w.desktop.remove(idOf(w, 'd'));
  await w.sync();
  assert.deepEqual(w.desktopContents, ['a 2', 'c 2']);
  assert.deepEqual(w.phone.contents, ['a 2', 'c 2']);
});

test('a slow sync of what both have changes nothing and doubles nothing', async (t) => {
  const w = await world(t);
  for (let n = 0; n < 20; n++) w.phone.add(note(`note ${n}`));
  await w.sync();
  w.phone.forget();
  const { plan } = await w.sync();
  assert.equal(w.phone.modes.at(-1), 'slow');
  assert.equal(plan.total, 0);
  assert.equal(w.phone.items.size, 20);
  assert.equal(w.desktop.size, 20);
});

test('a phone that has renumbered its items is recognised, the edited ones too', async (t) => {
  const w = await world(t);
  for (const one of ['anna\n1', 'bert\n1', 'carl\n1']) w.phone.add(note(one));
  await w.sync();
  w.phone.renumber();
  w.phone.edit(luidOf(w, 'bert'), note('bert\n2'));
  const before = idOf(w, 'bert');
  await w.sync();
  assert.deepEqual(w.desktopContents, ['anna\n1', 'bert\n2', 'carl\n1']);
  assert.equal(idOf(w, 'bert'), before, 'it is the same item, edited');
  assert.equal(w.phone.items.size, 3);
});

test('what a phone has lost is given back to it, and what it removed is removed', async (t) => {
  const w = await world(t);
  for (const one of ['kept', 'lost', 'removed']) w.phone.add(note(one));
  await w.sync();
  w.phone.remove(luidOf(w, 'removed'));
  await w.sync();
  w.phone.lose(luidOf(w, 'lost'));
  w.phone.forget();
  const { plan } = await w.sync();
  assert.equal(plan.total, 0, 'to the engine nothing happened');
  assert.deepEqual(w.phone.contents, ['kept', 'lost']);
  assert.deepEqual(w.desktopContents, ['kept', 'lost']);
});

test('a LUID that means another item by now makes two items, not an edit', async (t) => {
  const w = await world(t);
  w.phone.add(note('an old thought about gardens'), '7');
  await w.sync();
  w.phone.items.clear();
  w.phone.add(note('42 reasons to leave'), '7');
  w.phone.forget();
  await w.sync();
  await w.sync();
  assert.deepEqual(w.desktopContents, ['42 reasons to leave', 'an old thought about gardens']);
  assert.deepEqual(w.phone.contents, ['42 reasons to leave', 'an old thought about gardens']);
});

test('a renamed item under its old LUID is an edit, even in a slow sync', async (t) => {
  const w = await world(t);
  w.phone.add(note('shopping\nmilk\nbread\neggs'), '7');
  await w.sync();
  w.phone.edit('7', note('to buy\nmilk\nbread\neggs'));
  w.phone.forget();
  await w.sync();
  assert.deepEqual(w.desktopContents, ['to buy\nmilk\nbread\neggs']);
  assert.equal(w.phone.items.size, 1);
});

test('two items of the same content stay two, also when both are renumbered', async (t) => {
  const w = await world(t);
  w.phone.add(note('twin'));
  w.phone.add(note('twin'));
  await w.sync();
  w.phone.renumber();
  await w.sync();
  assert.deepEqual(w.desktopContents, ['twin', 'twin']);
  assert.deepEqual(w.phone.contents, ['twin', 'twin']);
  w.phone.add(note('twin'));
  await w.sync();
  assert.equal(w.desktop.size, 3);
});

test('a full phone is told of as full, and the rest goes on', async (t) => {
  const w = await world(t);
  for (let n = 0; n < 5; n++) w.write(`note ${n}`);
  w.phone.add(note('mine'));
  const { refused } = await w.sync({ room: 3 });
  assert.equal(refused.length, 3);
  assert.match(refused[0]?.reason ?? '', /is full/);
  assert.equal(w.phone.items.size, 3);
  assert.equal(w.desktop.size, 6);
  await w.sync();
  assert.equal(w.phone.items.size, 6);
});

for (const [code, word] of [
  [409, /another version/],
  [413, /too large/],
  [415, /format/],
  [418, /already/],
  [419, /its own version/],
  [500, /failed/],
  [503, /cannot take it now/],
  [599, /did not take it/],
] as const)
  test(`an addition answered with ${code} is refused in words, and tried again`, async (t) => {
    const w = await world(t);
    w.write('new');
    const { refused } = await w.sync({ code });
    assert.match(refused[0]?.reason ?? '', word);
    assert.equal(w.phone.items.size, 0);
    await w.sync();
    assert.deepEqual(w.phone.contents, ['new']);
  });

test('a change of what the phone does not have is left until it is known what became of it', async (t) => {
  const w = await world(t);
  w.phone.add(note('here today'));
  await w.sync();
  w.phone.lose(luidOf(w, 'here'));
  w.write('gone tomorrow', idOf(w, 'here'));
  const { refused } = await w.sync();
  assert.match(refused[0]?.reason ?? '', /changed/);
  // A slow sync shows that the phone has lost it.
  await w.sync();
  await w.sync();
  assert.deepEqual(w.phone.contents, ['gone tomorrow']);
  assert.deepEqual(w.desktopContents, ['gone tomorrow']);
});

test('names that come a session late are taken, and nothing is sent twice', async (t) => {
  const w = await world(t);
  w.write('one');
  w.write('two');
  await w.sync({ maps: 'late' });
  await w.sync();
  assert.deepEqual(w.phone.modes, ['slow', 'two-way']);
  w.write('one, again', idOf(w, 'one'));
  await w.sync();
  assert.deepEqual(w.phone.contents, ['one, again', 'two']);
});

test('an addition whose status was lost is found by its content, whether it arrived or not', async (t) => {
  for (const doesTheLast of [true, false]) {
    const w = await world(t);
    w.phone.add(note('old'));
    await w.sync();
    for (const one of ['new 1', 'new 2', 'new 3']) w.write(one);
    await assert.rejects(w.sync({ cutAfter: 2, doesTheLast, maps: 'never' }));
    await w.sync();
    assert.equal(w.phone.modes.at(-1), 'slow');
    assert.deepEqual(w.phone.contents, ['new 1', 'new 2', 'new 3', 'old']);
    assert.deepEqual(w.desktopContents, w.phone.contents);
  }
});

test('a slow sync that was cut goes on where it was', async (t) => {
  const w = await world(t);
  for (let n = 0; n < 12; n++) w.phone.add(note(`note ${n}`));
  await w.sync();
  w.phone.forget();
  await assert.rejects(w.sync({ batch: 2, cutAfter: 3 }));
  await w.sync({ batch: 2, resumes: true });
  assert.equal(w.phone.statuses.length, 6, 'what was told before the cut is not told again');
  assert.equal(w.phone.items.size, 12, 'and is not taken for lost');
  assert.equal(w.desktop.size, 12);
});

test('a refresh from the client makes the desktop what the phone is', async (t) => {
  const w = await world(t);
  for (const one of ['a', 'b']) w.phone.add(note(one));
  await w.sync();
  w.phone.lose(luidOf(w, 'a'));
  w.phone.add(note('c'));
  await w.sync({ mode: 'refresh-from-client' });
  assert.deepEqual(w.desktopContents, ['b', 'c']);
  assert.deepEqual(w.phone.contents, ['b', 'c']);
});

test('a refresh from the server brings back all that the phone has emptied itself of', async (t) => {
  const w = await world(t);
  for (const one of ['a', 'b']) w.phone.add(note(one));
  await w.sync();
  w.write('c');
  await w.sync({ mode: 'refresh-from-server' });
  assert.deepEqual(w.phone.contents, ['a', 'b', 'c']);
  await w.sync();
  assert.deepEqual(w.phone.contents, ['a', 'b', 'c']);
  assert.deepEqual(w.desktopContents, ['a', 'b', 'c']);
});

test('a refresh from the server that was cut doubles nothing', async (t) => {
  const w = await world(t);
  for (const one of ['a', 'b', 'c']) w.phone.add(note(one));
  await w.sync();
  await assert.rejects(w.sync({ mode: 'refresh-from-server', cutAfter: 2, doesTheLast: true, maps: 'never' }));
  await w.sync();
  assert.deepEqual(w.phone.contents, ['a', 'b', 'c']);
  assert.deepEqual(w.desktopContents, ['a', 'b', 'c']);
});

test('one way from the client tells the phone nothing', async (t) => {
  const w = await world(t);
  await w.sync();
  w.phone.add(note('mine'));
  w.write('yours');
  await w.sync({ mode: 'one-way-from-client' });
  assert.deepEqual(w.phone.contents, ['mine']);
  assert.deepEqual(w.desktopContents, ['mine', 'yours']);
  await w.sync();
  assert.deepEqual(w.phone.contents, ['mine', 'yours']);
});

test('one way from the server asks the phone for nothing', async (t) => {
  const w = await world(t);
  await w.sync();
  w.phone.add(note('mine'));
  w.write('yours');
  await w.sync({ mode: 'one-way-from-server' });
  assert.deepEqual(w.phone.contents, ['mine', 'yours']);
  assert.deepEqual(w.desktopContents, ['yours']);
});

test('another phone behind the same cable is met anew, and nothing of the first one is removed', async (t) => {
  const w = await world(t);
  for (const one of ['a', 'b']) w.phone.add(note(one));
  await w.sync();
  w.phone.uri = 'IMEI:9999';
  w.phone.items.clear();
  w.phone.add(note('c'));
  // Its anchors look like those of the other one.
  await w.sync();
  assert.equal(w.phone.modes.at(-1), 'slow');
  assert.deepEqual(w.desktopContents, ['a', 'b', 'c']);
  assert.deepEqual(w.phone.contents, ['a', 'b', 'c']);
});
