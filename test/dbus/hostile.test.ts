import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bus } from '../../src/dbus/bus.js';
import { CradleError } from '../../src/dbus/errors.js';
import { dbus } from '../../src/dbus/names.js';
import { proxy } from '../../src/dbus/proxy.js';
import { v } from '../../src/dbus/variant.js';
import { privateBus } from '../support/bus.js';
import { until } from '../support/until.js';
import { KETTLE_PATH, kettleShape, makeKettle } from './kettle.js';

const MIB = 1024 * 1024;
const isCode = (code: string) => (error: unknown) => error instanceof CradleError && error.code === code;

async function scene(t: Parameters<typeof privateBus>[0]) {
  const daemon = await privateBus(t);
  const server = await daemon.connect();
  const client = await daemon.connect();
  const kettle = makeKettle();
  server.publish(KETTLE_PATH, [kettle.exported]);
  return { daemon, server, client, kettle, remote: proxy(client, server.uniqueName, KETTLE_PATH, kettleShape) };
}

const boil = (bus: Bus, destination: string, signature: string, body: readonly unknown[], abort?: AbortSignal) =>
  bus.call({
    destination,
    path: KETTLE_PATH,
    interface: kettleShape.name,
    member: 'Boil',
    signature,
    body,
    ...(abort === undefined ? {} : { abort }),
  });

test('a call larger than a mebibyte is refused by name, and its content is never held', async (t) => {
  const { server, client, kettle, remote } = await scene(t);
  for (const size of [MIB - 100, MIB + 1, 20 * MIB]) {
    const body = [{ text: v.s('x'.repeat(size)) }];
    if (size < MIB) await boil(client, server.uniqueName, 'a{sv}', body);
    else await assert.rejects(boil(client, server.uniqueName, 'a{sv}', body), isCode('LimitsExceeded'));
    assert.equal(kettle.boiled === undefined, size >= MIB);
    kettle.boiled = undefined;
    assert.equal(await remote.get('Label'), 'Left', 'what follows a large message still arrives whole');
  }
});

test('large and small calls from many at once keep their frames', async (t) => {
  const { daemon, server, remote } = await scene(t);
  const clients = await Promise.all([daemon.connect(), daemon.connect(), daemon.connect()]);
  const answers = await Promise.allSettled(
    Array.from({ length: 60 }, (_, index) => {
      const bus = clients[index % clients.length] ?? clients[0];
      assert(bus !== undefined);
      return boil(bus, server.uniqueName, 'a{sv}', [{ a: v.s('y'.repeat(index * 40_000)) }]);
    }),
  );
  answers.forEach((answer, index) => {
    assert.equal(answer.status, index * 40_000 < MIB - 100 ? 'fulfilled' : 'rejected', `call ${index}`);
  });
  assert.equal(await remote.get('Label'), 'Left');
});

test('a call that unfolds into very many values is refused', async (t) => {
  const { server, client, kettle } = await scene(t);
  const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`k${index}`, v.b(true)]));
  await assert.rejects(boil(client, server.uniqueName, 'a{sv}', [many]), isCode('LimitsExceeded'));
  const set = client.call({
    destination: server.uniqueName,
    path: KETTLE_PATH,
    interface: dbus.properties,
    member: 'Set',
    signature: 'ssv',
    body: [kettleShape.name, 'Label', v.as(Array.from({ length: 20_000 }, () => ''))],
  });
  await assert.rejects(set, isCode('LimitsExceeded'));
  assert.equal(kettle.boiled, undefined);
});

test('a path of a hundred kibibytes vanishes without harm to what follows', async (t) => {
  const { server, client, remote } = await scene(t);
  const stop = new AbortController();
  const lost = client.call({
    destination: server.uniqueName,
    path: `/${'a'.repeat(100 * 1024)}`,
    interface: dbus.peer,
    member: 'Ping',
    abort: stop.signal,
  });
  assert.equal(await remote.get('Label'), 'Left');
  stop.abort();
  await assert.rejects(lost, isCode('Cancelled'));
});

test('of thousands of calls at once a caller gets a few begun and the others refused; a second caller is still served', async (t) => {
  const { daemon, server, kettle, remote } = await scene(t);
  const flood = Array.from({ length: 3_000 }, () =>
    remote.call('Hang', [{}]).then(
      () => 'done',
      (error) => error.code,
    ),
  );
  const other = await daemon.connect();
  const polite = proxy(other, server.uniqueName, KETTLE_PATH, kettleShape);
  assert.deepEqual((await polite.call('WhoAmI', []))[0], other.uniqueName);
  assert(kettle.hanging > 0 && kettle.hanging <= 32, `${kettle.hanging} calls were begun`);
  const begun = kettle.hanging;
  kettle.release();
  const outcomes = await Promise.all(flood);
  assert.equal(outcomes.filter((outcome) => outcome === 'done').length, begun);
  assert.equal(outcomes.filter((outcome) => outcome === 'LimitsExceeded').length, 3_000 - begun);
  await remote.call('Boil', [{}]);
});

test('a caller that leaves in the middle of its calls leaves nothing behind', async (t) => {
  const { daemon, server, kettle, remote } = await scene(t);
  for (let round = 0; round < 20; round++) {
    const bus = await daemon.connect();
    const guest = proxy(bus, server.uniqueName, KETTLE_PATH, kettleShape);
    const calls = Array.from({ length: 20 }, () => guest.call('Hang', [{}]).catch(() => {}));
    await until(() => kettle.hanging === 20 * (round + 1));
    await bus[Symbol.asyncDispose]();
    await Promise.all(calls);
    kettle.release();
  }
  assert.equal(await remote.get('Label'), 'Left');
});

test('signals that nobody asked for, answers to no call, and names of our own prototypes change nothing', async (t) => {
  const { server, client, remote } = await scene(t);
  for (const path of ['/__proto__', '/constructor', '/'])
    await assert.rejects(
      client.call({ destination: server.uniqueName, path, interface: 'toString.valueOf', member: 'hasOwnProperty' }),
      (error: unknown) =>
        error instanceof CradleError && (error.remote ?? '').startsWith('org.freedesktop.DBus.Error.Unknown'),
    );
  client.emit('/a', 'org.example.Noise', 'Loud', 's', ['x'.repeat(2 * MIB)]);
  assert.equal(await remote.get('Label'), 'Left');
});
