import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bus, connectBus } from '../../src/dbus/bus.js';
import { exportInterface } from '../../src/dbus/exported.js';
import { watchTree } from '../../src/dbus/mirror.js';
import { ObjectTree } from '../../src/dbus/object-tree.js';
import { objectManagerShape } from '../../src/dbus/standard.js';
import { v } from '../../src/dbus/variant.js';
import { privateBus } from '../support/bus.js';
import { until } from '../support/until.js';
import { KETTLE_NAME, KETTLE_ROOT, type Kettle, kettleShape, makeKettle } from './kettle.js';

const where = (index: number): string => `${KETTLE_ROOT}/kettle/n${index}`;

function grow(bus: Bus, count: number): { readonly tree: ObjectTree; readonly kettles: readonly Kettle[] } {
  const tree = new ObjectTree(bus, [], KETTLE_ROOT);
  const kettles = Array.from({ length: count }, (_, index) => {
    const kettle = makeKettle();
    tree.add(where(index), [kettle.exported]);
    return kettle;
  });
  return { tree, kettles };
}

test('a mirror knows what there was, what came, what changed and what went', async (t) => {
  const daemon = await privateBus(t);
  const server = await daemon.connect();
  const { tree, kettles } = grow(server, 3);
  await server.own(KETTLE_NAME);
  const client = await daemon.connect();
  const changes: unknown[] = [];
  const mirror = await watchTree(client, {
    destination: KETTLE_NAME,
    root: KETTLE_ROOT,
    changed: (change) => changes.push(change),
  });
  assert.equal(mirror.present, true);
  assert.deepEqual(mirror.paths, [where(0), where(1), where(2)]);
  assert.deepEqual(mirror.view(where(1), kettleShape), {
    Maker: 'ACME\uFFFDLtd',
    Temperature: 20.5,
    Label: 'Left',
    Boils: 0n,
    Litres: 1,
  });
  const [first] = kettles;
  assert(first !== undefined);
  first.label = 'Blue';
  first.exported.changed('Label');
  await until(() => mirror.view(where(0), kettleShape)?.Label === 'Blue');
  const late = tree.add(where(9), [makeKettle().exported]);
  tree.remove(where(2));
  tree.remove(where(2));
  await until(() => !mirror.paths.includes(where(2)));
  assert.deepEqual(mirror.paths, [where(0), where(1), where(9)]);
  late[Symbol.dispose]();
  await until(() => mirror.all(kettleShape).length === 2);
  assert.deepEqual(changes, [
    { kind: 'reset' },
    { kind: 'changed', path: where(0), interface: kettleShape.name, properties: ['Label'] },
    { kind: 'added', path: where(9), interfaces: [kettleShape.name] },
    { kind: 'removed', path: where(2), interfaces: [kettleShape.name] },
    { kind: 'removed', path: where(9), interfaces: [kettleShape.name] },
  ]);
});

test('a mirror is empty while nobody is there, and full again when the service comes back', async (t) => {
  const daemon = await privateBus(t);
  const client = await daemon.connect();
  const kinds: string[] = [];
  const mirror = await watchTree(client, {
    destination: KETTLE_NAME,
    root: KETTLE_ROOT,
    changed: ({ kind }) => kinds.push(kind),
  });
  assert.equal(mirror.present, false);
  for (const count of [2, 5]) {
    const server = await connectBus({ address: daemon.address });
    grow(server, count);
    await server.own(KETTLE_NAME);
    await until(() => mirror.paths.length === count);
    await server[Symbol.asyncDispose]();
    await until(() => !mirror.present);
    assert.deepEqual(mirror.paths, []);
  }
  assert.deepEqual(kinds, ['reset', 'gone', 'reset', 'gone']);
});

test('a mirror that begins in the middle of a storm ends with the truth', async (t) => {
  const daemon = await privateBus(t);
  const server = await daemon.connect();
  const { tree, kettles } = grow(server, 20);
  await server.own(KETTLE_NAME);
  let storming = true;
  const storm = (async () => {
    for (let round = 0; storming || round < 50; round++) {
      const path = where(100 + (round % 7));
      if (tree.has(path)) tree.remove(path);
      else tree.add(path, [makeKettle().exported]);
      const kettle = kettles[round % kettles.length];
      assert(kettle !== undefined);
      kettle.label = `label ${round}`;
      kettle.exported.changed('Label');
      if (round % 5 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  const client = await daemon.connect();
  const mirrors = await Promise.all(
    Array.from({ length: 5 }, () => watchTree(client, { destination: KETTLE_NAME, root: KETTLE_ROOT })),
  );
  storming = false;
  await storm;
  const last = tree.add(where(999), [makeKettle().exported]);
  await until(() => mirrors.every((mirror) => mirror.paths.includes(where(999))));
  for (const mirror of mirrors) {
    for (const path of mirror.paths) assert.equal(tree.has(path), true, path);
    for (const [index, kettle] of kettles.entries())
      assert.equal(mirror.view(where(index), kettleShape)?.Label, kettle.label);
  }
  last[Symbol.dispose]();
});

test('what is told while the whole is on its way is not lost', async (t) => {
  const daemon = await privateBus(t);
  const server = await daemon.connect();
  const values = (label: string) => ({ [kettleShape.name]: { Label: v.s(label) } });
  const manager = exportInterface(objectManagerShape, {
    properties: {},
    methods: {
      // A service that looks at what it has, and gets more, and loses some, before its answer is out.
      GetManagedObjects: () => {
        const now = { [where(1)]: values('old'), [where(2)]: values('gone soon') };
        manager.emit('InterfacesAdded', where(3), values('new'));
        manager.emit('InterfacesRemoved', where(2), [kettleShape.name]);
        return now;
      },
    },
  });
  server.publish(KETTLE_ROOT, [manager]);
  await server.own(KETTLE_NAME);
  const client = await daemon.connect();
  const mirror = await watchTree(client, { destination: KETTLE_NAME, root: KETTLE_ROOT });
  assert.deepEqual(mirror.paths, [where(1), where(3)]);
});

test('hundreds of objects come in one answer', async (t) => {
  const daemon = await privateBus(t);
  const server = await daemon.connect();
  grow(server, 500);
  await server.own(KETTLE_NAME);
  const client = await daemon.connect();
  const mirror = await watchTree(client, { destination: KETTLE_NAME, root: KETTLE_ROOT });
  assert.equal(mirror.all(kettleShape).length, 500);
});
