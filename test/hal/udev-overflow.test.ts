import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SightingEvent } from '../../src/hal/device.js';
import type { Udev, UdevMessage, UdevProperties } from '../../src/hal/libudev.js';
import { UdevSource } from '../../src/hal/sources/udev.js';

/** libudev by script: what is plugged in, and what the source hears of it, are two things here. */
class ScriptedUdev implements Udev {
  readonly plugged = new Map<string, UdevProperties>();
  receive: (message: UdevMessage) => void = () => assert.fail('nobody listens');
  closed = false;
  /** Runs while the list is being made. */
  meanwhile = (): void => {};

  enumerate(): readonly UdevProperties[] {
    const list = [...this.plugged.values()];
    this.meanwhile();
    return list;
  }

  nearest(devpath: string) {
    if (!this.plugged.has(devpath)) return undefined;
    return { devpath, attributes: new Map([['idVendor', '054c']]) };
  }

  listen(_filters: unknown, receive: (message: UdevMessage) => void): Disposable {
    this.receive = receive;
    return {
      [Symbol.dispose]: () => {
        this.closed = true;
      },
    };
  }

  plug(name: string, more: Readonly<Record<string, string>> = {}): void {
    this.plugged.set(name, new Map(Object.entries({ ...USB, DEVPATH: name, ...more })));
  }
  hear(action: string, name: string, properties = this.plugged.get(name) ?? new Map([['DEVPATH', name]])): void {
    this.receive({ kind: 'event', action, properties });
  }
}

const USB = { SUBSYSTEM: 'usb', DEVTYPE: 'usb_device', ID_USB_INTERFACES: ':080650:' };

/** Starts watching and gives what is told, `count` at a time, as `kind key`. */
function told(udev: Udev, signal = new AbortController().signal) {
  const events: AsyncIterator<SightingEvent> = new UdevSource(udev).watch(signal)[Symbol.asyncIterator]();
  return async (count: number): Promise<string[]> => {
    const list: string[] = [];
    while (list.length < count) {
      const { value, done } = await events.next();
      if (done === true) break;
      const event: SightingEvent = value;
      list.push(
        'sighting' in event
          ? `${event.kind} ${event.sighting.key}`
          : `${event.kind} ${'key' in event ? event.key : ''}`,
      );
    }
    return list;
  };
}

test('after an overflow what came and went unheard is told, and nothing twice', async () => {
  const udev = new ScriptedUdev();
  udev.plug('/a');
  udev.plug('/b');
  const next = told(udev);
  assert.deepEqual(await next(3), ['appeared /a', 'appeared /b', 'settled ']);
  udev.plugged.delete('/a');
  udev.plug('/c');
  udev.receive({ kind: 'overflow' });
  udev.hear('add', '/c');
  assert.deepEqual(await next(2), ['appeared /c', 'vanished /a']);
  udev.hear('remove', '/a');
  udev.hear('add', '/c');
  udev.plug('/d');
  udev.hear('add', '/d');
  assert.deepEqual(await next(1), ['appeared /d']);
});

test('a device that was exchanged unheard is gone before its successor is there', async () => {
  const udev = new ScriptedUdev();
  udev.plug('/a', { USEC_INITIALIZED: '5' });
  const next = told(udev);
  assert.deepEqual(await next(2), ['appeared /a', 'settled ']);
  udev.plug('/a', { USEC_INITIALIZED: '9' });
  udev.receive({ kind: 'overflow' });
  assert.deepEqual(await next(2), ['vanished /a', 'appeared /a']);
});

test('what comes while the list is being made is told once', async () => {
  const udev = new ScriptedUdev();
  udev.plug('/a');
  udev.meanwhile = () => {
    udev.plug('/b');
    udev.hear('add', '/b');
    udev.hear('add', '/a');
    udev.plugged.delete('/a');
    udev.hear('remove', '/a');
    udev.meanwhile = () => {};
  };
  const next = told(udev);
  assert.deepEqual(await next(2), ['appeared /b', 'settled ']);
  udev.plug('/c');
  udev.hear('add', '/c');
  assert.deepEqual(await next(1), ['appeared /c']);
});

test('a device that came and went before anybody looked is not told', async () => {
  const udev = new ScriptedUdev();
  const next = told(udev);
  await next(1);
  udev.plug('/a');
  udev.hear('add', '/a');
  udev.plugged.delete('/a');
  udev.hear('remove', '/a');
  udev.hear('add', '/ghost', new Map(Object.entries({ ...USB, DEVPATH: '/ghost' })));
  udev.plug('/b');
  udev.hear('add', '/b');
  assert.deepEqual(await next(1), ['appeared /b']);
});

test('unbind says nothing, bind and change say what differs, move looks again', async () => {
  const udev = new ScriptedUdev();
  udev.plug('/a');
  const next = told(udev);
  assert.deepEqual(await next(2), ['appeared /a', 'settled ']);
  udev.hear('unbind', '/a', new Map([['DEVPATH', '/a']]));
  udev.hear('bind', '/a');
  udev.plug('/a', { DRIVER: 'usb' });
  udev.hear('bind', '/a');
  assert.deepEqual(await next(1), ['changed /a']);
  udev.plugged.delete('/a');
  udev.plug('/b');
  udev.hear('move', '/b');
  assert.deepEqual(await next(2), ['appeared /b', 'vanished /a']);
});

test('a listener who comes late learns what is so, not all that was', async () => {
  const udev = new ScriptedUdev();
  const next = told(udev);
  await next(1);
  for (let turn = 0; turn < 10_000; turn++) {
    udev.plug('/a', { ID_MODEL: String(turn) });
    udev.hear('add', '/a');
    udev.plugged.delete('/a');
    udev.hear('remove', '/a');
  }
  udev.plug('/b');
  udev.hear('add', '/b');
  assert.deepEqual(await next(1), ['appeared /b']);
});

test('the monitor is closed when the watch is aborted, when it is left, and when it fails', async () => {
  for (const way of ['abort', 'leave', 'fail'] as const) {
    const udev = new ScriptedUdev();
    const ending = new AbortController();
    const watch = new UdevSource(udev).watch(ending.signal);
    await watch.next();
    const waiting = way === 'leave' ? watch.return(undefined) : watch.next();
    if (way === 'abort') ending.abort();
    if (way === 'fail') {
      udev.receive({ kind: 'failed', reason: 'Bad file descriptor' });
      await assert.rejects(waiting, { code: 'NotConnected', message: 'the udev monitor failed: Bad file descriptor' });
    } else assert.equal((await waiting).done, true);
    assert.equal(udev.closed, true, way);
  }
});
