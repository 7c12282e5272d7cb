import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { CradleError, type ErrorCode } from '../../src/dbus/errors.js';
import { paths, unescapePathElement } from '../../src/dbus/names.js';
import { deviceShape } from '../../src/dbus/shapes/device.js';
import { type Dict, v } from '../../src/dbus/variant.js';
import { deviceId } from '../../src/hal/device-id.js';
import { CallingPhones, callingRules } from '../fakes/calling-phones.js';
import { Applet } from '../support/applet.js';
import { startDaemon, type TestDaemonOptions } from '../support/daemon.js';
import { until } from '../support/until.js';

const PASSWORD = 'correct-horse-battery';

const failsWith = (code: ErrorCode, what: RegExp) => (error: unknown) => {
  assert(error instanceof CradleError);
  assert.equal(error.code, code, error.message);
  assert.match(error.message, what);
  assert(!error.message.includes(PASSWORD));
  return true;
};

/** A daemon that knows the calling protocol, and an applet. */
async function house(t: TestContext, protocol = 'calling', options: TestDaemonOptions = {}) {
  const phones = new CallingPhones(protocol);
  const daemon = await startDaemon(t, { rules: callingRules(protocol), protocols: [phones], ...options });
  const applet = await Applet.open(daemon.bus);
  daemon.scope.after(() => applet[Symbol.asyncDispose]());
  const create = async (settings: Dict): Promise<string> => {
    const [path] = await applet.manager.call('CreateAccount', [{ Protocol: v.s(protocol), ...settings }, {}]);
    return unescapePathElement(path.split('/').at(-1) ?? '');
  };
  const caller = (user: string, more: Dict = {}) =>
    create({ Role: v.s('caller'), User: v.s(user), Password: v.s(PASSWORD), ...more });
  const folder = async (name: string): Promise<string> => {
    const path = join(daemon.home, name);
    await mkdir(path, { recursive: true });
    return path;
  };
  const logged = (text: string | RegExp) =>
    daemon.log.lines.some(({ message }) => (typeof text === 'string' ? message.includes(text) : text.test(message)));
  return { phones, daemon, applet, create, caller, folder, logged, state: join(daemon.home, '.local/state/cradle') };
}

const write = (phones: CallingPhones, device: string, store: string, content: string) =>
  phones
    .store(device, store)
    .put({ contentType: store === 'contacts' ? 'text/vcard' : 'text/plain', summary: content }, Buffer.from(content));

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

test('no password is ever told: not in a log, a property, an explanation, a recording, the history or the state', async (t) => {
  const { daemon, phones, applet, caller, create, folder, state } = await house(t);
  const id = await caller('alice');
  const server = await create({
    Role: v.s('server'),
    Address: v.s('https://h.example/'),
    User: v.s('bob'),
    Password: v.s(PASSWORD),
  });
  await applet.bind(id, [['notes', await folder('Notes')]]);
  await (await phones.call('alice', PASSWORD)).over;
  await assert.rejects(phones.call('alice', `${PASSWORD}!`));
  const changed = `${PASSWORD}-2`;
  await applet.device(id).call('SetCredentials', ['', changed, {}]);
  await assert.rejects(phones.call('alice', PASSWORD));
  assert.equal(await (await phones.call('alice', changed)).over, 'released');
  await applet.device(server).call('SetCredentials', ['carol', changed, {}]);
  await applet.sees(server, ({ Account }) => Account.get('User') === 'carol');

  const told: unknown[] = [daemon.log.lines];
  for (const one of [id, server]) {
    const path = await applet.sees(one, () => true);
    told.push(
      [...path.Account],
      Object.entries(path).map(([key, value]) => [key, String(value)]),
    );
    for (const options of [{}, { redact: v.b(true) }])
      told.push(await applet.manager.call('Record', [paths.of('device', one), options]));
    told.push(await applet.manager.call('Explain', [paths.of('device', one), {}]));
  }
  told.push((await applet.manager.call('History', [{}]))[0].map((entry) => [...entry.values()].map(String)));
  assert(
    JSON.stringify(told, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)).includes('alice'),
  );
  assert(
    !JSON.stringify(told, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)).includes(PASSWORD),
  );

  const holders: string[] = [];
  for (const name of await readdir(state, { recursive: true })) {
    const path = join(state, name);
    const { mode } = await stat(path);
    assert.equal(mode & 0o077, 0, `${name} is for its owner alone`);
    if ((await stat(path)).isFile() && (await readFile(path)).includes(PASSWORD)) holders.push(name);
  }
  assert.deepEqual(holders, ['secrets.json']);
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

const WRONG: readonly (readonly [string, Dict, ErrorCode, RegExp])[] = [
  ['no protocol', { Protocol: v.s('') }, 'NotFound', /nothing here speaks ""/],
  ['no role', { Role: v.s('friend') }, 'InvalidArgs', /Role has to be one of server, caller/],
  ['a server without address', { Address: v.s('') }, 'InvalidArgs', /Address has to be the URL/],
  ['a server at no URL', { Address: v.s(`not a url ${PASSWORD}`) }, 'InvalidArgs', /Address has to be the URL/],
  ['a server in a file', { Address: v.s('file:///etc/passwd') }, 'InvalidArgs', /has to begin with https/],
  [
    'a password in the address',
    { Address: v.s(`http://a:${PASSWORD}@h/`) },
    'InvalidArgs',
    /has a user or password in it/,
  ],
  ['a user with a colon', { User: v.s('a:b') }, 'InvalidArgs', /User has to be a name without colons/],
  ['a user that is no text', { User: v.u(3) }, 'InvalidArgs', /User has to be a text/],
  ['a password of two lines', { Password: v.s(`${PASSWORD}\n`) }, 'InvalidArgs', /Password has to be one line/],
  [
    'a password without end',
    { Password: v.s(PASSWORD.repeat(100)) },
    'InvalidArgs',
    /Password has to be a text of at most 256/,
  ],
  [
    'a store that no rule knows',
    { Stores: v.ass([['films', 'x']]) },
    'InvalidArgs',
    /no store "films"; it may have contacts, notes/,
  ],
  ['a store without address', { Stores: v.ass([['notes', ' ']]) }, 'InvalidArgs', /what notes is called there/],
  [
    'a store twice',
    {
      Stores: v.ass([
        ['notes', 'a'],
        ['notes', 'b'],
      ]),
    },
    'InvalidArgs',
    /names notes twice/,
  ],
  ['a store with a name that is none', { Stores: v.ass([['../x', 'a']]) }, 'InvalidArgs', /lower-case letters/],
  ['a setting nobody reads', { Secret: v.s('x') }, 'InvalidArgs', /there is no option "Secret"/],
  ['a caller with an address', { Role: v.s('caller') }, 'InvalidArgs', /one who calls has none/],
  [
    'a caller without password',
    { Role: v.s('caller'), Address: v.s(''), Password: v.s('') },
    'InvalidArgs',
    /have to be given/,
  ],
];

test('what makes no sense is refused by name, and nothing is left of it', async (t) => {
  const { applet, create, caller, daemon, state } = await house(t);
  const good = { Role: v.s('server'), Address: v.s('https://h.example/'), User: v.s('alice'), Password: v.s(PASSWORD) };
  for (const [what, settings, code, message] of WRONG)
    await assert.rejects(create({ ...good, ...settings }), failsWith(code, message), what);
  await caller('alice');
  await assert.rejects(caller('alice'), failsWith('InvalidArgs', /alice logs in as "alice" already/));
  const bob = await caller('bob');
  await assert.rejects(
    applet.device(bob).call('SetCredentials', ['alice', 'x', {}]),
    failsWith('InvalidArgs', /already/),
  );
  await assert.rejects(
    applet.device(bob).call('SetCredentials', ['', '', {}]),
    failsWith('InvalidArgs', /have to be given/),
  );
  await daemon.restart();
  await applet.sees(bob, ({ Present }) => Present);
  const secrets = await readFile(join(state, 'secrets.json'), 'utf8');
  assert.deepEqual(Object.keys(JSON.parse(secrets).logins).sort(), ['account-alice', 'account-bob']);
  assert.equal(await create(good), 'account-h-example');
  assert.equal(await create(good), 'account-h-example-2');
});

test('settings are read anew when the daemon is told to, and what listens begins anew only when they changed', async (t) => {
  const { phones, daemon, caller, applet } = await house(t, 'syncml');
  const settings = join(daemon.home, '.config/cradle/settings');
  await caller('alice');
  await until(() => phones.listening);
  assert.deepEqual([...phones.settings], [['ListenPort', '8219']]);
  await writeFile(settings, '[SyncML]\nListenPort=9000\nListenPort=0\nListenKey=key\n[Daemon]\nLogLevel=debug\n');
  daemon.reload();
  await until(() => phones.listens === 2 && phones.listening);
  assert.equal(phones.settings.get('ListenPort'), '9000');
  await until(async () => (await applet.manager.get('Problems')).length === 2);
  assert.deepEqual(
    (await applet.manager.get('Problems')).map((problem) => problem.get('Message')),
    [
      `${settings}:3: ListenPort is a port from 1 to 65535, not "0"`,
      `${settings}:4: ListenKey is the absolute path of a file, not "key"`,
    ],
  );
  await applet.manager.call('ReloadRules', [{}]);
  await caller('bob');
  assert.equal(phones.listens, 2);
});
