import assert from 'node:assert/strict';
import { test } from 'node:test';
import { v } from '../../src/dbus/variant.js';
import { HordeAccount } from './support/horde-account.js';
import { hordeMissing } from './support/horde-server.js';
import { appointment } from './support/people.js';

const skip = hordeMissing;

const task = (summary: string, ...more: readonly string[]): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//example.org//test//EN',
    'BEGIN:VTODO',
    'DTSTAMP:20260101T000000Z',
    'DUE:20260301T120000Z',
    `SUMMARY:${summary}`,
    'PRIORITY:1',
    ...more,
    'END:VTODO',
    'END:VCALENDAR',
    '',
  ].join('\r\n');

const VARIANTS = (['1.2', '1.1', '1.0'] as const).flatMap((Version) =>
  (['wbxml', 'xml'] as const).map((Encoding) => ({ Version, Encoding })),
);

for (const options of VARIANTS)
  test(`an account at Horde keeps a book alike through all changes (${Object.values(options).join(', ')})`, {
    skip,
  }, async (t) => {
    const account = await HordeAccount.open(t, options);
    for (const number of [0, 1, 2, 3]) await account.put(number);
    for (const number of [2, 3, 4, 5, 6]) await account.putThere(number);
    await account.sync();
    await account.equal(7);
    const before = account.server.posts.length;
    await account.sync();
    await account.equal(7);
    assert(account.server.posts.length - before <= 5, `${account.server.posts.length - before} messages for no news`);
    // Both add, change and remove; one contact is removed on both sides.
    await account.put(10);
    await account.put(0, { phone: '+49 30 1' }, await account.find(0));
    await account.desk.remove('contacts', await account.find(5));
    await account.desk.remove('contacts', await account.find(6));
    await account.putThere(20);
    await account.putThere(1, { note: 'Changed on the server.' }, await account.findThere(1));
    await account.server.remove('contacts', await account.findThere(2));
    await account.server.remove('contacts', await account.findThere(6));
    await account.sync();
    await account.equal(6);
    await account.sync();
    await account.equal(6);
    assert((await account.desk.history()).every((result) => result === 'finished'));
    assert.deepEqual(account.server.failures, []);
  });

test('contacts and calendar of one account sync together', { skip }, async (t) => {
  const account = await HordeAccount.open(t, {}, ['contacts', 'calendar']);
  await account.put(0);
  await account.putThere(1);
  await account.desk.write('calendar', 'a.ics', appointment(0));
  await account.server.put('calendar', 'b', appointment(1));
  await account.sync();
  await account.equal(2);
  assert.equal((await account.server.items('calendar')).size, 2);
  assert.equal((await account.desk.items('calendar')).size, 2);
  await account.server.put('calendar', 'b', appointment(1, 'Moved'));
  await account.desk.write('calendar', 'a.ics', appointment(0, 'Renamed'));
  await account.sync();
  const titles = async (items: ReadonlyMap<string, Buffer>): Promise<readonly (string | undefined)[]> =>
    [...items.values()].map((body) => /^SUMMARY:(.*)\r?$/m.exec(body.toString())?.[1]).sort();
  assert.deepEqual(await titles(await account.desk.items('calendar')), ['Moved', 'Renamed']);
  assert.deepEqual(await titles(await account.server.items('calendar')), ['Moved', 'Renamed']);
});

test('tasks and notes go the same way', { skip }, async (t) => {
  const account = await HordeAccount.open(t, {}, ['tasks', 'notes']);
  const { desk, server } = account;
  await desk.write('tasks', 'mine.ics', task('Mine'));
  await server.put('tasks', 't1', task('Theirs'));
  await desk.write('notes', 'mine.txt', 'My note\nof two lines: Zürich & <b>');
  await server.put('notes', 'n1', 'Their note\n\nof three lines, 😀');
  await account.sync();
  await account.equal(2, 'tasks');
  const texts = async (): Promise<readonly (readonly string[])[]> =>
    (await Promise.all([desk.items('notes'), server.items('notes')])).map((items) =>
      [...items.values()].map((body) => body.toString().replaceAll('\r', '').trim()).sort(),
    );
  const [ours, theirs] = await texts();
  assert.deepEqual(ours, theirs);
  assert.deepEqual(ours, ['My note\nof two lines: Zürich & <b>', 'Their note\n\nof three lines, 😀']);
  await desk.remove('tasks', 'mine.ics');
  await server.put('tasks', 't1', task('Theirs', 'STATUS:COMPLETED'));
  await desk.write('notes', 'mine.txt', 'My note, changed');
  await server.remove('notes', 'n1');
  await account.sync();
  await account.equal(1, 'tasks');
  assert.deepEqual(await texts(), [['My note, changed'], ['My note, changed']]);
});

test('a server that forgot us, and matches nothing, has nothing doubled', { skip }, async (t) => {
  const account = await HordeAccount.open(t);
  for (const number of [0, 1]) await account.put(number);
  for (const number of [1, 2]) await account.putThere(number);
  await account.sync();
  await account.equal(3);
  await account.server.forgetDevices();
  await account.put(3);
  await account.putThere(4);
  await account.server.remove('contacts', await account.findThere(0));
  await account.sync();
  await account.sync();
  await account.equal(5);
});

for (const policy of ['device', 'desktop', 'both'] as const)
  test(`a contact changed on both sides: the policy "${policy}" decides, and Horde agrees`, { skip }, async (t) => {
    const account = await HordeAccount.open(t, {}, ['contacts'], { ConflictPolicy: v.s(policy) });
    await account.put(0);
    await account.sync();
    await account.put(0, { phone: '+49 30 1' }, await account.find(0));
    await account.putThere(0, { phone: '+49 30 2' }, await account.findThere(0));
    await account.sync();
    await account.equal(policy === 'both' ? 2 : 1);
    const text = [...(await account.server.items('contacts')).values()].join('');
    assert.equal(text.includes('+49 30 1'), policy !== 'device');
    assert.equal(text.includes('+49 30 2'), policy !== 'desktop');
  });

test('what one side deletes and the other changes lives on, changed', { skip }, async (t) => {
  const account = await HordeAccount.open(t);
  for (const number of [0, 1, 2]) await account.put(number);
  await account.sync();
  await account.put(0, { note: 'Changed on the desktop.' }, await account.find(0));
  await account.server.remove('contacts', await account.findThere(0));
  await account.desk.remove('contacts', await account.find(1));
  await account.putThere(1, { note: 'Changed on the server.' }, await account.findThere(1));
  await account.sync();
  await account.sync();
  await account.equal(3);
});

test('many contacts and a photo larger than a message go both ways', { skip }, async (t) => {
  const account = await HordeAccount.open(t, { MaxMsgSize: '10240' });
  const photo = Buffer.alloc(60_000, 'not really a photo');
  for (let number = 0; number < 60; number++) await account.put(number);
  for (let number = 100; number < 160; number++) await account.putThere(number);
  await account.put(60, { photo });
  await account.putThere(160, { photo });
  await account.sync();
  await account.equal(122);
  await account.sync();
  await account.equal(122);
});

test('a wrong password fails the session in words that name the login, and tells nobody', { skip }, async (t) => {
  const account = await HordeAccount.open(t);
  await account.put(0);
  await account.desk.applet.device(account.device).call('SetCredentials', ['alice', 'wrong-horse', {}]);
  const { State, ErrorMessage } = await account.desk.applet.sync(account.binding);
  assert.equal(State, 'failed');
  assert.match(ErrorMessage, /refused the login of alice/);
  assert.equal((await account.server.items('contacts')).size, 0);
  const log = JSON.stringify(account.desk.daemon.log.lines);
  assert(!`${log}${ErrorMessage}`.includes('wrong-horse') && !log.includes('secret'));
});
