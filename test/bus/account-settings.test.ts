import assert from 'node:assert/strict';
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ErrorCode } from '../../src/dbus/errors.js';
import { paths } from '../../src/dbus/names.js';
import { deviceShape } from '../../src/dbus/shapes/device.js';
import { type Dict, v } from '../../src/dbus/variant.js';
import { until } from '../support/until.js';
import { failsWith, house, PASSWORD } from './calling-house.js';

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

test('a file of passwords that others may read is a problem; an account is forgotten all the same', async (t) => {
  const { applet, create, caller, state } = await house(t);
  const id = await caller('alice');
  const file = join(state, 'secrets.json');
  await chmod(file, 0o644);
  const refused = failsWith('Failed', /may be read by others: make it private with chmod 600/);
  await assert.rejects(caller('bob'), refused);
  await assert.rejects(applet.device(id).call('SetCredentials', ['', 'x', {}]), refused);
  await until(async () => (await applet.manager.get('Problems')).some((one) => one.get('Kind') === 'secrets'));
  await assert.rejects(applet.device(id).call('Forget', [{}]), refused);
  await until(() => applet.mirror.view(paths.of('device', id), deviceShape) === undefined);
  await chmod(file, 0o600);
  // What it has left behind is not the next one's.
  const server = await create({ Role: v.s('server'), Address: v.s('http://localhost/'), Label: v.s('alice') });
  assert.equal(server, id);
  await until(async () => (await applet.manager.get('Problems')).length === 0);
  assert(!(await readFile(file, 'utf8')).includes(PASSWORD));
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
  // Rules that want options of the real protocol are complained about, too: this one has none.
  const complaints = async () =>
    (await applet.manager.get('Problems')).flatMap((problem) =>
      problem.get('Kind') === 'settings' ? [problem.get('Message')] : [],
    );
  await until(async () => (await complaints()).length === 2);
  assert.deepEqual(await complaints(), [
    `${settings}:3: ListenPort is a port from 1 to 65535, not "0"`,
    `${settings}:4: ListenKey is the absolute path of a file, not "key"`,
  ]);
  await applet.manager.call('ReloadRules', [{}]);
  await caller('bob');
  assert.equal(phones.listens, 2);
});
