import type { Device, DeviceId } from '../../hal/device.js';
import { waysInto } from '../../hal/reach.js';
import type { Registry } from '../../hal/registry.js';
import type { Binding } from '../state/binding.js';
import type { Notifier, Raise } from './notifier.js';

/** Alerts the bindings of a device that came within reach, or that showed one more volume. */
export class PlugNotifier implements Notifier {
  readonly name = 'plug';
  readonly #reached = new Map<DeviceId, ReadonlySet<string>>();
  readonly #registry: Registry;
  readonly #bindings: () => readonly Binding[];
  readonly #raise: Raise;
  readonly #subscription: Disposable;

  constructor(registry: Registry, bindings: () => readonly Binding[], raise: Raise) {
    this.#registry = registry;
    this.#bindings = bindings;
    this.#raise = raise;
    this.#subscription = registry.onEvent((event) => {
      if (event.kind === 'vanished') this.#reached.delete(event.device.id);
      else this.#consider(event.device);
    });
  }

  /** Looks at what is plugged in already: coldplug and hotplug take one path. */
  start(): void {
    for (const device of this.#registry.devices()) this.#consider(device);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#subscription[Symbol.dispose]();
  }

  #consider(device: Device): void {
    const before = this.#reached.get(device.id) ?? new Set();
    // Not ours, not reached: once it is, all its ways in are news.
    const now = new Set(device.owner.kind === 'mine' ? waysInto(device).map((way) => way.key) : []);
    this.#reached.set(device.id, now);
    if ([...now].every((key) => before.has(key))) return;
    for (const binding of this.#bindings())
      if (binding.device === device.id && binding.enabled && binding.triggers.includes('plug'))
        this.#raise({ binding: binding.id, cause: 'plug' });
  }
}
