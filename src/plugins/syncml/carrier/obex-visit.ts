import { CradleError } from '../../../dbus/errors.js';
import type { Header } from '../../../hal/obex/headers.js';
import type { ObexRequest, ObexService } from '../../../hal/obex/server.js';
import { unlessAborted } from '../../../hal/transports/deadline.js';
import type { Packet } from './carrier.js';
import { headersOf, isSyncTarget, putPacketOf, whoHeader } from './obex-binding.js';

/** Messages that came and were not asked for yet: a client sends one and fetches the reply. */
const MOST_WAITING = 4;

/**
 * What one OBEX client brings and fetches: PUTs queue up to be taken, a GET waits until there is something for it. The
 * last thing given is given again to who asks again.
 */
export class ObexVisit implements ObexService {
  #brought: Packet[] = [];
  #given: Packet | undefined;
  #ended: { readonly failure: CradleError | undefined } | undefined;
  readonly #waiting = new Set<() => void>();

  constructor(readonly name: string) {}

  connect({ target }: ObexRequest): readonly Header[] {
    if (target === undefined) return [];
    if (!isSyncTarget(target)) throw new CradleError('NotFound', `${this.name} asks for a service that is not here`);
    return [whoHeader()];
  }

  async put({ headers }: ObexRequest, body: Uint8Array | undefined): Promise<readonly Header[]> {
    const packet = putPacketOf(headers, body);
    if (this.#brought.length >= MOST_WAITING)
      throw new CradleError('Busy', `${this.name} brings more before it fetches the answer`);
    // The body is ours: the session takes a new piece of memory for the next.
    this.#brought.push(packet);
    this.#given = undefined;
    this.#wake();
    return [];
  }

  async get(_: ObexRequest, signal: AbortSignal) {
    const packet = await this.#until(() => this.#given, signal);
    if (packet === undefined) throw new CradleError('NotFound', 'there is no message any more');
    return { headers: headersOf(packet), body: packet.bytes };
  }

  /** The next that is brought; undefined when the client is done. */
  take(signal: AbortSignal): Promise<Packet | undefined> {
    return this.#until(() => this.#brought.shift(), signal);
  }

  /** For the next GET. */
  give(packet: Packet): void {
    if (this.#ended !== undefined)
      throw this.#ended.failure ?? new CradleError('NotConnected', `${this.name} has gone without its answer`);
    this.#given = packet;
    this.#wake();
  }

  /** The client has gone, or we have no more for it. */
  end(failure?: CradleError): void {
    this.#ended ??= { failure };
    this.#wake();
  }

  async #until<T>(look: () => T | undefined, signal: AbortSignal): Promise<T | undefined> {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (this.#ended?.failure !== undefined) throw this.#ended.failure;
      if (this.#ended !== undefined) return undefined;
      let wake = (): void => {};
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
        this.#waiting.add(resolve);
      });
      try {
        await unlessAborted(woken, `waiting for ${this.name}`, signal);
      } finally {
        this.#waiting.delete(wake);
      }
    }
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
