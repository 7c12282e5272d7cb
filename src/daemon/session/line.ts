import { CradleError } from '../../dbus/errors.js';
import type { DeviceId } from '../../hal/device.js';
import type { Peer } from '../../plugins/contract.js';

/** A device's own call while it lasts: the sessions of its bindings run over it, one after the other. */
export class Line implements Disposable {
  readonly #peer: Peer;
  readonly #listeners = new Set<() => void>();
  readonly #hangUp: () => void;
  #users = 0;

  /** `hangUp` is called when nobody more may join. */
  constructor(peer: Peer, hangUp: () => void) {
    this.#peer = peer;
    this.#hangUp = hangUp;
  }

  /** Whether the device has brought one of these stores along. */
  brings(stores: readonly string[]): boolean {
    return this.#peer.stores.some(({ name }) => stores.includes(name));
  }

  /** Whether a session holds it now. */
  get used(): boolean {
    return this.#users > 0;
  }

  /** Called when a session has joined or left. */
  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** The peer for one session. It does not let go of the device: others may come after this one. */
  join(): Peer {
    const peer = this.#peer;
    let left = false;
    this.#users += 1;
    this.#tell();
    return {
      evidence: peer.evidence,
      stores: peer.stores,
      chosen: true,
      open: (store, signal) => peer.open(store, signal),
      [Symbol.asyncDispose]: async () => {
        if (left) return;
        left = true;
        this.#users -= 1;
        this.#tell();
      },
    };
  }

  [Symbol.dispose](): void {
    this.#hangUp();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** The calls that sessions may run over just now, one a device at most. */
export class Lines {
  readonly #open = new Map<DeviceId, Line>();
  readonly #listeners = new Set<() => void>();

  of(device: DeviceId): Line | undefined {
    return this.#open.get(device);
  }

  /** Fails with Busy while another call of the device lasts. Ends, for sessions that still want to join, when disposed. */
  open(device: DeviceId, peer: Peer): Line {
    if (this.#open.has(device)) throw new CradleError('Busy', `a call of ${device} is on the line already`);
    const line = new Line(peer, () => {
      if (this.#open.get(device) !== line) return;
      this.#open.delete(device);
      for (const listener of [...this.#listeners]) listener();
    });
    this.#open.set(device, line);
    return line;
  }

  /** Called when a line has been hung up. */
  onEnd(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }
}
