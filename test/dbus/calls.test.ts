import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { connectBus } from '../../src/dbus/bus.js';
import { CradleError } from '../../src/dbus/errors.js';
import { dbus } from '../../src/dbus/names.js';
import { proxy } from '../../src/dbus/proxy.js';
import { arg, defineShape, method, property, signal } from '../../src/dbus/shape.js';
import { privateBus } from '../support/bus.js';
import { temporaryFolder } from '../support/tmp.js';
import { until } from '../support/until.js';
import { KETTLE_NAME, KETTLE_PATH, kettleShape, makeKettle } from './kettle.js';

const isCode = (code: string) => (error: unknown) => error instanceof CradleError && error.code === code;

test('numbers of 64 bits, empty lists and nested dictionaries survive the bus both ways', async (t) => {
  const daemon = await privateBus(t);
  const server = await daemon.connect();
  const client = await daemon.connect();
  server.publish(KETTLE_PATH, [makeKettle().exported]);
  const kettle = proxy(client, server.uniqueName, KETTLE_PATH, kettleShape);

  assert.deepEqual(await kettle.call('Repeat', [['ä', '', '🫖'], -9_223_372_036_854_775_808n, {}]), [
    ['ä', '', '🫖'],
    -9_223_372_036_854_775_808n,
  ]);
  assert.deepEqual(await kettle.call('Repeat', [[], 9_007_199_254_740_993n, {}]), [[], 9_007_199_254_740_993n]);
  await kettle.set('Boils', 18_446_744_073_709_551_615n);
  assert.equal(await kettle.get('Boils'), 18_446_744_073_709_551_615n);

  const [description] = await kettle.call('Describe', [{}]);
  assert.deepEqual(
    description,
    new Map<string, unknown>([
      ['Text', 'hot'],
      ['Count', 18_446_744_073_709_551_615n],
      ['Bytes', Buffer.from([1, 2, 255])],
      [
        'Inner',
        new Map<string, unknown>([
          ['Names', ['a', 'b']],
          ['Pairs', [['x', 'y']]],
        ]),
      ],
      ['List', [new Map([['A', 1]]), new Map()]],
    ]),
  );
});

test('a word with NUL in it is told with a replacement character, not lost', async (t) => {
  const daemon = await privateBus(t);
  const server = await daemon.connect();
  const client = await daemon.connect();
  server.publish(KETTLE_PATH, [makeKettle().exported]);
  assert.equal((await proxy(client, server.uniqueName, KETTLE_PATH, kettleShape).getAll()).Maker, 'ACME\uFFFDLtd');
});

test('a call ends at its timeout, or when it is aborted, and before it begins when it already was', async (t) => {
  const daemon = await privateBus(t);
  const server = await daemon.connect();
  const client = await daemon.connect();
  const own = makeKettle();
  server.publish(KETTLE_PATH, [own.exported]);
  const kettle = proxy(client, server.uniqueName, KETTLE_PATH, kettleShape);

  await assert.rejects(kettle.call('Hang', [{}], { timeout: 20 }), isCode('Timeout'));
  const stop = new AbortController();
  const hanging = kettle.call('Hang', [{}], { abort: stop.signal });
  await until(() => own.hanging === 2);
  stop.abort();
  await assert.rejects(hanging, isCode('Cancelled'));
  await assert.rejects(kettle.call('Hang', [{}], { abort: AbortSignal.abort() }), isCode('Cancelled'));
  await kettle.call('WhoAmI', []);
  assert.equal(own.hanging, 2);
  own.release();
});

test('when the bus dies, calls that wait and calls that follow fail with NotConnected, and ended settles', async (t) => {
  const daemon = await privateBus(t);
  const server = await daemon.connect();
  const client = await daemon.connect();
  const own = makeKettle();
  server.publish(KETTLE_PATH, [own.exported]);
  const kettle = proxy(client, server.uniqueName, KETTLE_PATH, kettleShape);
  const first = assert.rejects(kettle.call('Hang', [{}]), isCode('NotConnected'));
  const second = assert.rejects(kettle.call('Hang', [{}]), isCode('NotConnected'));
  await kettle.get('Label');

  await daemon.kill();
  await Promise.all([first, second, client.ended, server.ended]);
  await assert.rejects(kettle.get('Label'), isCode('NotConnected'));
  await assert.rejects(client.own(KETTLE_NAME), isCode('NotConnected'));
  // What answers and signals now speaks to nobody, and must not fail either.
  own.release();
  own.exported.changed('Label');
  own.exported.emit('Whistled', 'b', 1);
  client.emit('/', 'org.example.A', 'B', '', []);
});

test('an error from the other side keeps its name and its sentence', async (t) => {
  const daemon = await privateBus(t);
  const server = await daemon.connect();
  const client = await daemon.connect();
  server.publish(KETTLE_PATH, [makeKettle().exported]);
  const kettle = proxy(client, server.uniqueName, KETTLE_PATH, kettleShape);
  await assert.rejects(kettle.call('Burst', ['named', {}]), (error: unknown) => {
    assert(error instanceof CradleError);
    assert.equal(error.code, 'NoSpace');
    assert.equal(error.message, 'the kettle is full');
    assert.equal(error.remote, 'org.cradle.Cradle1.Error.NoSpace');
    return true;
  });
  const nobody = proxy(client, 'org.example.Nobody', KETTLE_PATH, kettleShape);
  await assert.rejects(nobody.get('Label'), isCode('NotConnected'));
  const elsewhere = proxy(client, server.uniqueName, '/elsewhere', kettleShape);
  await assert.rejects(elsewhere.get('Label'), isCode('NotFound'));
});

test('what D-Bus cannot carry is refused before it is sent, and the connection lives on', async (t) => {
  const daemon = await privateBus(t);
  const bus = await daemon.connect();
  const call = { destination: dbus.name, path: dbus.path, interface: dbus.peer, member: 'Ping' };
  for (const wrong of [
    { ...call, destination: 'no name' },
    { ...call, path: 'relative' },
    { ...call, path: '/a//b' },
    { ...call, interface: 'Dotless' },
    { ...call, member: 'with.dot' },
    { ...call, signature: 'u', body: ['text'] },
    { ...call, signature: 'u', body: [4_294_967_296] },
    { ...call, signature: 'u', body: [] },
    { ...call, signature: 'a{vs}', body: [[]] },
    { ...call, signature: '(', body: [[]] },
  ])
    await assert.rejects(bus.call(wrong), isCode('InvalidArgs'), JSON.stringify(wrong));
  const large = ['x'.repeat(40 * 1024 * 1024)];
  await assert.rejects(bus.call({ ...call, signature: 's', body: large }), isCode('LimitsExceeded'));
  assert.deepEqual(await bus.call(call), []);
});

test('no bus at the address is NotConnected, a wrong address InvalidArgs', async (t) => {
  const folder = await temporaryFolder(t);
  await assert.rejects(connectBus({ address: `unix:path=${join(folder, 'none')}` }), isCode('NotConnected'));
  await assert.rejects(connectBus({ address: 'autolaunch:' }), isCode('InvalidArgs'));
});

test('the second endpoint of an address is tried when the first does not answer', async (t) => {
  const daemon = await privateBus(t);
  const folder = await temporaryFolder(t);
  await using bus = await connectBus({ address: `unix:path=${join(folder, 'none')};${daemon.address}` });
  assert.match(bus.uniqueName, /^:/);
});

test('a socket that never greets, and one that talks nonsense, do not hold us', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'odd');
  let say = '';
  const server = createServer((socket) => {
    socket.on('error', () => {});
    if (say !== '') socket.write(say);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  t.after(() => server.close());
  const stop = new AbortController();
  const silent = connectBus({ address: `unix:path=${path}`, abort: stop.signal });
  server.once('connection', () => stop.abort());
  await assert.rejects(silent, isCode('Cancelled'));
  say = 'HTTP/1.1 400 Bad Request\r\n\r\n';
  await assert.rejects(connectBus({ address: `unix:path=${path}` }), isCode('NotConnected'));
  say = `OK 1234\r\n${'nonsense'.repeat(100)}`;
  await assert.rejects(connectBus({ address: `unix:path=${path}` }), isCode('NotConnected'));
});

test('an answer, a property or a signal of other types than promised never reaches the code that asked', async (t) => {
  const daemon = await privateBus(t);
  const server = await daemon.connect();
  const client = await daemon.connect();
  const own = makeKettle();
  server.publish(KETTLE_PATH, [own.exported]);
  const hopeful = defineShape({
    name: kettleShape.name,
    properties: { Label: property('u', 'read'), Temperature: property('d', 'read'), Colour: property('as', 'read') },
    methods: { WhoAmI: method([], [arg('name', 's')]) },
    signals: { Whistled: signal([arg('tune', 'u'), arg('loudness', 'u')]) },
  });
  const remote = proxy(client, server.uniqueName, KETTLE_PATH, hopeful);
  await assert.rejects(remote.get('Label'), isCode('Failed'));
  await assert.rejects(remote.call('WhoAmI', []), isCode('Failed'));
  // What is mistyped or missing is blank; what is right stands.
  assert.deepEqual(await remote.getAll(), { Label: 0, Temperature: 20.5, Colour: [] });
  let heard = 0;
  await remote.on('Whistled', () => heard++);
  own.exported.emit('Whistled', 'a', 1);
  await assert.rejects(remote.get('Label'));
  assert.equal(heard, 0);
});

test('a connection that is closed fails its calls at once, and closing it again is nothing', async (t) => {
  const daemon = await privateBus(t);
  const server = await daemon.connect();
  const own = makeKettle();
  server.publish(KETTLE_PATH, [own.exported]);
  const client = await connectBus({ address: daemon.address });
  const kettle = proxy(client, server.uniqueName, KETTLE_PATH, kettleShape);
  const hanging = assert.rejects(kettle.call('Hang', [{}]), isCode('NotConnected'));
  await kettle.get('Label');
  const closing = client[Symbol.asyncDispose]();
  await assert.rejects(kettle.get('Label'), isCode('NotConnected'));
  await Promise.all([closing, client[Symbol.asyncDispose](), hanging, client.ended]);
  own.release();
});
