import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BindingId } from '../../../src/daemon/state/binding.js';
import { isBindingId } from '../../../src/daemon/state/bindings.js';
import { isDeviceId } from '../../../src/daemon/state/devices.js';
import { History } from '../../../src/daemon/state/history.js';
import { MIGRATIONS } from '../../../src/daemon/state/migrations.js';
import { openState } from '../../../src/daemon/state/state.js';
import type { DeviceId } from '../../../src/hal/device.js';
import { Database } from '../../../src/plugins/database/database.js';
import { migrate } from '../../../src/plugins/database/migrate.js';
import { aBinding, PAIR, silent } from '../sync/world.js';

function bindingId(text: string): BindingId {
  assert.ok(isBindingId(text));
  return text;
}

function deviceId(text: string): DeviceId {
  assert.ok(isDeviceId(text));
  return text;
}

const binding = aBinding();

test('a binding keeps every word of it', () => {
  using state = openState(':memory:', silent);
  const whole = aBinding({
    triggers: ['plug', 'timer'],
    interval: 900,
    direction: 'to-device',
    conflictPolicy: 'newest',
    firstSync: 'ask',
    enabled: false,
    filter: { include: ['*.jpg', '**/*.png'], exclude: ['.trash/**'] },
    options: { quality: 'high' },
    pairs: [PAIR, { device: 'DCIM "2"', desktop: 'pictures' }],
  });
  state.bindings.put(whole);
  assert.deepEqual(state.bindings.get(whole.id), whole);
  assert.deepEqual(state.bindings.of(whole.device), [whole]);
  assert.deepEqual(state.bindings.of(deviceId('another')), []);
});

test('an account keeps every word of it, and tells when one comes or goes', () => {
  using state = openState(':memory:', silent);
  let changes = 0;
  const watch = state.accounts.onChange(() => {
    changes += 1;
  });
  const account = {
    name: 'work',
    protocol: 'syncml',
    role: 'server' as const,
    label: 'Work',
    url: 'https://sync.example.org/ds?x=1',
    user: 'alice',
    stores: new Map([['contacts', './card']]),
    created: 17,
  };
  state.accounts.put(account);
  assert.deepEqual(state.accounts.list(), [account]);
  state.accounts.put({ ...account, user: 'bob' });
  assert.equal(state.accounts.get('work')?.user, 'bob');
  state.accounts.remove('work');
  assert.deepEqual(state.accounts.list(), []);
  assert.equal(changes, 3);
  watch[Symbol.dispose]();
  state.accounts.put(account);
  assert.equal(changes, 3);
});

test('a pair that leaves its binding takes its mapping along, the others keep theirs', () => {
  using state = openState(':memory:', silent);
  const second = { device: 'Music', desktop: 'music' };
  state.bindings.put(aBinding({ pairs: [PAIR, second] }));
  const known = { ref: { id: 'a', revision: '1' }, digest: 'd' };
  for (const pair of [PAIR, second]) state.mapping(binding.id, pair).advance({ join: [{ left: known, right: known }] });
  state.bindings.put(aBinding({ pairs: [second] }));
  state.bindings.put(aBinding({ pairs: [PAIR, second] }));
  assert.equal(state.mapping(binding.id, PAIR).size, 0);
  assert.equal(state.mapping(binding.id, second).size, 1);
});

test('a binding that is removed takes mapping, questions, answers and result along; its history stays', () => {
  using state = openState(':memory:', silent);
  state.bindings.put(binding);
  const known = { ref: { id: 'a', revision: '1' }, digest: 'd' };
  state.mapping(binding.id, PAIR).advance({ join: [{ left: known, right: known }] });
  state.questions.ask(binding.id, 'first-sync', 'Combine or keep one?');
  state.questions.decide(binding.id, 'mass-deletion', 'allow');
  state.results.put({
    binding: binding.id,
    ended: 1,
    result: 'failed',
    errorCode: 'Busy',
    errorMessage: 'it was busy',
  });
  state.history.begin(binding.id, binding.device, 'plug');
  state.bindings.remove(binding.id);
  state.bindings.put(binding);
  assert.equal(state.mapping(binding.id, PAIR).size, 0);
  assert.deepEqual(state.questions.list(), []);
  assert.equal(state.questions.answer(binding.id, 'mass-deletion'), undefined);
  assert.equal(state.results.get(binding.id), undefined);
  assert.equal(state.history.list().length, 1);
});

test('an answer is used once, and closes its question', () => {
  using state = openState(':memory:', silent);
  state.bindings.put(binding);
  state.questions.ask(binding.id, 'mass-deletion', '40 of 50 are gone', 1_000);
  state.questions.ask(binding.id, 'mass-deletion', '41 of 50 are gone', 2_000);
  assert.deepEqual(state.questions.list(binding.id), [
    { binding: binding.id, question: 'mass-deletion', since: 1_000, message: '41 of 50 are gone' },
  ]);
  state.questions.decide(binding.id, 'mass-deletion', 'allow');
  assert.deepEqual(state.questions.list(), []);
  assert.equal(state.questions.answer(binding.id, 'mass-deletion'), 'allow');
  state.questions.use(binding.id, 'mass-deletion');
  assert.equal(state.questions.answer(binding.id, 'mass-deletion'), undefined);
});

test('a claim keeps its date until it is released', () => {
  using state = openState(':memory:', silent);
  state.claims.claim(binding.device, 1_000);
  state.claims.claim(binding.device, 2_000);
  assert.deepEqual(state.claims.get(binding.device), { device: binding.device, since: 1_000 });
  assert.ok(state.claims.holds(binding.device));
  state.claims.release(binding.device);
  assert.ok(!state.claims.holds(binding.device));
  assert.deepEqual(state.claims.list(), []);
});

test('the history keeps its bounds in number and age, and never gives a number twice', () => {
  const database = Database.open(':memory:');
  migrate(database, MIGRATIONS);
  const history = new History(database, silent, { sessions: 3, days: 10 });
  const day = 86_400_000;
  const numbers: number[] = [];
  for (let at = 0; at < 6; at++) {
    const number = history.begin(binding.id, binding.device, 'user', at * day);
    history.end(number, { result: 'finished', details: { at } }, at * day);
    numbers.push(number);
  }
  assert.deepEqual(
    history.list().map(({ details }) => details.at),
    [5, 4, 3],
  );
  const late = history.begin(binding.id, binding.device, 'user', 100 * day);
  history.end(late, { result: 'failed', errorCode: 'Timeout', errorMessage: 'no answer' }, 100 * day);
  assert.deepEqual(
    history.list().map(({ number, result, errorCode }) => [number, result, errorCode]),
    [[late, 'failed', 'Timeout']],
  );
  assert.equal(new Set([...numbers, late]).size, 7);
  database.close();
});

test('a session that was running when the daemon died is told as interrupted', () => {
  const database = Database.open(':memory:');
  migrate(database, MIGRATIONS);
  const number = new History(database, silent).begin(binding.id, binding.device, 'plug', 1_000);
  const [entry] = new History(database, silent).list({ binding: bindingId('b1'), limit: 5 });
  assert.equal(entry?.number, number);
  assert.equal(entry?.result, 'interrupted');
  database.close();
});

test('details beyond measure are dropped, the session is not', () => {
  using state = openState(':memory:', silent);
  const number = state.history.begin(binding.id, binding.device, 'plug');
  state.history.end(number, { result: 'finished', details: { refused: 'x'.repeat(100_000) } });
  assert.ok(!('refused' in (state.history.list()[0]?.details ?? { refused: '' })));
});

test('a label that was given stays when the device is seen again', () => {
  using state = openState(':memory:', silent);
  const identity = {
    manufacturer: '',
    model: 'Stick',
    kind: 'storage' as const,
    icon: 'drive-removable-media',
    plugin: undefined,
    transport: undefined,
    startedBy: 'us' as const,
    stores: [],
    options: new Map<string, string>(),
    lasting: false,
  };
  state.devices.saw(binding.device, identity, 1);
  state.devices.label(binding.device, 'Blue stick');
  state.devices.saw(binding.device, { ...identity, manufacturer: 'ACME' }, 2);
  assert.deepEqual(state.devices.get(binding.device), {
    id: binding.device,
    label: 'Blue stick',
    identity: { ...identity, manufacturer: 'ACME' },
    lastSeen: 2,
  });
  state.devices.forget(binding.device);
  assert.deepEqual(state.devices.list(), []);
});

test('a setting is what was last said, or nothing', () => {
  using state = openState(':memory:', silent);
  assert.equal(state.settings.get('paused'), undefined);
  state.settings.put('paused', 'true');
  state.settings.put('paused', 'false');
  assert.equal(state.settings.get('paused'), 'false');
  state.settings.put('paused', undefined);
  assert.equal(state.settings.get('paused'), undefined);
});
