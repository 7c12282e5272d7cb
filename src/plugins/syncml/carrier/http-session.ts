import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { CradleError } from '../../../dbus/errors.js';
import { unlessAborted } from '../../../hal/transports/deadline.js';
import type { Packet, ServerCarrier } from './carrier.js';
import { refuse, sendReply } from './http-exchange.js';

/** A session of SyncML over HTTP, told by the address that its client is given. */
export interface HttpSession extends ServerCarrier {
  /** Our address as the client wrote it, with what tells this session: for the RespURI of every reply. */
  readonly respUri: string;
}

/** The request that is dealt with, or waits to be. */
interface Request {
  readonly packet: Packet;
  readonly digest: string;
  /** None once the client has given up on it. */
  response: ServerResponse | undefined;
  /** Gives back what its octets were counted for. */
  release(): void;
}

export interface SessionTimes {
  readonly idle: number;
  readonly answer: number;
}

export const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64');

const LATER = 10;

/** Requests of one session, one after the other, and what became of the replies. */
export class OpenSession implements HttpSession {
  readonly peer: string;
  /** Of the first message, until a second has come: a client that got no reply knows no other address than the first. */
  opening: string | undefined;
  /** The last reply, for a client that missed it. */
  last: { readonly digest: string; readonly packet: Packet } | undefined;

  readonly #times: SessionTimes;
  readonly #ended: (session: OpenSession) => void;
  #respUri: string;
  #current: Request | undefined;
  #next: Request | undefined;
  #arrived: (() => void) | undefined;
  #failure: CradleError | undefined;
  #over = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(peer: string, respUri: string, times: SessionTimes, ended: (session: OpenSession) => void) {
    this.peer = peer;
    this.#respUri = respUri;
    this.#times = times;
    this.#ended = ended;
  }

  get respUri(): string {
    return this.#respUri;
  }

  /** Takes a request in. The one that waits already is given up on: its client asks again, or asks something else. */
  deliver(packet: Packet, response: ServerResponse, respUri: string, release: () => void): void {
    const digest = digestOf(packet.bytes);
    this.#respUri = respUri;
    this.#abandon(this.#next);
    this.#next = undefined;
    const { response: earlier } = this.#current ?? {};
    if (earlier !== undefined) refuse(earlier, 409, 'The client asks again.');
    if (this.#current?.digest === digest) {
      release();
      this.#attach(this.#current, response);
      return;
    }
    if (this.#current !== undefined) this.#current.response = undefined;
    const first = this.#current === undefined && this.last === undefined;
    if (first) this.opening = digest;
    else if (digest !== this.opening) this.opening = undefined;
    const request: Request = { packet, digest, response: undefined, release };
    this.#next = request;
    this.#attach(request, response);
    this.#arrived?.();
  }

  #attach(request: Request, response: ServerResponse): void {
    request.response = response;
    response.once('close', () => {
      if (request.response === response) request.response = undefined;
    });
    this.#wind(this.#times.answer, () => {
      if (request.response === response) refuse(response, 503, 'The answer takes too long. Ask again.', LATER);
    });
  }

  #abandon(request: Request | undefined): void {
    if (request === undefined) return;
    if (request.response !== undefined) refuse(request.response, 409, 'The client asks again.');
    request.release();
  }

  async receive(signal: AbortSignal): Promise<Packet | undefined> {
    const what = `the next request of ${this.peer}`;
    while (this.#next === undefined) {
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#over) return undefined;
      await unlessAborted(new Promise<void>((resolve) => (this.#arrived = resolve)), what, signal);
    }
    this.#abandon(this.#current);
    this.#current = this.#next;
    this.#next = undefined;
    return this.#current.packet;
  }

  async answer(packet: Packet, signal: AbortSignal): Promise<void> {
    const request = this.#current;
    if (request === undefined) throw new CradleError('NotConnected', `${this.peer} waits for no answer`);
    this.#current = undefined;
    request.release();
    this.last = { digest: request.digest, packet };
    const { response } = request;
    request.response = undefined;
    if (this.#next === undefined)
      this.#wind(this.#times.idle, () =>
        this.end(new CradleError('Timeout', `${this.peer} has not gone on with its session`)),
      );
    if (response !== undefined) await unlessAborted(sendReply(response, packet), `the reply to ${this.peer}`, signal);
  }

  #wind(milliseconds: number, work: () => void): void {
    clearTimeout(this.#timer);
    if (!this.#over) this.#timer = setTimeout(work, milliseconds).unref();
  }

  /** No more requests: whoever waits for one learns why. */
  end(failure?: CradleError): void {
    if (this.#over) return;
    this.#over = true;
    this.#failure = failure;
    clearTimeout(this.#timer);
    for (const request of [this.#current, this.#next]) {
      if (request?.response !== undefined) refuse(request.response, 503, 'The session is over.');
      request?.release();
    }
    this.#current = this.#next = undefined;
    this.#ended(this);
    this.#arrived?.();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
  }
}
