import { CradleError } from '../../dbus/errors.js';
import { TimeLimit, unlessAborted } from '../transports/deadline.js';
import type { Reader } from '../transports/reader.js';
import type { ObexLogin } from './authentication.js';
import { OPCODE, RESPONSE } from './codes.js';
import type { Header } from './headers.js';
import { ObexLink } from './link.js';
import {
  type Answer,
  connecting,
  ending,
  getting,
  type Operation,
  putting,
  settingPath,
  type Terms,
} from './operations.js';
import { CONNECT_FIELDS, decodePacket, type Packet } from './packet.js';

/** Milliseconds. */
export interface ObexPatience {
  /** For the response to a request: a telephone thinks long before it answers. */
  readonly answer: number;
  /** For the end of what is given up. */
  readonly farewell: number;
}

export interface ObexClientOptions {
  /** What errors call the far side. */
  readonly name: string;
  /** The service asked for; undefined is the inbox. */
  readonly target?: Uint8Array;
  readonly login?: ObexLogin | undefined;
  /** Bytes of the largest packet we take; 255 to 65,535. */
  readonly maximum?: number;
  readonly patience?: Partial<ObexPatience>;
}

const USUAL_PATIENCE: ObexPatience = { answer: 120_000, farewell: 2_000 };
/** What SyncEvolution says to telephones, so they are used to it. */
const USUAL_MAXIMUM = 0x7fff;

/** An OBEX client (IrDA OBEX 1.5) over a channel, connected; one operation at a time. */
export class ObexClient implements AsyncDisposable {
  readonly #link: ObexLink;
  readonly #patience: ObexPatience;
  #terms: Terms;
  #busy = false;
  /** Undefined while packets and answers are in step. */
  #lost: CradleError | undefined;
  #closed = false;

  private constructor(link: ObexLink, patience: ObexPatience) {
    this.#link = link;
    this.#patience = patience;
    this.#terms = { who: link.name, maximum: 0, connectionId: undefined };
  }

  /** Fails with what the response means: NotOwner where a password is wanted, NotFound or Unsupported for an unknown target. */
  static async connect(reader: Reader, options: ObexClientOptions, signal: AbortSignal): Promise<ObexClient> {
    const { name, target, login, maximum = USUAL_MAXIMUM, patience } = options;
    const client = new ObexClient(new ObexLink(reader, name, maximum), { ...USUAL_PATIENCE, ...patience });
    client.#terms = await client.#run(
      connecting({ who: name, target, maximum, login }),
      'connecting',
      signal,
      CONNECT_FIELDS,
    );
    return client;
  }

  /** Undefined where the far side gave none. */
  get connectionId(): number | undefined {
    return this.#terms.connectionId;
  }

  /** The headers of the response. */
  put(headers: readonly Header[], body: Uint8Array, signal: AbortSignal): Promise<readonly Header[]> {
    return this.#run(putting(headers, body, this.#terms), 'a PUT', signal);
  }

  /** `limit`: bytes of the largest body that is taken. */
  get(headers: readonly Header[], limit: number, signal: AbortSignal): Promise<Answer> {
    return this.#run(getting(headers, limit, this.#terms), 'a GET', signal);
  }

  setPath(
    to: { readonly folder: string; readonly create: boolean } | 'parent' | 'root',
    signal: AbortSignal,
  ): Promise<void> {
    return this.#run(settingPath(to, this.#terms), 'a SETPATH', signal);
  }

  /** Says goodbye where anybody still listens. The channel stays open. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#lost !== undefined || this.#busy) return;
    await this.#farewell(OPCODE.disconnect).catch(() => undefined);
  }

  /** Leads an operation to its end; one that is given up in the middle is aborted properly, so that the next can begin. */
  async #run<T>(operation: Operation<T>, what: string, signal: AbortSignal, fields = 0): Promise<T> {
    if (this.#lost !== undefined) throw this.#lost;
    if (this.#busy || this.#closed)
      throw new CradleError('Busy', `${this.#link.name} is being asked for something else`);
    this.#busy = true;
    let exchange: Promise<Packet> | undefined;
    let answer: Packet | undefined;
    try {
      for (let step = operation.next(); ; step = operation.next(answer)) {
        if (step.done === true) return step.value;
        exchange = this.#exchange(step.value, this.#patience.answer, fields);
        // It goes on after it was given up.
        exchange.catch(() => undefined);
        answer = await unlessAborted(exchange, `${what} to ${this.#link.name}`, signal);
        exchange = undefined;
      }
    } catch (error) {
      await this.#abort(exchange, answer);
      throw error;
    } finally {
      this.#busy = false;
    }
  }

  /** Waits for what is under way, then tells that nothing more will come, where more is expected. */
  async #abort(exchange: Promise<Packet> | undefined, answer: Packet | undefined): Promise<void> {
    if (this.#lost !== undefined) return;
    const { name } = this.#link;
    try {
      using limit = new TimeLimit(this.#patience.farewell);
      const last = exchange === undefined ? answer : await unlessAborted(exchange, 'the last answer', limit.signal);
      if (last?.code === RESPONSE.continue) await this.#farewell(OPCODE.abort);
    } catch (error) {
      this.#lost ??= new CradleError('NotConnected', `${name} is out of step`, { cause: error });
    }
  }

  async #farewell(code: typeof OPCODE.disconnect | typeof OPCODE.abort): Promise<void> {
    const operation = ending(code, this.#terms);
    const step = operation.next();
    if (step.done !== true) operation.next(await this.#exchange(step.value, this.#patience.farewell, 0));
  }

  async #exchange(packet: Packet, patience: number, fields: number): Promise<Packet> {
    const never = new AbortController().signal;
    try {
      await this.#link.send(packet, patience, never);
      const answer = await this.#link.receive(patience, 'the answer', never);
      if (answer === undefined) throw new CradleError('NotConnected', `${this.#link.name} has hung up`);
      // Only a response to CONNECT has more than headers, and a refusal of it may do without.
      return decodePacket(answer, fields <= answer.byteLength - 3 ? fields : 0);
    } catch (error) {
      this.#lost ??= error instanceof CradleError ? error : undefined;
      throw error;
    }
  }
}
