import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { isOver, SessionMachine, type SessionState, type SessionWork } from '../../../src/daemon/session/machine.js';
import { CradleError } from '../../../src/dbus/errors.js';

const atOnce: SessionWork = {
  connect: async () => {},
  compare: async () => {},
  exchange: async (progress) => progress({ done: 2, planned: 2, conflicts: 0 }),
  commit: async () => {},
};

/** Work that waits until it is told to stop, and remembers that it was. */
const patient = (stopped: string[], name: string) => (signal: AbortSignal) =>
  new Promise<void>((_, reject) => {
    signal.addEventListener('abort', () => {
      stopped.push(name);
      reject(signal.reason);
    });
  });

function follow(work: SessionWork) {
  const states: SessionState[] = [];
  let over = () => {};
  const ended = new Promise<void>((resolve) => {
    over = resolve;
  });
  const machine = new SessionMachine(work, ({ state }) => {
    if (states.at(-1) !== state) states.push(state);
    if (isOver(state)) over();
  });
  return { machine, states, ended };
}

test('a session goes through its working states in order and finishes', async () => {
  const { machine, states, ended } = follow(atOnce);
  machine.send({ type: 'start' });
  await ended;
  assert.deepEqual(
    states.filter((state) => state !== 'queued'),
    ['connecting', 'comparing', 'exchanging', 'committing', 'finished'],
  );
  assert.deepEqual(machine.snapshot.tally, { done: 2, planned: 2, conflicts: 0 });
});

for (const step of ['connect', 'compare', 'exchange', 'commit'] as const) {
  test(`a session whose ${step} fails ends as failed with that error by its name`, async () => {
    const broken = { ...atOnce, [step]: () => Promise.reject(new CradleError('NoSpace', 'the card is full')) };
    const { machine, ended } = follow(broken);
    machine.send({ type: 'start' });
    await ended;
    assert.equal(machine.snapshot.state, 'failed');
    assert.equal(machine.snapshot.error?.code, 'NoSpace');
    assert.equal(machine.snapshot.error?.message, 'the card is full');
  });
}

test('an error that is no CradleError becomes Failed and keeps its cause', async () => {
  const cause = new TypeError('x is not a function');
  const { machine, ended } = follow({ ...atOnce, compare: () => Promise.reject(cause) });
  machine.send({ type: 'start' });
  await ended;
  assert.equal(machine.snapshot.error?.code, 'Failed');
  assert.equal(machine.snapshot.error?.cause, cause);
});

for (const [event, state, code] of [
  ['cancel', 'cancelled', undefined],
  ['device.lost', 'failed', 'NotConnected'],
  ['suspend', 'suspended', undefined],
] as const) {
  test(`${event} stops the work that is going on and leads to ${state}`, async () => {
    const stopped: string[] = [];
    const { machine } = follow({ ...atOnce, connect: patient(stopped, 'connect') });
    machine.send({ type: 'start' });
    await new Promise((resolve) => setImmediate(resolve));
    machine.send({ type: event });
    assert.equal(machine.snapshot.state, state);
    assert.equal(machine.snapshot.error?.code, code);
    assert.deepEqual(stopped, ['connect']);
  });
}

test('a suspended session runs again from the start when it is resumed', async () => {
  const stopped: string[] = [];
  let calls = 0;
  const compare = (signal: AbortSignal) => {
    calls += 1;
    return calls === 1 ? patient(stopped, 'compare')(signal) : Promise.resolve();
  };
  const { machine, states, ended } = follow({ ...atOnce, compare });
  machine.send({ type: 'start' });
  await new Promise((resolve) => setImmediate(resolve));
  machine.send({ type: 'suspend' });
  machine.send({ type: 'resume' });
  assert.equal(machine.snapshot.state, 'queued');
  machine.send({ type: 'start' });
  await ended;
  assert.equal(states.at(-1), 'finished');
  assert.equal(calls, 2);
});

test('a session that is committing can no longer be suspended, so that anchors never move halfway', async () => {
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { machine, ended } = follow({ ...atOnce, commit: () => gate });
  machine.send({ type: 'start' });
  while (machine.snapshot.state !== 'committing') await new Promise((resolve) => setImmediate(resolve));
  machine.send({ type: 'suspend' });
  assert.equal(machine.snapshot.state, 'committing');
  release();
  await ended;
  assert.equal(machine.snapshot.state, 'finished');
});

test('a device that never answers ends the session with Timeout', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const stopped: string[] = [];
    const { machine } = follow({ ...atOnce, connect: patient(stopped, 'connect') });
    machine.send({ type: 'start' });
    mock.timers.tick(60_000);
    assert.equal(machine.snapshot.state, 'failed');
    assert.equal(machine.snapshot.error?.code, 'Timeout');
    assert.deepEqual(stopped, ['connect']);
  } finally {
    mock.timers.reset();
  }
});
