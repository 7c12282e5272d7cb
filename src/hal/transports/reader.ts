import type { Channel } from '../transport.js';
import { TimeLimit, unlessAborted } from './deadline.js';

/**
 * Takes what comes in on a channel piece by piece. Waiting can be given up without losing what comes afterwards, and what
 * one protocol took too much of is put back for the next.
 */
export class Reader {
  readonly #iterator: AsyncIterator<Uint8Array>;
  /** A piece that somebody waited for and gave up. */
  #awaited: Promise<IteratorResult<Uint8Array>> | undefined;
  #returned: Uint8Array[] = [];

  constructor(readonly channel: Channel) {
    this.#iterator = channel.incoming[Symbol.asyncIterator]();
  }

  /** Never empty; undefined once the far side has closed. Fails with NotConnected, and Cancelled or the signal's reason. */
  async read(signal: AbortSignal): Promise<Uint8Array | undefined> {
    const kept = this.#returned.pop();
    if (kept !== undefined) return kept;
    for (;;) {
      const awaited = this.#awaited ?? this.#iterator.next();
      this.#awaited = awaited;
      // Whoever gives up does not hear how it ends.
      awaited.catch(() => undefined);
      const { done, value } = await unlessAborted(awaited, 'reading', signal);
      this.#awaited = undefined;
      if (done === true) return undefined;
      if (value.byteLength > 0) return value;
    }
  }

  /** The next read() gives these. */
  putBack(bytes: Uint8Array): void {
    if (bytes.byteLength > 0) this.#returned.push(bytes);
  }

  /** Forgets what has come so far and what still comes, until nothing has come for so many milliseconds. */
  async drop(silence: number, signal: AbortSignal): Promise<void> {
    this.#returned = [];
    for (;;) {
      using quiet = new TimeLimit(silence);
      try {
        if ((await this.read(AbortSignal.any([signal, quiet.signal]))) === undefined) return;
      } catch (error) {
        if (quiet.passed && !signal.aborted) return;
        throw error;
      }
    }
  }
}
