import { readFileSync } from 'node:fs';

const LIMIT = ((): number => {
  try {
    return Number(readFileSync('/proc/sys/fs/inotify/max_queued_events', 'latin1')) || 16384;
  } catch {
    return 16384;
  }
})();

/**
 * Notices when inotify's queue may have overflowed. The kernel then drops events, and libuv drops the kernel's word of it;
 * but a full queue is read in one turn of the event loop, so that many events in a single turn are the sign. Half of the
 * limit counts as full, since others in this process may watch too.
 */
class Burst {
  readonly #members = new Set<() => void>();
  #count = 0;

  /** Gives a function to leave with. */
  join(onOverflow: () => void): () => void {
    this.#members.add(onOverflow);
    return () => this.#members.delete(onOverflow);
  }

  event(): void {
    if (this.#count++ === 0)
      setImmediate(() => {
        this.#count = 0;
      });
    if (this.#count === Math.ceil(LIMIT / 2)) for (const overflow of this.#members) overflow();
  }
}

/** All watches of a process share one queue. */
export const burst = new Burst();
