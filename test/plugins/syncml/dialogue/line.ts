import { CradleError } from '../../../../src/dbus/errors.js';
import type { ClientCarrier, Packet, ServerCarrier } from '../../../../src/plugins/syncml/carrier/carrier.js';
import { messageOf } from '../../../../src/plugins/syncml/dialogue/transcoder.js';
import type { Message } from '../../../../src/plugins/syncml/message/message.js';

/** What happens to an exchange on its way. */
export type Mishap = 'reply-lost' | 'cut-before' | 'cut-after' | undefined;

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
  #last: { readonly request: Uint8Array; readonly reply: Packet } | undefined;
  #isCut = false;
  #exchanges = 0;
  /** Keeps nothing of what is said. */
  isForgetful = false;
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
    this.#request?.fail(cutOff());
    this.#arrived?.();
  }

  readonly client: ClientCarrier = {
    exchange: async (packet, signal) => {
      const mishap = this.#mishap(this.#exchanges++);
      this.#note('client', packet);
      const sent = this.spoil?.(packet, 'client') ?? packet;
      if (mishap === 'cut-before') this.cut();
      let reply = await this.#deliver(sent, signal);
      if (mishap === 'cut-after') {
        this.cut();
        throw cutOff();
      }
      if (mishap === 'reply-lost') {
        const second = await this.#deliver(sent, signal);
        this.again.push({ first: reply, second });
        reply = second;
      }
      return this.spoil?.(reply, 'server') ?? reply;
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
        if (this.#isCut) throw cutOff();
        if (this.#request !== undefined) return this.#request.packet;
        if (this.#isOver) return undefined;
        await this.#until<void>(signal, (arrived) => {
          this.#arrived = arrived;
        });
      }
    },
    answer: async (packet) => {
      this.#note('server', packet);
      const request = this.#request;
      this.#request = undefined;
      if (request !== undefined) this.#last = { request: request.packet.bytes, reply: packet };
      request?.answer(packet);
    },
    [Symbol.asyncDispose]: async () => {
      this.#isOver = true;
      const request = this.#request;
      if (request !== undefined && request.packet.bytes === this.#last?.request) request.answer(this.#last.reply);
      else request?.fail(new CradleError('NotConnected', 'the server hung up'));
    },
  };

  async #deliver(packet: Packet, signal: AbortSignal): Promise<Packet> {
    // A carrier repeats the last reply of a session that is over by itself.
    if (this.#isOver && this.#last?.request === packet.bytes) return this.#last.reply;
    if (this.#isCut || this.#isOver) throw cutOff();
    return this.#until(signal, (answer, fail) => {
      this.#request = { packet, answer, fail };
      this.#arrived?.();
    });
  }

  async #until<T>(
    signal: AbortSignal,
    begin: (done: (value: T) => void, fail: (error: unknown) => void) => void,
  ): Promise<T> {
    let cancel = (): void => {};
    try {
      return await new Promise<T>((resolve, reject) => {
        cancel = () => reject(new CradleError('Cancelled', 'the line was let go'));
        signal.addEventListener('abort', cancel);
        if (signal.aborted) cancel();
        begin(resolve, reject);
      });
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  #note(by: 'client' | 'server', packet: Packet): void {
    if (this.isForgetful) return;
    let message: Message;
    try {
      message = messageOf(packet);
    } catch {
      return;
    }
    this.said.push({ by, message, bytes: packet.bytes });
  }
}

const cutOff = (): CradleError => new CradleError('NotConnected', 'the line was cut');
