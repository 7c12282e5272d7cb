import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Listener } from '../../../src/daemon/alert/listener.js';
import { openState } from '../../../src/daemon/state/state.js';
import { deviceId } from '../../../src/hal/device-id.js';
import type { Account } from '../../../src/hal/sources/accounts.js';
import type { Call } from '../../../src/plugins/contract.js';
import { CallingPhones } from '../../fakes/calling-phones.js';
import { ScriptedClock, settleDown } from '../../fakes/clock.js';
import { ListedLog } from '../../fakes/log.js';
import { until } from '../../support/until.js';

const account = (name: string, more: Partial<Account> = {}): Account => ({
  name,
  protocol: 'calling',
  role: 'caller',
  label: name,
  url: '',
  user: name,
  stores: new Map(),
  created: 1,
  ...more,
});

/** A listener with phones that call through one protocol; `put` keeps the calls until the test ends them. */
function house(t: TestContext) {
  const phones = new CallingPhones();
  const clock = new ScriptedClock();
  const log = new ListedLog();
  const state = openState(':memory:', log);
  const settings = { now: new Map([['ListenPort', '1']]) };
  const calls: { readonly call: Call; readonly end: () => void }[] = [];
  let changes = 0;
  const listener = new Listener({
    protocols: [phones],
    accounts: state.accounts,
    settings: () => settings.now,
    context: async () => undefined,
    put: (call, _protocol, signal) =>
      new Promise((resolve) => {
        calls.push({ call, end: resolve });
        signal.addEventListener('abort', () => resolve());
      }),
    changed: () => {
      changes += 1;
    },
    clock,
    log,
  });
  t.after(async () => {
    const ended = listener[Symbol.asyncDispose]();
    await clock.pass(10_000);
    await ended;
    state.close();
  });
  listener.reconsider();
  return { phones, clock, log, state, settings, calls, listener, changes: () => changes };
}

test('what fails is tried again, later each time, and at once under other terms', async (t) => {
  const { phones, clock, log, state, settings, listener } = house(t);
  for (let count = 0; count < 20; count++) phones.failures.push(new Error('the port is taken'));
  state.accounts.put(account('alice'));
  await settleDown();
  assert.equal(phones.listens, 1);
  assert.deepEqual(listener.ears, [{ protocol: 'calling', state: 'failing', where: '', message: 'the port is taken' }]);
  for (const [seconds, listens] of [
    [1, 2],
    [2, 3],
    [4, 4],
    [8, 5],
    [16, 6],
    [32, 7],
    [60, 8],
    [60, 9],
  ] as const) {
    await clock.pass(seconds * 1000 - 1);
    assert.equal(phones.listens, listens - 1);
    await clock.pass(1);
    assert.equal(phones.listens, listens);
  }
  assert.equal(log.lines.filter(({ level }) => level === 'warn').length, 1, 'the same reason is logged once');
  phones.failures.length = 0;
  settings.now = new Map([['ListenPort', '2']]);
  listener.reconsider();
  await until(() => phones.listening);
  assert.equal(phones.settings.get('ListenPort'), '2');
  assert.deepEqual(
    listener.ears.map(({ state: how, message }) => [how, message]),
    [['listening', '']],
  );
});

test('one that has worked and fails then is tried again soon', async (t) => {
  const { phones, clock, state } = house(t);
  phones.failures.push(new Error('1'), new Error('2'), new Error('3'));
  state.accounts.put(account('alice'));
  await clock.pass(7_000);
  assert.equal(phones.listens, 4);
  phones.failures.push(new Error('in the middle'));
  phones.fail(new Error('the network went away'));
  await settleDown();
  await clock.pass(1_000);
  assert.equal(phones.listens, 5);
});

test('a plugin that does not say that it listens is taken to, once a while has passed without failure', async (t) => {
  const { phones, clock, state, listener } = house(t);
  phones.place = undefined;
  state.accounts.put(account('alice'));
  await settleDown();
  assert.equal(listener.ears[0]?.state, 'starting');
  await clock.pass(5_000);
  assert.equal(listener.ears[0]?.state, 'listening');
});

test('accounts of servers, and of protocols that nobody calls through, make nobody listen', async (t) => {
  const { phones, state, listener } = house(t);
  state.accounts.put(account('server', { role: 'server' }));
  state.accounts.put(account('other', { protocol: 'telepathy' }));
  await settleDown();
  assert.deepEqual([phones.listens, listener.ears.length], [0, 0]);
});

test('a further account does not disturb who listens, and the last one’s end ends it', async (t) => {
  const { phones, state } = house(t);
  state.accounts.put(account('alice'));
  await until(() => phones.listening);
  state.accounts.put(account('bob'));
  state.accounts.remove('alice');
  await settleDown();
  assert.deepEqual([phones.listens, phones.listening], [1, true]);
  state.accounts.remove('bob');
  await until(() => !phones.listening);
});

test('eight calls are seen to at once, more wait in the plugin', async (t) => {
  const { phones, state, calls } = house(t);
  state.accounts.put(account('alice'));
  await until(() => phones.listening);
  for (let count = 0; count < 20; count++) void phones.ring(deviceId(`phone-${count}`));
  await settleDown();
  assert.equal(calls.length, 8);
  calls[3]?.end();
  await settleDown();
  assert.equal(calls.length, 9);
  for (let at = 0; at < 20; at++) {
    calls[at]?.end();
    await settleDown();
  }
  assert.equal(calls.length, 20);
});

test('a plugin that will not stop is not waited for for ever', async (t) => {
  const { phones, state, listener, log, clock } = house(t);
  phones.stubborn = true;
  state.accounts.put(account('alice'));
  await until(() => phones.listening);
  const ended = listener[Symbol.asyncDispose]();
  await clock.pass(10_000);
  await ended;
  assert(log.lines.some(({ message }) => message === 'calling does not stop listening'));
  phones.stubborn = false;
});
