import { randomInt } from 'node:crypto';
import { CradleError } from '../../dbus/errors.js';
import type { Log } from '../log.js';
import type { Reader } from '../transports/reader.js';
import { answersChallenge, challengeHeader, createNonce } from './authentication.js';
import { OPCODE, RESPONSE, responseFor } from './codes.js';
import type { Header } from './headers.js';
import { ObexLink } from './link.js';
import type { Packet } from './packet.js';
import { type Demand, ServerSession } from './session.js';

/** One request of a client. */
export interface ObexRequest {
  /** What it connected to; undefined when to nothing in particular, or when it did not connect. */
  readonly target: Uint8Array | undefined;
  readonly headers: readonly Header[];
}

/** What an OBEX server serves. A CradleError that is thrown becomes the response code that tells it best. */
export interface ObexService {
  /** Grants a connection, with headers for the response; or refuses it by throwing. */
  connect(request: ObexRequest): readonly Header[];
  /** Without a body: delete it. */
  put(request: ObexRequest, body: Uint8Array | undefined, signal: AbortSignal): Promise<readonly Header[]>;
  get(
    request: ObexRequest,
    signal: AbortSignal,
  ): Promise<{ readonly headers: readonly Header[]; readonly body: Uint8Array }>;
  /** Flags: 1 to the parent first, 2 do not create (IrDA OBEX 1.5, section 3.4.6.1). Without it there are no folders. */
  setPath?(request: ObexRequest, flags: number, signal: AbortSignal): Promise<void>;
}

export interface ObexServerOptions {
  /** What errors call the client. */
  readonly name: string;
  readonly log: Log;
  /** Bytes of the largest packet we take; 255 to 65,535. */
  readonly maximum?: number;
  /** Bytes of the largest body we take. */
  readonly body?: number;
  /** Milliseconds that a client may keep silent. */
  readonly patience?: number;
  /** Whoever connects has to know it. */
  readonly password?: string;
}

const USUAL_MAXIMUM = 0x7fff;
const USUAL_BODY = 16 * 1024 * 1024;
const USUAL_PATIENCE = 300_000;

/**
 * Serves one client (IrDA OBEX 1.5) until it disconnects or hangs up. Fails with Timeout, PluginFailed when it talks
 * nonsense, NotConnected, Cancelled.
 */
export async function serveObex(
  reader: Reader,
  service: ObexService,
  options: ObexServerOptions,
  signal: AbortSignal,
): Promise<void> {
  await new Connection(reader, service, options, signal).serve();
}

class Connection {
  readonly #link: ObexLink;
  readonly #service: ObexService;
  readonly #options: ObexServerOptions;
  readonly #signal: AbortSignal;
  readonly #session: ServerSession;
  readonly #patience: number;
  #target: Uint8Array | undefined;
  #nonce: Uint8Array | undefined;
  /** False while a password is still wanted. */
  #admitted: boolean;
  /** A request that came while the one before was served. */
  #early: Uint8Array | undefined;

  constructor(reader: Reader, service: ObexService, options: ObexServerOptions, signal: AbortSignal) {
    const maximum = options.maximum ?? USUAL_MAXIMUM;
    this.#link = new ObexLink(reader, options.name, maximum);
    this.#session = new ServerSession({ maximum, body: options.body ?? USUAL_BODY });
    this.#service = service;
    this.#options = options;
    this.#signal = signal;
    this.#patience = options.patience ?? USUAL_PATIENCE;
    this.#admitted = options.password === undefined;
  }

  async serve(): Promise<void> {
    for (;;) {
      const bytes = this.#early ?? (await this.#link.receive(this.#patience, 'a request', this.#signal));
      this.#early = undefined;
      if (bytes === undefined) return;
      const demand = this.#session.take(bytes);
      const packet = demand.kind === 'reply' ? demand.packet : await this.#meet(demand);
      if (packet !== undefined) await this.#link.send(packet, this.#patience, this.#signal);
      if (demand.kind === 'reply' && demand.over === true) return;
    }
  }

  /** The response; undefined when the client has hung up meanwhile. */
  async #meet(demand: Exclude<Demand, { kind: 'reply' }>): Promise<Packet | undefined> {
    if (demand.kind === 'connect') return this.#connect(demand);
    if (!this.#admitted) return this.#session.refused(RESPONSE.unauthorized);
    const given = new AbortController();
    const watched = new AbortController();
    const work = this.#serveDemand(demand, AbortSignal.any([this.#signal, given.signal]));
    // A client may abort while it waits, or go.
    const watch = this.#link.receive(2 ** 31 - 1, 'a request', AbortSignal.any([this.#signal, watched.signal])).then(
      (bytes) => ({ bytes }),
      (error: unknown) => ({ error }),
    );
    const first = await Promise.race([work, watch]);
    if (!('code' in first)) {
      given.abort(new CradleError('Cancelled', `${this.#options.name} does not wait for the answer`));
      await work;
      if ('error' in first) throw first.error;
      this.#early = first.bytes;
      // What is not an ABORT came too early, and is answered after this one.
      if (first.bytes === undefined || first.bytes[0] === OPCODE.abort) return undefined;
      return this.#session.refused(RESPONSE.badRequest);
    }
    watched.abort();
    const seen = await watch;
    if ('bytes' in seen) this.#early = seen.bytes;
    return first;
  }

  #connect({ target, headers }: Extract<Demand, { kind: 'connect' }>): Packet {
    const { password } = this.#options;
    this.#target = undefined;
    if (password !== undefined) {
      this.#admitted = this.#nonce !== undefined && answersChallenge(headers, this.#nonce, password);
      if (!this.#admitted) {
        this.#nonce = createNonce();
        return this.#session.refused(RESPONSE.unauthorized, [challengeHeader(this.#nonce)]);
      }
    }
    try {
      const answer = this.#service.connect({ target, headers });
      this.#target = target;
      return this.#session.connected(randomInt(1, 0xffff_ffff), answer);
    } catch (error) {
      return this.#refuse(error, 'a connection');
    }
  }

  /** Never rejects. */
  async #serveDemand(demand: Extract<Demand, { kind: 'put' | 'get' | 'path' }>, signal: AbortSignal): Promise<Packet> {
    const request: ObexRequest = { target: this.#target, headers: demand.headers };
    try {
      if (demand.kind === 'put') return this.#session.answered(await this.#service.put(request, demand.body, signal));
      if (demand.kind === 'get') {
        const { headers, body } = await this.#service.get(request, signal);
        return this.#session.answered(headers, body);
      }
      if (this.#service.setPath === undefined) return this.#session.refused(RESPONSE.notImplemented);
      await this.#service.setPath(request, demand.flags, signal);
      return this.#session.answered();
    } catch (error) {
      return this.#refuse(error, `a ${demand.kind.toUpperCase()}`);
    }
  }

  #refuse(error: unknown, what: string): Packet {
    this.#options.log.info('an OBEX request was refused', { peer: this.#options.name, what, error });
    return this.#session.refused(responseFor(error));
  }
}
