import { CradleError } from '../../../dbus/errors.js';
import type { Log } from '../../contract.js';
import type { Role } from './holdings.js';
import { ReplicaMemory } from './memory.js';
import { Replica } from './replica.js';

interface Lent {
  readonly replica: Replica;
  readonly leases: Set<Lease>;
}

/** One session's use of a replica. */
export class Lease implements Disposable {
  readonly replica: Replica;
  /** What this session remembers; of no use any more once the lease is over. */
  readonly memory: ReplicaMemory;
  readonly #over = new AbortController();
  readonly #others: () => Iterable<Lease>;
  readonly #ended: (lease: Lease) => void;

  constructor(replica: Replica, log: Log, others: () => Iterable<Lease>, ended: (lease: Lease) => void) {
    this.replica = replica;
    this.#others = others;
    this.#ended = ended;
    this.memory = new ReplicaMemory(replica, log, this.#over.signal);
  }

  /** Aborted when the device has begun another session: this one is dead, whether it has noticed or not. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /**
   * The device has proved who it is, and this session is what it is in now. `uri` is what it calls itself: another one
   * than last time is met anew.
   */
  begin(uri: string | undefined): void {
    if (this.#over.signal.aborted) throw this.#over.signal.reason;
    for (const other of this.#others())
      if (other !== this) other.#revoke(new CradleError('NotConnected', 'the device has begun another session'));
    if (uri !== undefined) this.replica.recognise(uri);
  }

  [Symbol.dispose](): void {
    this.#revoke(new CradleError('NotConnected', 'the session is over'));
    this.#ended(this);
  }

  #revoke(reason: CradleError): void {
    this.#over.abort(reason);
  }
}

/**
 * Keeps each replica open as long as somebody uses it, once. Two sessions of one device overlap when it was cut off and
 * has come back before we noticed: the one that has proved itself last is the one that counts.
 */
export class Lender {
  readonly #lent = new Map<string, Lent>();

  /** Fails as Replica.open does. */
  lend(folder: string, role: Role, log: Log): Lease {
    let lent = this.#lent.get(folder);
    if (lent === undefined) {
      lent = { replica: Replica.open(folder, role, log), leases: new Set() };
      this.#lent.set(folder, lent);
    }
    const { replica, leases } = lent;
    const lease = new Lease(
      replica,
      log,
      () => leases,
      (ended) => {
        if (!leases.delete(ended) || leases.size > 0) return;
        replica.close();
        this.#lent.delete(folder);
      },
    );
    leases.add(lease);
    return lease;
  }
}
