import { CradleError } from '../../../dbus/errors.js';
import { AtChat, type AtPatience, USUAL_PATIENCE } from '../../../hal/at/chat.js';
import type { ObexLogin } from '../../../hal/obex/authentication.js';
import { ObexClient, type ObexPatience } from '../../../hal/obex/client.js';
import { typeHeader } from '../../../hal/obex/headers.js';
import type { Channel } from '../../../hal/transport.js';
import { Reader } from '../../../hal/transports/reader.js';
import type { Encoding } from '../codec/document.js';
import { MESSAGE_TYPES } from '../codec/media-types.js';
import type { ClientCarrier, Packet, ServerCarrier } from './carrier.js';
import { headersOf, packetOf, SYNC_TARGET } from './obex-binding.js';

export interface ObexConnectOptions {
  /** A word on who is there: `Nokia 6021 at /dev/ttyACM0`. */
  readonly peer: string;
  /** In which encoding its messages are asked for. */
  readonly encoding: Encoding;
  /** AT commands that lead into OBEX, in their order; none where the channel is OBEX from its start. */
  readonly enterObex?: readonly string[];
  readonly login?: ObexLogin | undefined;
  /** Bytes of the largest message taken. */
  readonly largest?: number;
  /** Bytes of the largest OBEX packet taken. */
  readonly maximum?: number;
  readonly patience?: Partial<ObexPatience & AtPatience>;
}

const LARGEST_MESSAGE = 16 * 1024 * 1024;

/** An OBEX connection for SyncML that we opened over a channel, which is its own from then on. */
class ObexConnection implements AsyncDisposable {
  readonly #channel: Channel;
  readonly #client: ObexClient;
  readonly #options: ObexConnectOptions;

  private constructor(channel: Channel, client: ObexClient, options: ObexConnectOptions) {
    this.#channel = channel;
    this.#client = client;
    this.#options = options;
  }

  /** Fails as AT and OBEX do; the channel is closed then. */
  static async open(channel: Channel, options: ObexConnectOptions, signal: AbortSignal): Promise<ObexConnection> {
    const { peer: name, enterObex = [], login, maximum, patience = {} } = options;
    try {
      const reader = new Reader(channel);
      if (enterObex.length > 0) await enter(reader, enterObex, name, patience, signal);
      const client = await ObexClient.connect(
        reader,
        { name, target: SYNC_TARGET, login, patience, ...(maximum !== undefined && { maximum }) },
        signal,
      );
      return new ObexConnection(channel, client, options);
    } catch (error) {
      await channel[Symbol.asyncDispose]();
      throw error;
    }
  }

  get peer(): string {
    return this.#options.peer;
  }

  async put(packet: Packet, signal: AbortSignal): Promise<void> {
    await this.#client.put(headersOf(packet), packet.bytes, signal);
  }

  /** Undefined when there is none. */
  async get(signal: AbortSignal): Promise<Packet | undefined> {
    const usual = MESSAGE_TYPES[this.#options.encoding];
    try {
      const limit = this.#options.largest ?? LARGEST_MESSAGE;
      const { headers, body } = await this.#client.get([typeHeader(usual)], limit, signal);
      return body.byteLength === 0 ? undefined : packetOf(headers, body, usual);
    } catch (error) {
      if (error instanceof CradleError && error.code === 'NotFound') return undefined;
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]();
    await this.#channel[Symbol.asyncDispose]();
  }
}

async function enter(
  reader: Reader,
  commands: readonly string[],
  name: string,
  patience: Partial<AtPatience>,
  signal: AbortSignal,
): Promise<void> {
  const chat = new AtChat(reader, name, patience);
  await chat.attract(signal);
  await chat.enter(commands, signal);
  // We speak first: what still comes is the end of the last answer, and some need this moment.
  await reader.drop(patience.silence ?? USUAL_PATIENCE.silence, signal);
}

/** A telephone on its cable: we are the OBEX client and the SyncML server, so we fetch its messages and bring ours. */
export class ObexPhoneCarrier implements ServerCarrier {
  readonly #connection: ObexConnection;

  private constructor(connection: ObexConnection) {
    this.#connection = connection;
  }

  /**
   * Leads the telephone into OBEX and asks it to sync: `notification` is the server alerted notification it gets first;
   * without one it is expected to have a message ready. Fails with Timeout, NotConnected, Unsupported, NotOwner.
   */
  static async open(
    channel: Channel,
    options: ObexConnectOptions & { readonly notification?: Packet | undefined },
    signal: AbortSignal,
  ): Promise<ObexPhoneCarrier> {
    const connection = await ObexConnection.open(channel, options, signal);
    try {
      if (options.notification !== undefined) await connection.put(options.notification, signal);
    } catch (error) {
      await connection[Symbol.asyncDispose]();
      throw error;
    }
    return new ObexPhoneCarrier(connection);
  }

  get peer(): string {
    return this.#connection.peer;
  }

  receive(signal: AbortSignal): Promise<Packet | undefined> {
    return this.#connection.get(signal);
  }

  answer(packet: Packet, signal: AbortSignal): Promise<void> {
    return this.#connection.put(packet, signal);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#connection[Symbol.asyncDispose]();
  }
}

/** A SyncML server behind an OBEX server: we are the client of both. */
export class ObexClientCarrier implements ClientCarrier {
  readonly #connection: ObexConnection;

  private constructor(connection: ObexConnection) {
    this.#connection = connection;
  }

  static async open(channel: Channel, options: ObexConnectOptions, signal: AbortSignal): Promise<ObexClientCarrier> {
    return new ObexClientCarrier(await ObexConnection.open(channel, options, signal));
  }

  /** No reply is lost as long as the connection stands; when it falls, so does the session. */
  async exchange(packet: Packet, signal: AbortSignal): Promise<Packet> {
    await this.#connection.put(packet, signal);
    const reply = await this.#connection.get(signal);
    if (reply === undefined) throw new CradleError('PluginFailed', `${this.#connection.peer} has no reply`);
    return reply;
  }

  /** There is but one way over a cable. */
  redirect(): void {}

  [Symbol.asyncDispose](): Promise<void> {
    return this.#connection[Symbol.asyncDispose]();
  }
}
