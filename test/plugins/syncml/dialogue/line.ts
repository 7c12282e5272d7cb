import { CradleError } from '../../../../src/dbus/errors.js';
import type { ClientCarrier, Packet, ServerCarrier } from '../../../../src/plugins/syncml/carrier/carrier.js';
import { messageOf } from '../../../../src/plugins/syncml/dialogue/transcoder.js';
import type { Message } from '../../../../src/plugins/syncml/message/message.js';

/** What happens to an exchange on its way. */
export type Mishap = 'request-lost' | 'reply-lost' | 'request-twice' | 'cut-before' | 'cut-after' | undefined;

export interface Said {
  readonly by: 'client' | 'server';
  readonly message: Message;
  readonly bytes: Uint8Array;
}

/** A transport between a client and a server, with everything that was said on it, and mishaps where they are wanted. */
export class Line {
  readonly said: Said[] = [];
  readonly redirects: (string | undefined)[] = [];
  /** Replies to requests that were sent again. */
  readonly again: { readonly first: Packet; readonly second: Packet }[] = [];
  readonly #mishap: (exchange: number) => Mishap;
  #request: { readonly packet: Packet; answer(packet: Packet): void; fail(error: unknown): void } | undefined;
  #arrived: (() => void) | undefined;
  #isOver = false;
  #isCut = false;
  #exchanges = 0;
  /** What is done to a packet before it is delivered. */
  spoil: ((packet: Packet, by: 'client' | 'server') => Packet) | undefined;

  constructor(mishap: (exchange: number) => Mishap = () => undefined) {
    this.#mishap = mishap;
  }

  messages(by: 'client' | 'server'): readonly Message[] {
    return this.said.filter((one) => one.by === by).map((one) => one.message);
  }

  get exchanges(): number {
    return this.#exchanges;
  }

  cut(): void {
    this.#isCut = true;
    this.#request?.fail(new CradleError('NotConnected', 'the line was cut'));
    this.#arrived?.();
  }

  readonly client: ClientCarrier = {
    exchange: async (packet, signal) => {
      const mishap = this.#mishap(this.#exchanges++);
      this.#note('client', packet);
      const sent = this.spoil?.(packet, 'client') ?? packet;
      if (mishap === 'cut-before') this.cut();
      if (mishap === 'reply-lost' || mishap === 'request-twice') {
        const first = await this.#deliver(sent, signal);
        const second = await this.#deliver(sent, signal);
        this.again.push({ first, second });
      }
      if (mishap === 'cut-after') {
        await this.#deliver(sent, signal);
        this.cut();
      }
      const reply =
        this.again.at(-1)?.second !== undefined && (mishap === 'reply-lost' || mishap === 'request-twice')
          ? this.again[this.again.length - 1]?.second
          : undefined;
      const answered = reply ?? (await this.#deliver(sent, signal));
      return this.spoil?.(answered, 'server') ?? answered;
    },
    redirect: (uri) => {
      this.redirects.push(uri);
    },
    [Symbol.asyncDispose]: async () => {
      this.#isOver = true;
      this.#arrived?.();
    },
  };

  readonly server: ServerCarrier = {
    peer: 'a line',
    receive: async (signal) => {
      for (;;) {
        if (this.#isCut) throw new CradleError('NotConnected', 'the line was cut');
        if (this.#request !== undefined) return this.#request.packet;
        if (this.#isOver) return undefined;
        await new Promise<void>((resolve, reject) => {
          this.#arrived = resolve;
          signal.addEventListener('abort', () => reject(new CradleError('Cancelled', 'cancelled')), { once: true });
          if (signal.aborted) reject(new CradleError('Cancelled', 'cancelled'));
        });
      }
    },
    answer: async (packet) => {
      this.#note('server', packet);
      const request = this.#request;
      this.#request = undefined;
      request?.answer(packet);
    },
    [Symbol.asyncDispose]: async () => {
      this.#request?.fail(new CradleError('NotConnected', 'the server hung up'));
    },
  };

  #deliver(packet: Packet, signal: AbortSignal): Promise<Packet> {
    return new Promise((answer, fail) => {
      if (this.#isCut) return fail(new CradleError('NotConnected', 'the line was cut'));
      signal.addEventListener('abort', () => fail(new CradleError('Cancelled', 'cancelled')), { once: true });
      this.#request = { packet, answer, fail };
      this.#arrived?.();
    });
  }

  #note(by: 'client' | 'server', packet: Packet): void {
    let message: Message;
    try {
      message = messageOf(packet);
    } catch {
      return;
    }
    this.said.push({ by, message, bytes: packet.bytes });
  }
}
