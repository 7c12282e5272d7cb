import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectBus, type Signal } from '../../src/dbus/bus.js';
import { CradleError } from '../../src/dbus/errors.js';
import { dbus } from '../../src/dbus/names.js';
import { proxy } from '../../src/dbus/proxy.js';
import { privateBus } from '../support/bus.js';
import { until } from '../support/until.js';
import { KETTLE_NAME, KETTLE_PATH, kettleShape, makeKettle } from './kettle.js';

test('a match by well-known name survives a restart of the other side, and hears nobody else', async (t) => {
  const daemon = await privateBus(t);
  const client = await daemon.connect();
  const impostor = await daemon.connect();
  const heard: Signal[] = [];
  await client.subscribe({ sender: KETTLE_NAME, interface: kettleShape.name }, (signal) => heard.push(signal));
  // With this one the bus hands us everybody's: telling them apart is ours to do.
  await client.subscribe({ interface: kettleShape.name }, () => {});

  for (const tune of ['first life', 'second life']) {
    const server = await connectBus({ address: daemon.address });
    await server.own(KETTLE_NAME);
    impostor.emit(KETTLE_PATH, kettleShape.name, 'Whistled', 'su', ['impostor', 1]);
    server.emit(KETTLE_PATH, kettleShape.name, 'Whistled', 'su', [tune, 1]);
    await until(() => heard.length > 0);
    assert.deepEqual(
      heard.splice(0).map(({ body }) => body),
      [[tune, 1]],
    );
    await server[Symbol.asyncDispose]();
  }
});

test('subscriptions to the same signals share a rule, and the rule lives as long as the last of them', async (t) => {
  const daemon = await privateBus(t);
  const client = await daemon.connect();
  const server = await daemon.connect();
  const heard: string[] = [];
  const match = { interface: kettleShape.name, member: 'Whistled', path: KETTLE_PATH };
  const first = await client.subscribe(match, () => heard.push('first'));
  const second = await client.subscribe(match, () => heard.push('second'));
  const whistle = async (): Promise<readonly string[]> => {
    server.emit(KETTLE_PATH, kettleShape.name, 'Whistled', 'su', ['tune', 1]);
    // An answer of the server passes behind its signal.
    await client.call({ destination: server.uniqueName, path: '/', interface: dbus.peer, member: 'Ping' });
    return heard.splice(0);
  };
  const rules = async (): Promise<number> => {
    const [all] = await client.call({
      destination: dbus.name,
      path: dbus.path,
      interface: 'org.freedesktop.DBus.Debug.Stats',
      member: 'GetAllMatchRules',
    });
    const own: unknown = all instanceof Map ? all.get(client.uniqueName) : undefined;
    return Array.isArray(own) ? own.length : 0;
  };
  assert.deepEqual(await whistle(), ['first', 'second']);
  assert.equal(await rules(), 1);
  await first[Symbol.asyncDispose]();
  await first[Symbol.asyncDispose]();
  assert.deepEqual(await whistle(), ['second']);
  await second[Symbol.asyncDispose]();
  assert.deepEqual(await whistle(), []);
  assert.equal(await rules(), 0, 'the bus keeps no rule for nobody');
  await client.subscribe(match, () => heard.push('third'));
  assert.deepEqual(await whistle(), ['third']);
});

test('paths, namespaces and first arguments are matched, with apostrophes too', async (t) => {
  const daemon = await privateBus(t);
  const client = await daemon.connect();
  const server = await daemon.connect();
  const heard: unknown[] = [];
  await client.subscribe({ pathNamespace: '/a', interface: 'org.example.I', arg0: "it's, a 'tune'" }, ({ path }) =>
    heard.push(path),
  );
  for (const path of ['/a', '/a/b', '/ab'])
    for (const tune of ["it's, a 'tune'", 'another']) server.emit(path, 'org.example.I', 'Played', 's', [tune]);
  await until(() => heard.length === 2);
  assert.deepEqual(heard, ['/a', '/a/b']);
});

test('a handler that throws is reported, and the others still hear', async (t) => {
  const daemon = await privateBus(t);
  const reported: unknown[] = [];
  await using client = await connectBus({
    address: daemon.address,
    unexpected: (error) => reported.push(error),
  });
  const server = await daemon.connect();
  let heard = 0;
  await client.subscribe({ member: 'Played' }, () => {
    throw new Error('deaf');
  });
  await client.subscribe({ member: 'Played' }, () => heard++);
  server.emit('/a', 'org.example.I', 'Played', '', []);
  await until(() => heard === 1);
  assert.equal(reported.length, 1);
});

test('a watched name tells its owner at once and at each change', async (t) => {
  const daemon = await privateBus(t);
  const client = await daemon.connect();
  const owners: (string | undefined)[] = [];
  await client.watchName(KETTLE_NAME, (owner) => owners.push(owner));
  assert.deepEqual(owners, [undefined]);
  const server = await connectBus({ address: daemon.address });
  await server.own(KETTLE_NAME);
  await until(() => owners.length === 2);
  const late: (string | undefined)[] = [];
  const watch = await client.watchName(KETTLE_NAME, (owner) => late.push(owner));
  assert.deepEqual(late, [server.uniqueName]);
  await watch[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await until(() => owners.length === 3);
  assert.deepEqual(owners, [undefined, server.uniqueName, undefined]);
  assert.deepEqual(late, [server.uniqueName]);
});

test('a name somebody else owns is Busy, without waiting in line', async (t) => {
  const daemon = await privateBus(t);
  const first = await connectBus({ address: daemon.address });
  const second = await daemon.connect();
  await first.own(KETTLE_NAME);
  await first.own(KETTLE_NAME);
  await assert.rejects(second.own(KETTLE_NAME), (error) => error instanceof CradleError && error.code === 'Busy');
  await first[Symbol.asyncDispose]();
  const [owned] = await second.call({
    destination: dbus.name,
    path: dbus.path,
    interface: dbus.interface,
    member: 'NameHasOwner',
    signature: 's',
    body: [KETTLE_NAME],
  });
  assert.equal(owned, false);
  await second.own(KETTLE_NAME);
});

test('a caller is known by name, user and process, and forgotten when it leaves', async (t) => {
  const daemon = await privateBus(t);
  const server = await daemon.connect();
  server.publish(KETTLE_PATH, [makeKettle().exported]);
  const client = await connectBus({ address: daemon.address });
  const kettle = proxy(client, server.uniqueName, KETTLE_PATH, kettleShape);
  const expected = [client.uniqueName, process.getuid?.(), process.pid];
  assert.deepEqual(await kettle.call('WhoAmI', []), expected);
  assert.deepEqual(await kettle.call('WhoAmI', []), expected);
  const known = server.caller(client.uniqueName);
  assert.equal(server.caller(client.uniqueName), known, 'a known caller is not asked for twice');
  await client[Symbol.asyncDispose]();
  // The bus says when a name is gone; until that has come the old word stands.
  await until(() =>
    server.caller(client.uniqueName).then(
      () => false,
      () => true,
    ),
  );
});
