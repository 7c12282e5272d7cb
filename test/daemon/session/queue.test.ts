import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Contexts } from '../../../src/daemon/session/contexts.js';
import type { SessionHost } from '../../../src/daemon/session/host.js';
import { Queue } from '../../../src/daemon/session/queue.js';
import type { Session } from '../../../src/daemon/session/session.js';
import { jobTerms } from '../../../src/daemon/session/terms.js';
import type { Binding, BindingId } from '../../../src/daemon/state/binding.js';
import { isBindingId } from '../../../src/daemon/state/bindings.js';
import { isDeviceId } from '../../../src/daemon/state/devices.js';
import { openState } from '../../../src/daemon/state/state.js';
import { CradleError, type ErrorCode } from '../../../src/dbus/errors.js';
import type { Device, DeviceId } from '../../../src/hal/device.js';
import { MemoryCollection } from '../../../src/plugins/memory/collection.js';
import { MemoryStore } from '../../../src/plugins/memory/store.js';
import { ListedLog } from '../../fakes/log.js';
import { SimulatedDevice } from '../../fakes/simulated-device.js';
import { temporaryFolder } from '../../support/tmp.js';
import { until } from '../../support/until.js';

const id = (text: string): DeviceId => {
  assert.ok(isDeviceId(text));
  return text;
};
const bindingId = (text: string): BindingId => {
  assert.ok(isBindingId(text));
  return text;
};

const device = (name: string): Device => ({
  id: id(name),
  identity: {
    manufacturer: 'Acme',
    model: name,
    kind: 'player',
    icon: 'multimedia-player',
    plugin: name,
    transport: 'block',
    startedBy: 'us',
    stores: [],
    options: new Map(),
    lasting: true,
  },
  owner: { kind: 'mine', because: 'claim' },
  sightings: [],
  evidence: new Map(),
});

const binding = (name: string, deviceName: string, ...pairs: readonly [string, string][]): Binding => ({
  id: bindingId(name),
  device: id(deviceName),
  pairs: pairs.map(([onDevice, desktop]) => ({ device: onDevice, desktop })),
  enabled: true,
  triggers: ['plug'],
  interval: 0,
  direction: 'both',
  conflictPolicy: 'both',
  firstSync: 'combine',
  filter: {},
  options: {},
});

const write = (store: MemoryCollection | undefined, content: string) =>
  store?.put({ contentType: 'text/plain', summary: content }, Buffer.from(content));

/** Devices with stores, desktop stores, and the queue between them. */
async function house(t: TestContext) {
  const folder = await temporaryFolder(t);
  const log = new ListedLog();
  const state = openState(':memory:', log);
  t.after(() => state.close());
  const devices = new Map<string, SimulatedDevice>();
  const desktop = new Map<string, MemoryCollection>();
  const contexts = new Contexts({
    folder,
    bindings: (id) => state.bindings.of(id),
    secrets: { get: async () => undefined },
    transports: new Map(),
    log,
  });
  const learnt: string[] = [];
  const host: SessionHost = {
    log,
    device: (wanted) => {
      if (!devices.has(wanted)) throw new CradleError('NotConnected', `${wanted} is not plugged in`);
      return device(wanted);
    },
    connect: async (which, signal) => {
      const plugin = devices.get(which.id) ?? assert.fail(`no device ${which.id}`);
      return plugin.connect(await contexts.of(which), signal);
    },
    openDesktop: async (name) => {
      const store = desktop.get(name);
      if (store === undefined) throw new CradleError('StoreUnavailable', `${name} is missing`);
      return new MemoryStore(store);
    },
    learn: async (_, facts) => void learnt.push(...facts.keys()),
    released: () => {},
    job: (_session, bound, pair, left, right) => ({
      left,
      right,
      mapping: state.mapping(bound.id, pair),
      attic: { keep: async () => 'nowhere' },
      ...jobTerms(bound, undefined, ['*'], () => undefined),
    }),
  };
  let number = 0;
  const mayStart = { now: true };
  const queue = new Queue(
    host,
    () => mayStart.now,
    () => {
      number += 1;
      return number;
    },
  );
  t.after(() => queue.drain());
  return {
    log,
    state,
    queue,
    mayStart,
    desktop,
    plug: (name: string, ...stores: readonly string[]) => {
      const simulated = new SimulatedDevice(...stores);
      devices.set(name, simulated);
      return simulated;
    },
    bind: (name: string, deviceName: string, ...pairs: readonly [string, string][]) => {
      const bound = binding(name, deviceName, ...pairs);
      state.bindings.put(bound);
      for (const [, store] of pairs) if (!desktop.has(store)) desktop.set(store, new MemoryCollection({ name: store }));
      return bound;
    },
  };
}

/** A gate a test opens by hand; the signal opens it as an abort does. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const wait = (signal: AbortSignal) =>
    Promise.race([
      opened,
      new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    ]);
  return { open, wait };
}

const states = (...sessions: readonly Session[]) => sessions.map((session) => session.snapshot.state);

test('a session copies what each side lacks, closes all it opened, and lets the device go', async (t) => {
  const { plug, bind, queue, desktop } = await house(t);
  const player = plug('player', 'music');
  const bound = bind('b1', 'player', ['music', 'tunes']);
  write(player.store('music'), 'a song');
  write(desktop.get('tunes'), 'another');
  const session = queue.enqueue(bound, 'user');
  const result = await session.ended;
  assert.equal(result.state, 'finished', result.error?.message);
  assert.equal(player.store('music').size, 2);
  assert.equal(desktop.get('tunes')?.size, 2);
  assert.equal(player.open, 0);
  assert.equal(player.releases, 1);
  assert.deepEqual(queue.sessions, []);
});

test('a binding that is waiting or running is not started twice', async (t) => {
  const { plug, bind, queue } = await house(t);
  plug('player', 'music');
  const bound = bind('b1', 'player', ['music', 'tunes']);
  assert.equal(queue.enqueue(bound, 'user'), queue.enqueue(bound, 'plug'));
});

test('sessions of different devices run side by side, those of one device one after the other', async (t) => {
  const { plug, bind, queue } = await house(t);
  const first = gate();
  plug('player', 'music', 'photos').greeting = first.wait;
  plug('camera', 'photos');
  const music = queue.enqueue(bind('b1', 'player', ['music', 'tunes']), 'user');
  const photos = queue.enqueue(bind('b2', 'player', ['photos', 'pictures']), 'user');
  const other = queue.enqueue(bind('b3', 'camera', ['photos', 'snaps']), 'user');
  assert.equal((await other.ended).state, 'finished');
  assert.deepEqual(states(music, photos), ['connecting', 'queued']);
  first.open();
  assert.equal((await music.ended).state, 'finished');
  assert.equal((await photos.ended).state, 'finished');
});

test('two sessions on one desktop store run one after the other, and the later sees what the earlier wrote', async (t) => {
  const { plug, bind, queue, desktop } = await house(t);
  const first = gate();
  const player = plug('player', 'music');
  player.greeting = first.wait;
  const stick = plug('stick', 'music');
  write(player.store('music'), 'a song');
  const one = queue.enqueue(bind('b1', 'player', ['music', 'tunes']), 'user');
  const two = queue.enqueue(bind('b2', 'stick', ['music', 'tunes']), 'user');
  await until(() => one.snapshot.state === 'connecting');
  assert.deepEqual(states(two), ['queued']);
  first.open();
  await Promise.all([one.ended, two.ended]);
  assert.equal(desktop.get('tunes')?.size, 1);
  assert.equal(stick.store('music').size, 1);
});

test('a device that goes away fails its sessions with NotConnected, those that wait too', async (t) => {
  const { plug, bind, queue } = await house(t);
  const player = plug('player', 'music', 'photos');
  player.greeting = gate().wait;
  const running = queue.enqueue(bind('b1', 'player', ['music', 'tunes']), 'user');
  const waiting = queue.enqueue(bind('b2', 'player', ['photos', 'pictures']), 'user');
  await until(() => running.snapshot.state === 'connecting');
  queue.deviceLost(id('player'));
  for (const session of [running, waiting]) {
    const { state, error } = await session.ended;
    assert.equal(state, 'failed');
    assert.equal(error?.code, 'NotConnected');
  }
  assert.equal(player.open, 0);
});

test('one store that cannot be opened does not keep the other from being synced, and the session still says so', async (t) => {
  const { plug, bind, queue, desktop } = await house(t);
  const player = plug('player', 'music', 'photos');
  const bound = bind('b1', 'player', ['music', 'tunes'], ['photos', 'pictures']);
  desktop.delete('tunes');
  write(player.store('photos'), 'a picture');
  const { state, error, pairs } = await queue.enqueue(bound, 'user').ended;
  assert.equal(state, 'failed');
  assert.equal(error?.code, 'StoreUnavailable');
  assert.deepEqual(
    pairs.map((pair) => pair.error?.code),
    ['StoreUnavailable', undefined],
  );
  assert.equal(desktop.get('pictures')?.size, 1);
});

test('a suspended session lets the device go and does its work when it is resumed', async (t) => {
  const { plug, bind, queue, desktop } = await house(t);
  const player = plug('player', 'music');
  player.greeting = gate().wait;
  write(player.store('music'), 'a song');
  const session = queue.enqueue(bind('b1', 'player', ['music', 'tunes']), 'user');
  await until(() => session.snapshot.state === 'connecting');
  session.suspend();
  await until(() => !session.busy);
  assert.deepEqual(states(session), ['suspended']);
  assert.equal(player.open, 0);
  player.greeting = async () => {};
  session.resume();
  assert.equal((await session.ended).state, 'finished');
  assert.equal(desktop.get('tunes')?.size, 1);
});

test('sessions wait while nothing may start, and start once they may', async (t) => {
  const { plug, bind, queue, mayStart } = await house(t);
  plug('player', 'music');
  mayStart.now = false;
  const session = queue.enqueue(bind('b1', 'player', ['music', 'tunes']), 'plug');
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  assert.deepEqual(states(session), ['queued']);
  mayStart.now = true;
  queue.pump();
  assert.equal((await session.ended).state, 'finished');
});

test('more sessions than anybody can want are refused by name', async (t) => {
  const { bind, queue, mayStart } = await house(t);
  mayStart.now = false;
  const refusal: ErrorCode = 'LimitsExceeded';
  for (let count = 0; count < 256; count += 1)
    queue.enqueue(bind(`b${count}`, 'player', ['music', `tunes${count}`]), 'user');
  assert.throws(
    () => queue.enqueue(bind('last', 'player', ['music', 'more']), 'user'),
    (error) => error instanceof CradleError && error.code === refusal,
  );
});

test('a device that goes away while its items are copied leaves a session that failed, and the next one completes it', async (t) => {
  const { plug, bind, queue, desktop } = await house(t);
  const player = plug('player', 'music');
  const bound = bind('b1', 'player', ['music', 'tunes']);
  for (let count = 0; count < 50; count += 1) write(desktop.get('tunes'), `song ${count}`);
  player.behave = (store) => ({
    info: store.info,
    list: (since, signal) => store.list(since, signal),
    read: (item, signal) => store.read(item, signal),
    async *apply(edits, signal) {
      let written = 0;
      for await (const receipt of store.apply(edits, signal)) {
        yield receipt;
        written += 1;
        if (written === 10) throw new CradleError('NotConnected', 'the player was unplugged');
      }
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  });
  const cut = await queue.enqueue(bound, 'user').ended;
  assert.equal(cut.state, 'failed');
  assert.equal(cut.error?.code, 'NotConnected');
  player.behave = (store) => store;
  const whole = await queue.enqueue(bound, 'plug').ended;
  assert.equal(whole.state, 'finished', whole.error?.message);
  assert.equal(player.store('music').size, 50);
  assert.equal(desktop.get('tunes')?.size, 50);
});
