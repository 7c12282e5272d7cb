import assert from 'node:assert/strict';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { CradleError } from '../../src/dbus/errors.js';
import { paths } from '../../src/dbus/names.js';
import { deviceShape } from '../../src/dbus/shapes/device.js';
import { v } from '../../src/dbus/variant.js';
import { deviceId } from '../../src/hal/device-id.js';
import { until } from '../support/until.js';
import { failsWith, house, PASSWORD, write } from './calling-house.js';

test('an account is a device of ours with its stores, and is synced as any other', async (t) => {
  const { phones, applet, create, folder } = await house(t);
  const id = await create({
    Role: v.s('server'),
    Address: v.s('https://sync.example.org/ds#top'),
    User: v.s('alice'),
    Password: v.s(PASSWORD),
    Stores: v.ass([['notes', 'my/notes']]),
  });
  assert.equal(id, 'account-sync-example-org');
  const view = await applet.sees(id, ({ Ownership }) => Ownership === 'mine');
  assert.equal(view.Label, 'sync.example.org');
  assert.equal(view.Kind, 'account');
  assert.equal(view.Present, true);
  assert.deepEqual(Object.fromEntries(view.Account), {
    Name: 'sync-example-org',
    Protocol: 'calling',
    Role: 'server',
    Address: 'https://sync.example.org/ds',
    User: 'alice',
  });
  assert.deepEqual(
    view.Stores.map((store) => `${store.get('Name')}=${store.get('Address')}`),
    ['contacts=book', 'notes=my/notes'],
  );
  write(phones, id, 'notes', 'from the server');
  const binding = await applet.bind(id, [['notes', await folder('Notes')]]);
  const { Triggers, Interval } = await applet.binding(binding).getAll();
  assert.deepEqual([Triggers, Interval], [['change', 'timer'], 3600]);
  assert.equal((await applet.sync(binding)).State, 'finished');
  assert.deepEqual(phones.logins.at(-1), { user: 'alice', password: PASSWORD });
  assert.equal((await readdir(await folder('Notes'))).filter((name) => !name.startsWith('.')).length, 1);
});

test('accounts, their bindings and passwords are there after a restart, and nothing is synced because of it', async (t) => {
  const { phones, daemon, applet, create, folder } = await house(t);
  const id = await create({
    Role: v.s('server'),
    Address: v.s('http://localhost/'),
    User: v.s('a'),
    Password: v.s('b'),
  });
  const binding = await applet.bind(id, [['notes', await folder('Notes')]], { Triggers: v.as(['change']) });
  await daemon.restart();
  await applet.sees(id, ({ Present, Ownership }) => Present && Ownership === 'mine');
  assert.equal(phones.logins.length, 0);
  assert.equal((await applet.sync(binding)).State, 'finished');
  assert.deepEqual(phones.logins, [{ user: 'a', password: 'b' }]);
});

test('a phone that calls is synced: one session for each binding, one after the other, over one call', async (t) => {
  const { phones, applet, caller, folder } = await house(t);
  const id = await caller('alice');
  write(phones, id, 'notes', 'a note');
  write(phones, id, 'contacts', 'a card');
  await applet.bind(id, [['notes', await folder('Notes')]]);
  await applet.bind(id, [['contacts', await folder('Contacts')]]);
  const { over, context } = await phones.call('alice', PASSWORD);
  assert.equal(await over, 'released');
  assert.equal(phones.open, 0);
  assert.deepEqual([...context.wanted].sort(), ['contacts', 'notes']);
  const [sessions] = await applet.manager.call('History', [{}]);
  assert.deepEqual(
    sessions.map((entry) => [entry.get('Cause'), entry.get('Result')]),
    [
      ['device', 'finished'],
      ['device', 'finished'],
    ],
  );
  for (const name of ['Notes', 'Contacts'])
    assert.equal((await readdir(await folder(name))).filter((file) => !file.startsWith('.')).length, 1);
});

test('a device that only calls cannot be started from here, and says what to do', async (t) => {
  const { applet, caller, folder, phones } = await house(t);
  const id = await caller('alice');
  const binding = await applet.bind(id, [['notes', await folder('Notes')]]);
  const refused = failsWith('NotConnected', /alice cannot be called: start the sync on it/);
  await assert.rejects(applet.binding(binding).call('StartSync', [{}]), refused);
  await assert.rejects(applet.device(id).call('StartSync', [{}]), refused);
  assert.equal(phones.logins.length, 0);
});

test('who is not known, not bound, or calls while syncing is paused is turned away, with a line in the log', async (t) => {
  const { phones, daemon, applet, caller, folder, logged } = await house(t);
  const id = await caller('alice');
  assert.equal(await phones.ring(deviceId('usb-1')), 'closed');
  assert(logged(/a call of usb-1 is turned away: no such device is known/));
  assert.equal(await (await phones.call('alice', PASSWORD)).over, 'closed');
  assert(logged(/a call of account-alice is turned away: nothing is bound to it/));
  await applet.bind(id, [['notes', await folder('Notes')]]);
  await applet.manager.set('Paused', true);
  assert.equal(await (await phones.call('alice', PASSWORD)).over, 'closed');
  assert(logged(/account-alice is turned away: syncing is paused/));
  await applet.manager.set('Paused', false);
  await applet.device(id).call('Release', [{}]);
  await assert.rejects(phones.call('alice', PASSWORD), failsWith('NotOwner', /wrong user/));
  assert.equal(await phones.ring(deviceId(id)), 'closed');
  assert(logged(/account-alice is turned away: alice has not been claimed/));
  assert.equal(daemon.log.lines.filter(({ level }) => level === 'error').length, 0);
});

test('a second call of a phone waits for the first and then syncs, too; nothing runs twice at once', async (t) => {
  const { phones, applet, caller, folder } = await house(t);
  const id = await caller('alice');
  await applet.bind(id, [['notes', await folder('Notes')]]);
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  let opened = 0;
  phones.opening = async () => {
    opened += 1;
    await gate;
  };
  const first = await phones.call('alice', PASSWORD);
  await until(() => opened === 1);
  const second = await phones.call('alice', PASSWORD);
  // Whoever calls a third time has given up the second.
  const third = await phones.call('alice', PASSWORD);
  assert.equal(await second.over, 'closed');
  assert.equal(opened, 1);
  open();
  assert.deepEqual([await first.over, await third.over], ['released', 'released']);
  assert.equal(opened, 2);
});

test('what the phone’s user asks for holds for one session, and the history says so', async (t) => {
  const { phones, applet, caller, folder } = await house(t);
  const id = await caller('alice');
  const notes = await folder('Notes');
  await applet.bind(id, [['notes', notes]]);
  const visible = async () => (await readdir(notes)).filter((name) => !name.startsWith('.'));
  write(phones, id, 'notes', 'from the phone');
  await (await phones.call('alice', PASSWORD)).over;
  const [kept] = await visible();
  await writeFile(join(notes, 'mine.txt'), 'of the desktop');
  phones.wishes.set('notes', 'to-desktop');
  write(phones, id, 'notes', 'another');
  await (await phones.call('alice', PASSWORD)).over;
  assert.equal((await visible()).length, 3);
  assert.equal(phones.store(id, 'notes').size, 2);
  phones.wishes.set('notes', 'mirror-to-desktop');
  await (await phones.call('alice', PASSWORD)).over;
  assert.equal((await visible()).length, 2);
  assert((await visible()).includes(kept ?? ''));
  assert.equal(phones.store(id, 'notes').size, 2);
  const [sessions] = await applet.manager.call('History', [{}]);
  const wishes = sessions.map((entry) => JSON.parse(String(entry.get('Details'))).stores[0].wish);
  assert.deepEqual(wishes, ['mirror-to-desktop', 'to-desktop', undefined]);
});

test('a binding that waits for a decision takes no part in a call, and the others do', async (t) => {
  const { phones, applet, caller, folder, logged } = await house(t);
  const id = await caller('alice');
  const asked = await applet.bind(id, [['notes', await folder('Notes')]], { FirstSync: v.s('ask') });
  await applet.bind(id, [['contacts', await folder('Contacts')]]);
  write(phones, id, 'notes', 'a note');
  assert.equal(await (await phones.call('alice', PASSWORD)).over, 'released');
  await until(async () => (await applet.binding(asked).get('State')) === 'needs-decision');
  assert.equal(await (await phones.call('alice', PASSWORD)).over, 'released');
  assert(logged(/takes no part in the call of account-alice/));
});

test('it listens only while somebody may call, says where, and a place that is taken is a problem until it is free', async (t) => {
  const { phones, applet, caller } = await house(t);
  assert.deepEqual(await applet.manager.get('Listeners'), []);
  assert.equal(phones.listens, 0);
  phones.failures.push(new CradleError('Busy', 'the port 8219 of 127.0.0.1 is in use'));
  const id = await caller('alice');
  await until(() => phones.listens === 1);
  await until(async () => (await applet.manager.get('Problems')).length === 1);
  const [problem] = await applet.manager.get('Problems');
  assert.deepEqual(
    [problem?.get('Kind'), problem?.get('Message')],
    ['listener', 'the port 8219 of 127.0.0.1 is in use'],
  );
  await until(() => phones.listening);
  await until(async () => (await applet.manager.get('Problems')).length === 0);
  const [listener] = await applet.manager.get('Listeners');
  assert.deepEqual(Object.fromEntries(listener ?? []), {
    Protocol: 'calling',
    State: 'listening',
    Where: 'http://127.0.0.1:8219/',
    Message: '',
  });
  await applet.device(id).call('Forget', [{}]);
  await until(() => !phones.listening);
  assert.deepEqual(await applet.manager.get('Listeners'), []);
});

test('a device that is forgotten takes its account, password, folder, claim and bindings with it', async (t) => {
  const { daemon, phones, applet, caller, folder, state } = await house(t);
  const id = await caller('alice');
  await applet.bind(id, [['notes', await folder('Notes')]]);
  const { context, over } = await phones.call('alice', PASSWORD);
  await over;
  assert.equal((await stat(context.folder)).mode & 0o777, 0o700);
  assert(context.folder.startsWith(join(state, 'devices')));
  await caller('bob');
  await applet.device(id).call('Forget', [{}]);
  await until(() => applet.mirror.view(paths.of('device', id), deviceShape) === undefined);
  await assert.rejects(stat(context.folder), /ENOENT/);
  assert(!(await readFile(join(state, 'secrets.json'), 'utf8')).includes('alice'));
  await assert.rejects(phones.call('alice', PASSWORD), failsWith('NotOwner', /wrong user/));
  // A later one of the same name begins with nothing.
  assert.equal(await caller('alice'), id);
  await daemon.restart();
  assert.deepEqual((await applet.sees(id, () => true)).Bindings, []);
});
