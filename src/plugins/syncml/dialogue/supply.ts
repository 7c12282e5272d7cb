import type { CradleError } from '../../../dbus/errors.js';
import type { Bell } from './bell.js';
import type { Outcome, Outgoing } from './conversation.js';
import type { Track } from './track.js';

/** What a supply needs of the conversation around it. */
export interface SupplyHost {
  readonly bell: Bell;
  /** Ends with the conversation. */
  readonly signal: AbortSignal;
  readonly failure: CradleError | undefined;
  /** As many changes wait as a message holds. */
  isLaden(): boolean;
  offered(): void;
}

/** One call of `apply`: changes are taken from their source as messages leave, and outcomes given as statuses come. */
export class Supply implements AsyncIterableIterator<Outcome> {
  readonly #host: SupplyHost;
  readonly #track: Track;
  readonly #source: AsyncIterator<Outgoing>;
  readonly #signal: AbortSignal;
  #outcomes: Outcome[] = [];
  #given = 0;
  /** Offered and not settled. */
  #open = 0;
  #isDrained = false;
  #isClosed = false;
  #failure: unknown;

  constructor(host: SupplyHost, track: Track, changes: AsyncIterable<Outgoing>, signal: AbortSignal) {
    this.#host = host;
    this.#track = track;
    this.#source = changes[Symbol.asyncIterator]();
    this.#signal = AbortSignal.any([signal, host.signal]);
    void this.#pull();
  }

  /** More may come out of the source. */
  get isActive(): boolean {
    return !this.#isDrained;
  }

  /** Some that came out of it have no outcome. */
  get isOpen(): boolean {
    return this.#open > 0;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Outcome>> {
    for (;;) {
      const outcome = this.#outcomes[this.#given];
      if (outcome !== undefined) {
        this.#given++;
        return { done: false, value: outcome };
      }
      this.#outcomes = [];
      this.#given = 0;
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#isClosed || (this.#isDrained && this.#open === 0)) return { done: true, value: undefined };
      if (this.#host.failure !== undefined) throw this.#host.failure;
      await this.#host.bell.next(`sending changes to ${this.#track.name}`, this.#signal);
    }
  }

  async return(): Promise<IteratorResult<Outcome>> {
    this.#isClosed = true;
    // Not awaited: a source that is stuck cannot be made to end.
    if (!this.#isDrained) this.#source.return?.()?.catch(() => undefined);
    this.#drain();
    return { done: true, value: undefined };
  }

  async #pull(): Promise<void> {
    const what = `sending changes to ${this.#track.name}`;
    try {
      for (;;) {
        // One ahead: the message that the last change goes into can say that it is the last.
        const result = await this.#source.next();
        if (result.done === true) break;
        while (this.#host.isLaden()) await this.#host.bell.next(what, this.#signal);
        if (this.#isClosed || this.#host.failure !== undefined) break;
        this.#offer(result.value);
      }
    } catch (thrown) {
      this.#failure = thrown;
    }
    this.#drain();
  }

  #offer(change: Outgoing): void {
    this.#open++;
    this.#track.outlet.offer(change, (code) => {
      this.#open--;
      this.#outcomes.push({ key: change.key, code });
    });
    this.#host.offered();
    // Settled without being sent, or enough for a message.
    if (this.#outcomes.length > 0 || this.#host.isLaden()) this.#host.bell.ring();
  }

  #drain(): void {
    this.#isDrained = true;
    this.#host.bell.ring();
  }
}
