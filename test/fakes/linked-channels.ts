import { CradleError } from '../../src/dbus/errors.js';
import type { Channel } from '../../src/hal/transport.js';

/** One end of a cable between two programs in one process. */
export class LinkedChannel implements Channel {
  readonly incoming: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => ({ next: () => this.#next() }) };
  /** Everything that was sent from here, for a look afterwards. */
  readonly sent: Uint8Array[] = [];
  far: LinkedChannel | undefined;
  /** Bytes of the pieces in which it hands over; a serial line knows no borders. */
  pieces = Number.POSITIVE_INFINITY;
  /** Told of each packet before it goes out. */
  onSend = (_: Uint8Array): void => {};
  #arrived: Uint8Array[] = [];
  #state: 'open' | 'closed' | 'cut' = 'open';
  #wake = (): void => {};

  async send(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    this.onSend(bytes);
    signal.throwIfAborted();
    if (this.#state !== 'open' || this.far === undefined)
      throw new CradleError('NotConnected', 'the far end is not connected any more');
    this.sent.push(Uint8Array.from(bytes));
    for (let at = 0; at < bytes.byteLength; at += this.pieces)
      this.far.#arrive(Uint8Array.from(bytes.subarray(at, Math.min(bytes.byteLength, at + this.pieces))));
  }

  /** Pulled out: both ends fail. */
  cut(): void {
    for (const end of [this, this.far]) if (end !== undefined) end.#end('cut');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end('closed');
    if (this.far !== undefined) this.far.#end('closed');
  }

  #arrive(bytes: Uint8Array): void {
    this.#arrived.push(bytes);
    this.#wake();
  }

  #end(state: 'closed' | 'cut'): void {
    if (this.#state === 'open') this.#state = state;
    if (state === 'cut') this.#arrived = [];
    this.#wake();
  }

  async #next(): Promise<IteratorResult<Uint8Array>> {
    for (;;) {
      const value = this.#arrived.shift();
      if (value !== undefined) return { done: false, value };
      if (this.#state === 'closed') return { done: true, value: undefined };
      if (this.#state === 'cut') throw new CradleError('NotConnected', 'the far end is not connected any more');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** Both ends of a cable. */
export function linkedChannels(): readonly [LinkedChannel, LinkedChannel] {
  const ends = [new LinkedChannel(), new LinkedChannel()] as const;
  ends[0].far = ends[1];
  ends[1].far = ends[0];
  return ends;
}
