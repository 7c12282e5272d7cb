import type { DeviceId } from '../../hal/device.js';

/** When devices were last here, and which of those that are here may be unplugged. */
export class Presence {
  readonly #seen = new Map<DeviceId, number>();
  readonly #released = new Set<DeviceId>();
  readonly #changed: (id: DeviceId) => void;

  constructor(changed: (id: DeviceId) => void) {
    this.#changed = changed;
  }

  /** Milliseconds since the epoch; undefined when it was not here since the daemon started. */
  lastSeen(id: DeviceId): number | undefined {
    return this.#seen.get(id);
  }

  isReleased(id: DeviceId): boolean {
    return this.#released.has(id);
  }

  appeared(id: DeviceId, now: number): void {
    this.#seen.set(id, now);
    this.#released.delete(id);
  }

  /** Forgets it altogether: what is kept of a device that is away is kept in the state. */
  vanished(id: DeviceId): void {
    this.#seen.delete(id);
    this.#released.delete(id);
  }

  release(id: DeviceId, safe: boolean): void {
    if (safe === this.#released.has(id)) return;
    if (safe) this.#released.add(id);
    else this.#released.delete(id);
    this.#changed(id);
  }
}
