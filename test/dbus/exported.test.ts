import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bus, connectBus } from '../../src/dbus/bus.js';
import { CradleError } from '../../src/dbus/errors.js';
import { dbus } from '../../src/dbus/names.js';
import { proxy } from '../../src/dbus/proxy.js';
import { v } from '../../src/dbus/variant.js';
import { privateBus } from '../support/bus.js';
import { until } from '../support/until.js';
import { KETTLE_PATH, type Kettle, kettleShape, makeKettle } from './kettle.js';

interface Kitchen {
  readonly server: Bus;
  readonly client: Bus;
  readonly kettle: Kettle;
  /** What the server's own code did wrong. */
  readonly reported: unknown[];
  /** The error name and text of a call that must fail. */
  refused(
    interfaceName: string,
    member: string,
    signature?: string,
    body?: readonly unknown[],
    path?: string,
  ): Promise<string>;
}

async function kitchen(t: Parameters<typeof privateBus>[0]): Promise<Kitchen> {
  const daemon = await privateBus(t);
  const reported: unknown[] = [];
  const server = await connectBus({ address: daemon.address, unexpected: (error) => reported.push(error) });
  t.after(() => server[Symbol.asyncDispose]());
  const client = await daemon.connect();
  const kettle = makeKettle();
  server.publish(KETTLE_PATH, [kettle.exported]);
  const refused: Kitchen['refused'] = async (interfaceName, member, signature = '', body = [], path = KETTLE_PATH) => {
    try {
      await client.call({ destination: server.uniqueName, path, interface: interfaceName, member, signature, body });
    } catch (error) {
      assert(error instanceof CradleError);
      return `${error.remote}: ${error.message}`;
    }
    throw new assert.AssertionError({ message: `${member} should have failed` });
  };
  return { server, client, kettle, reported, refused };
}

test('a call with the wrong types is refused with what it takes, and never reaches the code', async (t) => {
  const { kettle, refused } = await kitchen(t);
  assert.equal(
    await refused(kettleShape.name, 'Boil', 's', ['hot']),
    'org.cradle.Cradle1.Error.InvalidArgs: Boil takes (a{sv} options), it was called with the types "s"',
  );
  assert.match(await refused(kettleShape.name, 'Boil'), /InvalidArgs: Boil takes .* types ""$/);
  assert.match(
    await refused(kettleShape.name, 'Repeat', 'asua{sv}', [[], 1, {}]),
    /takes \(as words, x times, a\{sv\} options\)/,
  );
  assert.match(await refused(dbus.properties, 'Get', 's', ['a']), /^org\.freedesktop\.DBus\.Error\.InvalidArgs: /);
  assert.equal(kettle.boiled, undefined);
});

test('unknown objects, interfaces, methods and properties get the names of the specification', async (t) => {
  const { refused } = await kitchen(t);
  const { name } = kettleShape;
  const get = (iface: string, property: string) => refused(dbus.properties, 'Get', 'ss', [iface, property]);
  const standard = /^org\.freedesktop\.DBus\.Error\./;
  const cases = [
    [await refused(name, 'Fly'), 'UnknownMethod'],
    [await refused(name, 'constructor'), 'UnknownMethod'],
    [await refused(name, '__proto__'), 'UnknownMethod'],
    [await refused('org.example.Other', 'Boil'), 'UnknownInterface'],
    [await refused(name, 'Boil', '', [], '/nowhere'), 'UnknownObject'],
    [await refused(dbus.introspectable, 'Introspect', '', [], '/nowhere'), 'UnknownObject'],
    [await refused(dbus.peer, 'Pong'), 'UnknownMethod'],
    [await get(name, 'Colour'), 'UnknownProperty'],
    [await get(name, 'constructor'), 'UnknownProperty'],
    [await get(name, '__proto__'), 'UnknownProperty'],
    [await get('org.example.Other', 'Label'), 'UnknownInterface'],
    [await refused(dbus.properties, 'GetAll', 's', ['org.example.Other']), 'UnknownInterface'],
    [await refused(dbus.properties, 'Set', 'ssv', [name, 'Colour', v.s('red')]), 'UnknownProperty'],
    [await refused(dbus.properties, 'Set', 'ssv', [name, 'Maker', v.s('me')]), 'PropertyReadOnly'],
    [await refused(dbus.properties, 'Set', 'ssv', [name, 'Temperature', v.d(1)]), 'PropertyReadOnly'],
    [await refused(dbus.properties, 'Set', 'ssv', [name, 'Label', v.u(1)]), 'InvalidArgs'],
  ] as const;
  for (const [answer, word] of cases) {
    assert.match(answer, standard);
    assert.equal(answer.split(': ')[0]?.split('.').at(-1), word, answer);
  }
});

test('an expected error arrives by its code; an unexpected one says nothing of our insides but is reported', async (t) => {
  const { refused, reported } = await kitchen(t);
  assert.equal(
    await refused(kettleShape.name, 'Burst', 'sa{sv}', ['named', {}]),
    'org.cradle.Cradle1.Error.NoSpace: the kettle is full',
  );
  assert.deepEqual(reported, []);
  for (const how of ['secret', 'bare']) {
    const answer = await refused(kettleShape.name, 'Burst', 'sa{sv}', [how, {}]);
    assert.match(answer, /^org\.cradle\.Cradle1\.Error\.Failed: Cradle met an error it did not expect/);
    assert.doesNotMatch(answer, /secret|\bat\b|\.ts|\.js|bare/);
  }
  assert.match(await refused(kettleShape.name, 'Lie'), /Error\.Failed: Cradle met an error it did not expect/);
  assert.equal(reported.length, 3);
});

test('a setter may refuse with a sentence, and a set property is told', async (t) => {
  const { client, server, refused, kettle } = await kitchen(t);
  assert.equal(
    await refused(dbus.properties, 'Set', 'ssv', [kettleShape.name, 'Label', v.s('')]),
    'org.cradle.Cradle1.Error.InvalidArgs: a kettle must have a label',
  );
  const remote = proxy(client, server.uniqueName, KETTLE_PATH, kettleShape);
  const told: unknown[] = [];
  await remote.onChanged((changed) => told.push(changed));
  await remote.set('Label', 'Right');
  await until(() => told.length === 1);
  assert.deepEqual(told, [new Map([['Label', 'Right']])]);
  assert.equal(kettle.label, 'Right');
});

test('options arrive as a map with opened variants, and every method knows its caller', async (t) => {
  const { client, server, kettle } = await kitchen(t);
  const remote = proxy(client, server.uniqueName, KETTLE_PATH, kettleShape);
  const nested = { signature: 'v', value: v.s('deep') };
  await remote.call('Boil', [{ quickly: v.b(true), variants: { signature: 'av', value: [nested, v.t(1n)] } }]);
  assert.deepEqual(
    kettle.boiled,
    new Map<string, unknown>([
      ['quickly', true],
      ['variants', ['deep', 1n]],
    ]),
  );
  assert.deepEqual(kettle.callers, [{ name: client.uniqueName, uid: process.getuid?.(), pid: process.pid }]);
});

test('changes of one turn are told in one signal, with the values of its end', async (t) => {
  const { client, server, kettle } = await kitchen(t);
  const remote = proxy(client, server.uniqueName, KETTLE_PATH, kettleShape);
  const told: unknown[] = [];
  await remote.onChanged((changed) => told.push(Object.fromEntries(changed)));
  for (kettle.temperature = 21; kettle.temperature < 90; kettle.temperature++) kettle.exported.changed('Temperature');
  kettle.label = 'Hot';
  kettle.exported.changed('Label', 'Temperature');
  await until(() => told.length > 0);
  await remote.get('Label');
  assert.deepEqual(told, [{ Temperature: 90, Label: 'Hot' }]);
});

test('a paced property is told once and then waits, but never longer than a signal that follows it', async (t) => {
  const { client, server, kettle } = await kitchen(t);
  const remote = proxy(client, server.uniqueName, KETTLE_PATH, kettleShape);
  const told: unknown[] = [];
  await remote.onChanged((changed) => told.push(Object.fromEntries(changed)));
  await remote.on('Whistled', (tune, loudness) => told.push([tune, loudness]));
  const change = async (litres: number): Promise<void> => {
    kettle.litres = litres;
    kettle.exported.changed('Litres');
    await remote.get('Label');
    await remote.get('Label');
  };
  await change(2);
  await until(() => told.length === 1);
  await change(3);
  await change(4);
  assert.deepEqual(told, [{ Litres: 2 }]);
  kettle.exported.emit('Whistled', 'done', 7);
  await until(() => told.length === 3);
  assert.deepEqual(told, [{ Litres: 2 }, { Litres: 4 }, ['done', 7]]);
  await change(5);
  assert.equal(told.length, 3);
  kettle.exported.flush();
  await until(() => told.length === 4);
  assert.deepEqual(told.at(-1), { Litres: 5 });
});

test('an object that was taken away answers no more, and its path can be used again', async (t) => {
  const daemon = await privateBus(t);
  const server = await daemon.connect();
  const client = await daemon.connect();
  const kettle = makeKettle();
  const remote = proxy(client, server.uniqueName, KETTLE_PATH, kettleShape);
  const published = server.publish(KETTLE_PATH, [kettle.exported]);
  assert.throws(() => server.publish(KETTLE_PATH, [makeKettle().exported]));
  assert.throws(() => server.publish('/other', [kettle.exported]));
  published[Symbol.dispose]();
  published[Symbol.dispose]();
  await assert.rejects(remote.get('Label'), (error) => error instanceof CradleError && error.code === 'NotFound');
  server.publish(KETTLE_PATH, [kettle.exported]);
  assert.equal(await remote.get('Label'), 'Left');
});
