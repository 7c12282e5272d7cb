import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Switchboard } from '../../../src/daemon/alert/switchboard.js';
import { Lines } from '../../../src/daemon/session/line.js';
import { Queue } from '../../../src/daemon/session/queue.js';
import { jobTerms } from '../../../src/daemon/session/terms.js';
import type { Binding } from '../../../src/daemon/state/binding.js';
import { isBindingId } from '../../../src/daemon/state/bindings.js';
import { openState } from '../../../src/daemon/state/state.js';
import type { Device } from '../../../src/hal/device.js';
import { deviceId } from '../../../src/hal/device-id.js';
import type { Peer } from '../../../src/plugins/contract.js';
import { MemoryCollection } from '../../../src/plugins/memory/collection.js';
import { MemoryStore } from '../../../src/plugins/memory/store.js';
import { ScriptedClock, settleDown } from '../../fakes/clock.js';
import { ListedLog } from '../../fakes/log.js';
import { aBinding } from '../sync/world.js';

const id = deviceId('account-phone');
const phone: Device = {
  id,
  identity: {
    manufacturer: '',
    model: 'Phone',
    kind: 'phone',
    icon: 'phone',
    plugin: 'calling',
    transport: 'http',
    startedBy: 'device',
    stores: [],
    options: new Map(),
    lasting: true,
  },
  owner: { kind: 'mine', because: 'claim' },
  sightings: [
    { key: 'account:phone', source: 'account', body: 'account:phone', evidence: new Map([['subsystem', 'account']]) },
  ],
  evidence: new Map(),
};

/** A phone with two bindings, the queue, and the switchboard between them. */
function exchange(t: TestContext) {
  const log = new ListedLog();
  const clock = new ScriptedClock();
  const state = openState(':memory:', log);
  const lines = new Lines();
  const stop = new AbortController();
  const held = { now: false };
  const desktop = new MemoryCollection({ name: 'desktop' });
  const bindings = ['b1', 'b2'].map((name): Binding => {
    assert(isBindingId(name));
    return aBinding({ id: name, device: id, pairs: [{ device: name, desktop: 'files' }] });
  });
  for (const binding of bindings) state.bindings.put(binding);
  let number = 0;
  const queue = new Queue(
    {
      log,
      device: () => phone,
      connect: async () => lines.of(id)?.join() ?? assert.fail('nobody has called'),
      openDesktop: async () => new MemoryStore(desktop),
      learn: async () => {},
      released: () => {},
      job: (_session, binding, pair, left, right) => ({
        left,
        right,
        mapping: state.mapping(binding.id, pair),
        attic: { keep: async () => 'nowhere' },
        ...jobTerms(binding, undefined, ['*'], () => undefined, right.wish),
      }),
    },
    () => !held.now,
    () => ++number,
  );
  const switchboard = new Switchboard({
    device: (wanted) => (wanted === id ? phone : undefined),
    bindings: () => bindings,
    queue,
    lines,
    objection: () => undefined,
    start: (binding) => queue.enqueue(binding, 'device'),
    clock,
    log,
  });
  t.after(async () => {
    await queue.drain();
    state.close();
  });
  const deeds: string[] = [];
  const call = (name: string, behaviour: Partial<Peer> = {}, protocol = 'calling'): Promise<void> => {
    const peer: Peer = {
      evidence: new Map(),
      stores: ['b1', 'b2'].map((store) => new MemoryCollection({ name: store }).info),
      open: async (store) => {
        deeds.push(`${name} opens ${store}`);
        return new MemoryStore(new MemoryCollection({ name: store }));
      },
      release: async () => void deeds.push(`${name} is released`),
      [Symbol.asyncDispose]: async () => void deeds.push(`${name} is closed`),
      ...behaviour,
    };
    return switchboard.put({ device: id, peer }, protocol, stop.signal);
  };
  const ended: string[] = [];
  queue.onEvent((event) => {
    if (event.kind === 'ended') ended.push(`${event.session.binding.id} ${event.result.state}`);
  });
  return { log, clock, queue, lines, held, stop, call, deeds, ended };
}

test('all sessions of a call have ended before it is released, and it is closed last', async (t) => {
  const { call, deeds, ended, lines } = exchange(t);
  await call('one');
  assert.deepEqual(deeds, ['one opens b1', 'one opens b2', 'one is released', 'one is closed']);
  assert.deepEqual(ended.sort(), ['b1 finished', 'b2 finished']);
  assert.equal(lines.of(id), undefined);
});

test('a binding whose stores the device has left out of its call waits for another, and nothing has failed', async (t) => {
  const { call, deeds, ended } = exchange(t);
  await call('one', { stores: [new MemoryCollection({ name: 'b2' }).info] });
  assert.deepEqual(deeds, ['one opens b2', 'one is released', 'one is closed']);
  assert.deepEqual(ended, ['b2 finished']);
});

test('a call that no session takes is ended after a while, and its sessions with it', async (t) => {
  const { call, deeds, ended, held, clock, queue } = exchange(t);
  held.now = true;
  let over = false;
  const seen = call('one').then(() => {
    over = true;
  });
  await clock.pass(29_999);
  assert.deepEqual([over, queue.sessions.length], [false, 2]);
  await clock.pass(1);
  await seen;
  assert.deepEqual(deeds, ['one is released', 'one is closed']);
  assert.deepEqual(ended.sort(), ['b1 failed', 'b2 failed']);
  assert.equal(queue.sessions.length, 0);
});

test('a session that was queued for the device already joins the call', async (t) => {
  const { call, held, queue, deeds } = exchange(t);
  held.now = true;
  const seen = call('one');
  await settleDown();
  const [first] = queue.sessions;
  assert(first !== undefined);
  assert.equal(queue.enqueue(first.binding, 'user'), first);
  held.now = false;
  queue.pump();
  await seen;
  assert.equal(deeds.filter((deed) => deed.includes('opens b1')).length, 1);
});

test('a call waits for another of its device for a minute, and is told then', async (t) => {
  const { call, deeds, clock, log } = exchange(t);
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const first = call('one', {
    open: async (store) => {
      await gate;
      return new MemoryStore(new MemoryCollection({ name: store }));
    },
  });
  await settleDown();
  const second = call('two');
  await clock.pass(59_999);
  assert.deepEqual(deeds, []);
  await clock.pass(1);
  await second;
  assert.deepEqual(deeds, ['two is closed']);
  assert(log.lines.some(({ message }) => message.endsWith('is turned away: it is being synced already')));
  open();
  await first;
  assert.deepEqual(deeds, ['two is closed', 'one is released', 'one is closed']);
});

test('a peer that fails on every step costs its own call only, and the next one is served', async (t) => {
  const { call, deeds, ended, log, clock } = exchange(t);
  const broken = (what: string) => async () => {
    throw new Error(`${what} is broken`);
  };
  await call('one', { open: broken('open'), release: broken('release'), [Symbol.asyncDispose]: broken('close') });
  assert.deepEqual(ended.sort(), ['b1 failed', 'b2 failed']);
  assert(log.lines.some(({ message }) => message.includes('did not end well: release is broken')));
  const hanging = call('two', { [Symbol.asyncDispose]: () => new Promise(() => {}) });
  await clock.pass(10_000);
  await hanging;
  assert(log.lines.some(({ message }) => message.endsWith('does not close')));
  await call('three');
  assert.deepEqual(deeds.slice(-2), ['three is released', 'three is closed']);
});

test('a call that comes through another protocol than the device speaks is turned away', async (t) => {
  const { call, deeds, log } = exchange(t);
  await call('one', {}, 'telepathy');
  assert.deepEqual(deeds, ['one is closed']);
  assert(log.lines.some(({ message }) => message.endsWith('is turned away: it does not speak telepathy')));
});

test('a call ends when the daemon does', async (t) => {
  const { call, deeds, held, stop, queue } = exchange(t);
  held.now = true;
  const seen = call('one');
  await settleDown();
  await queue.drain();
  stop.abort();
  await seen;
  assert.equal(deeds.at(-1), 'one is closed');
});
