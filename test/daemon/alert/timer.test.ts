import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { TimerNotifier } from '../../../src/daemon/alert/timer.js';
import type { Binding, BindingId } from '../../../src/daemon/state/binding.js';
import { isBindingId } from '../../../src/daemon/state/bindings.js';
import { isDeviceId } from '../../../src/hal/device-id.js';

function timed(name: string, interval: number, part: Partial<Binding> = {}): Binding {
  const device = 'usb-1';
  assert.ok(isBindingId(name) && isDeviceId(device));
  return {
    id: name,
    device,
    pairs: [],
    enabled: true,
    triggers: ['timer'],
    interval,
    direction: 'both',
    conflictPolicy: 'both',
    firstSync: 'combine',
    filter: {},
    options: {},
    ...part,
  };
}

/** Runs `act` on a clock that stands still until it is told to move. */
function onClock(
  act: (rung: string[], last: Map<BindingId, number>, notify: (bindings: Binding[]) => TimerNotifier) => void,
) {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000_000 });
  try {
    const rung: string[] = [];
    const last = new Map<BindingId, number>();
    act(rung, last, (bindings) => {
      const timer = new TimerNotifier(
        () => bindings,
        (id) => last.get(id) ?? 0,
        ({ binding, cause }) => rung.push(`${binding} ${cause}`),
      );
      timer.reschedule();
      return timer;
    });
  } finally {
    mock.timers.reset();
  }
}

test('a binding rings when its interval has passed since its last session, and once until the next session ended', () => {
  onClock((rung, last, notify) => {
    const binding = timed('b1', 60);
    last.set(binding.id, Date.now() - 20_000);
    const timer = notify([binding]);
    mock.timers.tick(39_999);
    assert.deepEqual(rung, []);
    mock.timers.tick(1);
    assert.deepEqual(rung, ['b1 timer']);
    mock.timers.tick(600_000);
    assert.deepEqual(rung, ['b1 timer']);
    last.set(binding.id, Date.now());
    timer.reschedule();
    mock.timers.tick(60_000);
    assert.deepEqual(rung, ['b1 timer', 'b1 timer']);
  });
});

test('one binding that has rung and still runs does not keep another from ringing', () => {
  onClock((rung, last, notify) => {
    const bindings = [timed('b1', 10), timed('b2', 20)];
    for (const { id } of bindings) last.set(id, Date.now());
    notify(bindings);
    mock.timers.tick(20_000);
    assert.deepEqual(rung, ['b1 timer', 'b2 timer']);
  });
});

test('a binding that is disabled, has no interval, or does not list the trigger never rings', () => {
  onClock((rung, _, notify) => {
    notify([timed('b1', 1, { enabled: false }), timed('b2', 0), timed('b3', 1, { triggers: ['plug'] })]);
    mock.timers.tick(1_000_000);
    assert.deepEqual(rung, []);
  });
});

test('a clock that jumped back does not silence a binding for longer than its interval', () => {
  onClock((rung, last, notify) => {
    const binding = timed('b1', 60);
    last.set(binding.id, Date.now() + 365 * 86_400_000);
    notify([binding]);
    mock.timers.tick(60_000);
    assert.deepEqual(rung, ['b1 timer']);
  });
});

test('an interval longer than a timer can be is waited for in steps', () => {
  onClock((rung, last, notify) => {
    const binding = timed('b1', 60 * 86_400);
    last.set(binding.id, Date.now());
    notify([binding]);
    for (let day = 0; day < 59; day += 1) mock.timers.tick(86_400_000);
    assert.deepEqual(rung, []);
    mock.timers.tick(86_400_000);
    assert.deepEqual(rung, ['b1 timer']);
  });
});
