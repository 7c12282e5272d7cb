import { asCradleError, CradleError } from '../../../dbus/errors.js';
import type { Log } from '../../../hal/log.js';
import { serveObex } from '../../../hal/obex/server.js';
import type { Channel } from '../../../hal/transport.js';
import { within } from '../../../hal/transports/deadline.js';
import { Reader } from '../../../hal/transports/reader.js';
import { NOTIFICATION_TYPE } from '../alert/notification.js';
import type { ClientCarrier, Packet, ServerCarrier } from './carrier.js';
import { ObexVisit } from './obex-visit.js';

export interface ObexServerOptions {
  /** A word on who is there, for log and errors. */
  readonly peer: string;
  readonly log: Log;
  /**
   * Tells a notification of SyncML 1.1 from the first message of a client, which have the same type; one of 1.2 is known
   * by its type.
   */
  readonly isNotification?: (packet: Packet) => boolean;
  /** Bytes of the largest message taken. */
  readonly largest?: number;
  /** Bytes of the largest OBEX packet taken. */
  readonly maximum?: number;
  /** The client has to know it, in OBEX' own authentication. */
  readonly password?: string;
  readonly patience?: Partial<ObexServerPatience>;
}

/** Milliseconds. */
export interface ObexServerPatience {
  /** That a client may keep silent. */
  readonly silence: number;
  /** In which a client fetches the last message and says goodbye. */
  readonly farewell: number;
}

const USUAL_PATIENCE: ObexServerPatience = { silence: 300_000, farewell: 5_000 };

/** Who called over OBEX, and what for. */
export type ObexCall =
  /** It is a SyncML client; its first message waits to be received. */
  | { readonly kind: 'client'; readonly carrier: ServerCarrier }
  /** It is a SyncML server and wants us to be its client, over this same connection. */
  | { readonly kind: 'notified'; readonly notification: Packet; readonly carrier: ClientCarrier };

/**
 * Serves an OBEX client that has called, until it brings its first message. Undefined when it went without one. The
 * channel belongs to the carrier then; without a carrier it is closed. Fails as OBEX does.
 */
export async function answerObex(
  channel: Channel,
  options: ObexServerOptions,
  signal: AbortSignal,
): Promise<ObexCall | undefined> {
  const connection = new ServedConnection(channel, options);
  try {
    const first = await connection.visit.take(signal);
    if (first === undefined) {
      await connection[Symbol.asyncDispose]();
      return undefined;
    }
    const { isNotification = () => false } = options;
    if (first.contentType.toLowerCase().startsWith(NOTIFICATION_TYPE) || isNotification(first))
      return { kind: 'notified', notification: first, carrier: new FetchedCarrier(connection) };
    return { kind: 'client', carrier: new VisitedCarrier(connection, first) };
  } catch (error) {
    await connection[Symbol.asyncDispose]();
    throw error;
  }
}

/** An OBEX client that is served in the background. */
class ServedConnection implements AsyncDisposable {
  readonly visit: ObexVisit;
  readonly #channel: Channel;
  readonly #patience: ObexServerPatience;
  readonly #stop = new AbortController();
  readonly #served: Promise<void>;
  /** It got something to fetch, and may still be at it. */
  expected = false;

  constructor(channel: Channel, options: ObexServerOptions) {
    const { peer: name, log, largest, maximum, password } = options;
    this.#channel = channel;
    this.#patience = { ...USUAL_PATIENCE, ...options.patience };
    this.visit = new ObexVisit(name);
    const serving = serveObex(
      new Reader(channel),
      this.visit,
      {
        name,
        log,
        patience: this.#patience.silence,
        ...(largest !== undefined && { body: largest }),
        ...(maximum !== undefined && { maximum }),
        ...(password !== undefined && { password }),
      },
      this.#stop.signal,
    );
    this.#served = serving.then(
      () => this.visit.end(),
      (error: unknown) => this.visit.end(asCradleError(error, 'PluginFailed')),
    );
  }

  get peer(): string {
    return this.visit.name;
  }

  /** Lets the client fetch what was given last and say goodbye. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { farewell } = this.#patience;
    const { signal } = this.#stop;
    if (this.expected) await within(farewell, 'goodbye', signal, () => this.#served).catch(() => undefined);
    this.visit.end();
    this.#stop.abort(new CradleError('NotConnected', `${this.peer} was let go`));
    await this.#served;
    await this.#channel[Symbol.asyncDispose]();
  }
}

/** The SyncML client brings and fetches. */
class VisitedCarrier implements ServerCarrier {
  readonly #connection: ServedConnection;
  #first: Packet | undefined;

  constructor(connection: ServedConnection, first: Packet) {
    this.#connection = connection;
    this.#first = first;
  }

  get peer(): string {
    return this.#connection.peer;
  }

  async receive(signal: AbortSignal): Promise<Packet | undefined> {
    const first = this.#first;
    this.#first = undefined;
    return first ?? (await this.#connection.visit.take(signal));
  }

  async answer(packet: Packet): Promise<void> {
    this.#connection.expected = true;
    this.#connection.visit.give(packet);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#connection[Symbol.asyncDispose]();
  }
}

/** The SyncML server fetches our messages and brings its own. */
class FetchedCarrier implements ClientCarrier {
  readonly #connection: ServedConnection;

  constructor(connection: ServedConnection) {
    this.#connection = connection;
  }

  async exchange(packet: Packet, signal: AbortSignal): Promise<Packet> {
    this.#connection.expected = true;
    this.#connection.visit.give(packet);
    const reply = await this.#connection.visit.take(signal);
    if (reply === undefined) throw new CradleError('NotConnected', `${this.#connection.peer} has gone without a reply`);
    return reply;
  }

  /** There is but one way over a connection. */
  redirect(): void {}

  [Symbol.asyncDispose](): Promise<void> {
    return this.#connection[Symbol.asyncDispose]();
  }
}
