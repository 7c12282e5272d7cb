import { CradleError } from '../../dbus/errors.js';
import type { DeviceSource, SightingEvent } from '../device.js';
import { libudev, type Udev, type UdevMessage, type UdevProperties } from '../libudev.js';
import { Ledger } from './ledger.js';
import { sightingOf, UDEV_FILTERS } from './udev-sighting.js';

/** What is plugged into this machine, as udevd tells it. */
export class UdevSource implements DeviceSource {
  readonly name = 'udev';
  readonly #udev: Udev;

  constructor(udev: Udev = libudev) {
    this.#udev = udev;
  }

  /** Throws NotConnected where udevd does not run, or when the kernel takes the monitor away. */
  async *watch(signal: AbortSignal): AsyncGenerator<SightingEvent> {
    if (signal.aborted) return;
    const ledger = new Ledger();
    let failure: string | undefined;
    let wake = (): void => {};
    const receive = (message: UdevMessage): void => {
      if (message.kind === 'failed') failure = message.reason;
      else if (message.kind === 'overflow') this.#compare(ledger);
      else this.#hear(ledger, message.action, message.properties);
      wake();
    };
    const stop = (): void => wake();
    // Listening first: what comes while the list is made is told twice, and the second time is no news.
    const monitor = this.#udev.listen(UDEV_FILTERS, receive);
    signal.addEventListener('abort', stop);
    try {
      this.#compare(ledger);
      yield* ledger.take();
      yield { kind: 'settled' };
      while (!signal.aborted) {
        // Made before looking, so that what comes after the look still wakes.
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        for (const event of ledger.take()) {
          yield event;
          if (signal.aborted) return;
        }
        if (failure !== undefined) throw new CradleError('NotConnected', `the udev monitor failed: ${failure}`);
        await woken;
      }
    } finally {
      signal.removeEventListener('abort', stop);
      monitor[Symbol.dispose]();
    }
  }

  #hear(ledger: Ledger, action: string, properties: UdevProperties): void {
    const key = properties.get('DEVPATH');
    if (key === undefined) return;
    switch (action) {
      case 'remove':
        ledger.absent(key);
        break;
      case 'unbind':
        // Poorer in properties than the device is, and followed by `remove` or `bind`.
        break;
      case 'move':
        // All that hangs below a moved device moved with it, without a word.
        this.#compare(ledger);
        break;
      default:
        this.#look(ledger, key, properties);
    }
  }

  #look(ledger: Ledger, key: string, properties: UdevProperties): void {
    const sighting = sightingOf(properties, this.#udev);
    if (sighting === undefined) ledger.absent(key);
    else ledger.present(sighting, markOf(properties));
  }

  /** The one way in which state is read: at the start, and when events were lost. */
  #compare(ledger: Ledger): void {
    const missing = new Set(ledger.keys());
    for (const properties of this.#udev.enumerate(UDEV_FILTERS)) {
      const key = properties.get('DEVPATH');
      if (key === undefined) continue;
      missing.delete(key);
      this.#look(ledger, key, properties);
    }
    for (const key of missing) ledger.absent(key);
  }
}

/** A device that was pulled and plugged again under the same path differs in one of these. */
function markOf(properties: UdevProperties): string {
  return ['USEC_INITIALIZED', 'DEVNUM', 'DISKSEQ'].map((name) => properties.get(name) ?? '').join('/');
}
