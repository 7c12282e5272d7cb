import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { CradleError } from '../../../src/dbus/errors.js';
import { CardForm } from '../../../src/plugins/syncml/content/card.js';
import type { Form } from '../../../src/plugins/syncml/content/form.js';
import { temporaryFolder } from '../../support/tmp.js';
import { card, note, PhoneWorld } from './phone-world.js';

const anna = (more = ''): string =>
  `BEGIN:VCARD\r\nVERSION:2.1\r\nN:Meier;Anna\r\nTEL;CELL:+49 170 1\r\n${more}END:VCARD\r\n`;
const BROKEN = 'BEGIN:VCARD\r\nVERSION:2.1\r\nN:Broken\r\nEND:VCALENDAR\r\n';

async function world(t: TestContext, form?: Form): Promise<PhoneWorld> {
  const made = new PhoneWorld(await temporaryFolder(t), form);
  t.after(() => made.close());
  return made;
}

const cards = () => new CardForm({ dialect: 'vcard-2.1', type: 'text/x-vcard', capabilities: {} });

test('a card that cannot be read is put aside and told of, the rest syncs, and it comes in when it has changed', async (t) => {
  const w = await world(t, cards());
  w.phone.add(card(anna()), '1');
  w.phone.add(card(BROKEN), '2');
  w.writeCard('BEGIN:VCARD\r\nVERSION:3.0\r\nN:Desk;;;;\r\nFN:Desk\r\nEND:VCARD\r\n');
  const first = await w.sync();
  assert.deepEqual(w.phone.statuses, [201, 201], 'it is durably kept, so the phone need not send it again');
  assert.equal(first.refused.length, 1);
  assert.match(first.refused[0]?.reason ?? '', /VCALENDAR|END/);
  assert.match(first.refused[0]?.name ?? '', /unreadable/);
  assert.equal(w.desktop.size, 2);
  assert.equal(w.phone.items.size, 3, 'the rest went across at once');

  const again = await w.sync();
  assert.equal(again.refusedCount, 1, 'it is told of until it is mended');

  w.phone.edit('2', card(anna('NOTE:mended\r\n')));
  const mended = await w.sync();
  assert.equal(mended.refusedCount, 0);
  assert.equal(w.desktop.size, 3);
  assert.equal((await w.sync()).plan.total, 0);
});

test('what could not be understood is looked at again in every session', async (t) => {
  const good = cards();
  let learnt = false;
  const form: Form = {
    contentTypes: good.contentTypes,
    read(content) {
      if (!learnt) throw new CradleError('InvalidItem', 'this is beyond us');
      return good.read(content);
    },
    write: (item) => good.write(item),
    enrich: (known, now) => good.enrich(known, now),
  };
  const w = await world(t, form);
  w.phone.add(card(anna()), '1');
  assert.equal((await w.sync()).refusedCount, 1);
  learnt = true;
  assert.equal((await w.sync()).refusedCount, 0);
  assert.match(w.desktopContents[0] ?? '', /Anna/);
});

test('a good card that becomes unreadable stays on the desktop as it was', async (t) => {
  const w = await world(t, cards());
  w.phone.add(card(anna()), '1');
  await w.sync();
  w.phone.edit('1', card(BROKEN));
  const { refusedCount } = await w.sync();
  assert.equal(refusedCount, 1);
  assert.match(w.desktopContents[0] ?? '', /Anna/);
  w.phone.edit('1', card(anna('NOTE:back\r\n')));
  await w.sync();
  assert.match(w.desktopContents[0] ?? '', /NOTE:back/);
  assert.equal(w.desktop.size, 1);
});

test('what is unreadable is not lost with a slow sync, and can be removed on the phone', async (t) => {
  const w = await world(t, cards());
  w.phone.add(card(BROKEN), '1');
  await w.sync();
  w.phone.lose('1');
  w.phone.forget();
  await w.sync();
  assert.deepEqual(w.phone.contents, [BROKEN], 'the phone gets back what it gave');
  const [luid = ''] = w.phone.items.keys();
  w.phone.remove(luid);
  const { refusedCount } = await w.sync();
  assert.equal(refusedCount, 0);
  assert.equal(w.phone.items.size, 0);
});

test('an item without its content is put aside; over one that is known it takes nothing away', async (t) => {
  const w = await world(t);
  w.phone.add(note('known'), '1');
  await w.sync();
  const { refused } = await w.sync({
    also: [
      { kind: 'add', id: '9' },
      { kind: 'replace', id: '1' },
    ],
  });
  assert.deepEqual(w.phone.statuses, [201, 200]);
  assert.equal(refused.length, 2);
  for (const { reason } of refused) assert.match(reason, /without its content/);
  assert.deepEqual(w.desktopContents, ['known']);
});

test('the same LUID twice is one item when it says the same or is an edit, and two when it is something else', async (t) => {
  const w = await world(t);
  const add = (text: string) => ({ kind: 'add' as const, id: '7', content: note(text) });
  await w.sync({ also: [add('first thing'), add('first thing')] });
  assert.equal(w.desktop.size, 1);
  await w.sync({ also: [add('first thing\nand more')] });
  assert.deepEqual(w.desktopContents, ['first thing\nand more']);
  await w.sync({ also: [add('something else altogether')] });
  assert.deepEqual(w.desktopContents, ['first thing\nand more', 'something else altogether']);
});

test('names that are none are refused, and long ones are names like any other', async (t) => {
  const w = await world(t);
  const long = 'x'.repeat(300);
  await w.sync({
    also: [
      { kind: 'add', id: '', content: note('nameless') },
      { kind: 'delete', id: '' },
      { kind: 'add', id: 'y'.repeat(5_000), content: note('endless') },
      { kind: 'add', id: long, content: note('long') },
      { kind: 'add', id: "1'; DROP TABLE items; --", content: note('clever') },
    ],
  });
  assert.deepEqual(w.phone.statuses, [412, 412, 414, 201, 201]);
  assert.deepEqual(w.desktopContents, ['clever', 'long']);
});

test('a removal of what nobody knows is answered with 211, a replacement of it is an addition', async (t) => {
  const w = await world(t);
  await w.sync();
  await w.sync({
    also: [
      { kind: 'delete', id: '404' },
      { kind: 'replace', id: '405', content: note('out of nowhere') },
    ],
  });
  assert.deepEqual(w.phone.statuses, [211, 201]);
  assert.deepEqual(w.desktopContents, ['out of nowhere']);
});

test('copies and moves are done where they name their target, and refused where they do not', async (t) => {
  const w = await world(t);
  w.phone.add(note('one'), '1');
  await w.sync();
  await w.sync({
    also: [
      { kind: 'copy', id: '1', target: '2' },
      { kind: 'move', id: '1', target: '3' },
      { kind: 'copy', id: '1', target: '4' },
      { kind: 'move', id: '2', target: '3' },
      { kind: 'copy', id: '2' },
      { kind: 'delete', id: '3' },
    ],
  });
  assert.deepEqual(w.phone.statuses, [201, 200, 404, 418, 406, 200]);
  assert.deepEqual(w.desktopContents, ['one']);
});

test('a soft removal frees the phone and removes nothing', async (t) => {
  const w = await world(t);
  w.phone.add(note('heavy'), '1');
  w.phone.add(note('light'), '2');
  await w.sync();
  w.phone.lose('1');
  await w.sync({ also: [{ kind: 'delete', id: '1', soft: true }] });
  assert.deepEqual(w.desktopContents, ['heavy', 'light']);
  w.phone.forget();
  await w.sync();
  assert.deepEqual(w.phone.contents, ['light'], 'it is not brought back either');
  assert.deepEqual(w.desktopContents, ['heavy', 'light']);
});

test('an Atomic that cannot be done as a whole is not done at all', async (t) => {
  const w = await world(t);
  await w.sync();
  await w.sync({
    atomic: true,
    also: [
      { kind: 'add', id: '1', content: note('one') },
      { kind: 'add', id: '', content: note('two') },
    ],
  });
  assert.deepEqual(w.phone.statuses, [507, 412]);
  assert.equal(w.desktop.size, 0);
  await w.sync({ atomic: true, also: [{ kind: 'add', id: '1', content: note('one') }] });
  assert.deepEqual(w.desktopContents, ['one']);
});

test('a poorer copy that comes back keeps what the phone has no room for', async (t) => {
  const properties = new Map(['N', 'FN', 'TEL', 'VERSION', 'BEGIN', 'END'].map((name) => [name, {}]));
  const w = await world(t, new CardForm({ dialect: 'vcard-2.1', type: 'text/x-vcard', capabilities: { properties } }));
  w.writeCard(
    'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u1\r\nN:Meier;Anna;;;\r\nFN:Anna Meier\r\nTEL;TYPE=CELL:+49 170 1\r\nNOTE:likes tea\r\nBDAY:1970-01-01\r\nEND:VCARD\r\n',
  );
  await w.sync();
  assert.doesNotMatch(w.phone.contents[0] ?? '', /tea/);
  const [luid = ''] = w.phone.items.keys();
  w.phone.edit(luid, card((w.phone.contents[0] ?? '').replace('170 1', '170 2')));
  await w.sync();
  assert.match(w.desktopContents[0] ?? '', /\+49 170 2/);
  assert.match(w.desktopContents[0] ?? '', /NOTE:likes tea/);
  assert.match(w.desktopContents[0] ?? '', /BDAY:1970-01-01/);
  w.phone.forget();
  assert.equal((await w.sync()).plan.total, 0, 'and a slow sync finds nothing new in it');
  assert.equal(w.phone.items.size, 1);
});
