import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { ObjectTree } from '../../src/dbus/object-tree.js';
import { privateBus } from '../support/bus.js';
import { KETTLE_NAME, KETTLE_ROOT, kettleShape, makeKettle } from './kettle.js';

const run = promisify(execFile);

/** systemd's busctl and GLib's gdbus, as programs nobody here wrote. */
async function scene(t: Parameters<typeof privateBus>[0]) {
  const daemon = await privateBus(t);
  const server = await daemon.connect();
  const tree = new ObjectTree(server, [], KETTLE_ROOT);
  const kettle = makeKettle();
  const path = `${KETTLE_ROOT}/kettle/left`;
  tree.add(path, [kettle.exported]);
  tree.add(`${KETTLE_ROOT}/kettle/right`, [makeKettle().exported]);
  await server.own(KETTLE_NAME);
  const busctl = async (...args: string[]): Promise<string> =>
    (await run('busctl', [`--address=${daemon.address}`, ...args])).stdout;
  const gdbus = async (command: string, ...args: string[]): Promise<string> =>
    (await run('gdbus', [command, '--address', daemon.address, '--dest', KETTLE_NAME, ...args])).stdout;
  return { kettle, path, busctl, gdbus };
}

test('busctl walks the tree and reads the members', async (t) => {
  const { path, busctl } = await scene(t);
  assert.deepEqual((await busctl('tree', '--list', KETTLE_NAME)).trim().split('\n'), [
    '/',
    '/org',
    '/org/example',
    '/org/example/Kettle1',
    '/org/example/Kettle1/kettle',
    '/org/example/Kettle1/kettle/left',
    '/org/example/Kettle1/kettle/right',
  ]);
  const rows = (await busctl('introspect', KETTLE_NAME, path, kettleShape.name)).split('\n');
  const members = rows.slice(1, -1).map((row) => row.trim().split(/\s+/));
  assert.deepEqual(members, [
    ['.Boil', 'method', 'a{sv}', '-', '-'],
    ['.Burst', 'method', 'sa{sv}', '-', '-'],
    ['.Describe', 'method', 'a{sv}', 'a{sv}', '-'],
    ['.Hang', 'method', 'a{sv}', '-', '-'],
    ['.Lie', 'method', '-', 'u', '-'],
    ['.Repeat', 'method', 'asxa{sv}', 'asx', '-'],
    ['.WhoAmI', 'method', '-', 'suu', '-'],
    ['.Boils', 'property', 't', '0', 'emits-change', 'writable'],
    ['.Label', 'property', 's', '"Left"', 'emits-change', 'writable'],
    ['.Litres', 'property', 'u', '1', 'emits-change'],
    ['.Maker', 'property', 's', '"ACME\\357\\277\\275Ltd"', 'const'],
    ['.Temperature', 'property', 'd', '20.5', 'emits-change'],
    ['.Whistled', 'signal', 'su', '-', '-'],
  ]);
});

test('busctl calls, gets and sets, and shows our errors', async (t) => {
  const { kettle, path, busctl } = await scene(t);
  const where = [KETTLE_NAME, path, kettleShape.name];
  assert.equal(
    await busctl(
      'call',
      ...where,
      'Repeat',
      'asxa{sv}',
      '2',
      'a b',
      'c',
      '9007199254740993',
      '1',
      'k',
      'ai',
      '2',
      '1',
      '2',
    ),
    'asx 2 "a b" "c" 9007199254740993\n',
  );
  await busctl('set-property', ...where, 'Label', 's', 'Green');
  assert.equal(kettle.label, 'Green');
  assert.equal(await busctl('get-property', ...where, 'Label'), 's "Green"\n');
  await assert.rejects(busctl('call', ...where, 'Repeat', 's', 'zz'), /takes \(as words, x times, a\{sv\} options\)/);
  await assert.rejects(busctl('call', ...where, 'Burst', 'sa{sv}', 'named', '0'), /the kettle is full/);
  const json = JSON.parse(await busctl('--json=short', 'call', ...where, 'Describe', 'a{sv}', '0'));
  assert.deepEqual(json.data[0].Bytes, { type: 'ay', data: [1, 2, 255] });
  assert.deepEqual(json.data[0].List, { type: 'aa{sv}', data: [{ A: { type: 'u', data: 1 } }, {}] });
});

test('gdbus introspects, calls and lists the managed objects', async (t) => {
  const { path, gdbus } = await scene(t);
  const xml = await gdbus('introspect', '--object-path', path);
  assert.match(
    xml,
    /Repeat\(in {2}as words,\s+in {2}x times,\s+in {2}a\{sv\} options,\s+out as words,\s+out x times\);/,
  );
  assert.match(xml, /readwrite s Label = 'Left';/);
  const call = ['--object-path', path, '--method'];
  assert.equal(
    await gdbus('call', ...call, `${kettleShape.name}.Repeat`, "['a']", '5', "{'k': <uint32 1>}"),
    "(['a'], int64 5)\n",
  );
  const objects = await gdbus(
    'call',
    '--object-path',
    KETTLE_ROOT,
    '--method',
    'org.freedesktop.DBus.ObjectManager.GetManagedObjects',
  );
  assert.match(objects, /'\/org\/example\/Kettle1\/kettle\/right': \{'org\.example\.Kettle1\.Kettle': \{'Maker'/);
  await assert.rejects(
    gdbus('call', ...call, `${kettleShape.name}.Burst`, 'named', '{}'),
    /org\.cradle\.Cradle1\.Error\.NoSpace: the kettle is full/,
  );
  assert.equal(await gdbus('call', ...call, 'org.freedesktop.DBus.Peer.Ping'), '()\n');
});
