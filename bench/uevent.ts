import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { dbus, paths } from '../src/dbus/names.js';
import { Desktop } from '../test/bed/desktop.js';
import { PLAYER } from '../test/bed/player.js';
import { ROOT_HUB } from '../test/bed/testbed.js';
import { UsbDevice, type UsbOptions } from '../test/bed/usb-device.js';
import { Program } from '../test/support/program.js';
import type { Benchmark, BenchmarkContext } from './benchmark.js';
import { least, median, quantile } from './statistics.js';

const EVENTS = 300;
const WARM_UP = 20;
/** Milliseconds; an event that takes longer was lost. */
const PATIENCE = 5_000;

/**
 * From an event's sending to the device on the bus, with no settling time, beside `udevadm monitor`, which hears the
 * very same event in the same bed at the same time and prints a line.
 */
export const uevent: Benchmark = {
  name: 'uevent',
  about: 'uevent to InterfacesAdded, settling excluded, beside udevadm monitor',
  async run(context) {
    const desktop = await Desktop.open(context.scope, { settings: ['SettleTime=0'] });
    await desktop.startDaemon();
    const bus = await desktop.connect();
    const arrivals = new Arrivals();
    const hear = (member: string) =>
      bus.subscribe({ path: paths.root, interface: dbus.objectManager, member }, () => arrivals.came(member));
    await hear('InterfacesAdded');
    await hear('InterfacesRemoved');
    const monitor = await Program.start(
      context.scope,
      'stdbuf',
      ['-oL', 'udevadm', 'monitor', '--udev', '--subsystem-match=usb/usb_device'],
      { env: desktop.bedEnvironment },
    );
    monitor.onOutput((text) => {
      if (/^UDEV +\[/m.test(text)) arrivals.came('udevadm');
    });
    await once(process, 'never', { signal: AbortSignal.timeout(500) }).catch(() => undefined);
    await measure(context, desktop, arrivals, 'known', PLAYER);
    // With a serial: one without is waited for, because its volume may yet tell a lasting name, and that is settling.
    const unknown = { vendor: 'f055', product: '0001', interfaces: ':ff0000:', serial: 'UNKNOWN1' };
    await measure(context, desktop, arrivals, 'unknown', unknown);
  },
};

async function measure(
  { tell, note }: BenchmarkContext,
  { bed }: Desktop,
  arrivals: Arrivals,
  name: string,
  options: UsbOptions,
): Promise<void> {
  note(`${EVENTS} events of a device that is ${name}`);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let number = -WARM_UP; number < EVENTS; number++) {
    const device = new UsbDevice(ROOT_HUB, { ...options, port: '1-9' }, 9, undefined);
    const [arrival, event] = device.arrival();
    if (arrival === undefined || event === undefined) throw new Error('the bed knows of no arrival');
    await bed.perform([arrival]);
    const added = arrivals.next('InterfacesAdded');
    const printed = arrivals.next('udevadm');
    const began = performance.now();
    await bed.perform([event]);
    const [addedAt, printedAt] = [await added, await printed];
    if (number >= 0) {
      ours.push(addedAt - began);
      theirs.push(printedAt - began);
    }
    const removed = arrivals.next('InterfacesRemoved');
    await bed.perform([
      { do: 'remove', devpath: device.devpath },
      { do: 'event', devpath: device.devpath, action: 'remove', subsystem: 'usb', kernel: { DEVTYPE: 'usb_device' } },
    ]);
    await removed;
    // Neither the removal's line nor what is done after it shall be taken for the next event's.
    await sleep(3);
  }
  const peer = 'udevadm';
  tell({
    name: `uevent/${name}-p50`,
    value: median(ours),
    least: least(ours),
    runs: EVENTS,
    unit: 'ms',
    peer,
    peerValue: median(theirs),
  });
  tell({
    name: `uevent/${name}-p95`,
    value: quantile(ours, 0.95),
    least: least(ours),
    runs: EVENTS,
    unit: 'ms',
    peer,
    peerValue: quantile(theirs, 0.95),
    aim: { of: 'difference', most: 10 },
  });
}

/** When things were heard of that are waited for. */
class Arrivals {
  readonly #waiting = new Map<string, (at: number) => void>();

  came(what: string): void {
    const at = performance.now();
    this.#waiting.get(what)?.(at);
    this.#waiting.delete(what);
  }

  /** The time of the next one, by performance.now(). */
  next(what: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const lost = setTimeout(() => reject(new Error(`${what} never came`)), PATIENCE);
      this.#waiting.set(what, (at) => {
        clearTimeout(lost);
        resolve(at);
      });
    });
  }
}
