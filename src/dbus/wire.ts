import { connect, type Socket } from 'node:net';
import {
  createConnection,
  type DBusConnection,
  isValidBusName,
  isValidErrorName,
  isValidInterfaceName,
  isValidMemberName,
  isValidObjectPath,
  type Message,
  messageType,
} from 'dbus-native';
import { type Endpoint, endpointsOf } from './address.js';
import { asCradleError, CradleError } from './errors.js';
import { Gate } from './gate.js';
import { toWire } from './marshal.js';

const DIAL_TIMEOUT = 10_000;
const NO_REPLY_EXPECTED = 1;
const NO_AUTO_START = 2;

interface Addressed {
  readonly destination?: string;
  readonly signature: string;
  readonly body: readonly unknown[];
}

/** What we send. */
export type Outgoing =
  | (Addressed & {
      readonly kind: 'call';
      readonly path: string;
      readonly interface: string;
      readonly member: string;
      readonly noReply?: boolean;
      readonly noAutoStart?: boolean;
    })
  | (Addressed & {
      readonly kind: 'signal';
      readonly path: string;
      readonly interface: string;
      readonly member: string;
    })
  | (Addressed & { readonly kind: 'return'; readonly replySerial: number })
  | (Addressed & { readonly kind: 'error'; readonly replySerial: number; readonly errorName: string });

/** What we are sent. The body is still as the library gives it; marshal.ts opens it. */
export interface Incoming {
  readonly kind: 'call' | 'return' | 'error' | 'signal';
  readonly serial: number;
  readonly sender: string;
  readonly path: string;
  readonly interface: string | undefined;
  readonly member: string;
  readonly errorName: string;
  readonly replySerial: number;
  readonly signature: string;
  /** Undefined when it was too large to let in. */
  readonly body: readonly unknown[] | undefined;
  readonly wantsReply: boolean;
}

export interface WireEvents {
  message(message: Incoming): void;
  /** Once, when nothing can be sent or received any more. */
  ended(cause: Error | undefined): void;
}

/** An authenticated connection that carries messages. The only file, with marshal.ts, that knows the library. */
export class Wire {
  #serial = 0;

  private constructor(
    readonly connection: DBusConnection,
    readonly gate: Gate,
  ) {}

  /** Tries each endpoint of the address in turn; fails with NotConnected, or Cancelled when aborted. */
  static async open(address: string, events: WireEvents, abort?: AbortSignal): Promise<Wire> {
    let last: unknown;
    for (const endpoint of endpointsOf(address)) {
      try {
        return await Wire.#dial(endpoint, events, abort);
      } catch (error) {
        last = error;
        if (abort?.aborted) throw new CradleError('Cancelled', 'connecting to the bus was cancelled', { cause: error });
      }
    }
    const why = last instanceof Error ? last.message : String(last);
    throw new CradleError('NotConnected', `no message bus answers at ${address}: ${why}`, { cause: last });
  }

  static async #dial(endpoint: Endpoint, events: WireEvents, abort?: AbortSignal): Promise<Wire> {
    const deadline = AbortSignal.timeout(DIAL_TIMEOUT);
    const signal = abort === undefined ? deadline : AbortSignal.any([abort, deadline]);
    const socket = await dialled(endpoint, signal);
    const gate = new Gate(socket);
    const connection = createConnection({
      stream: gate,
      authMethods: ['EXTERNAL'],
      plainValues: false,
      variants: 'wrap',
      returnBigInt: true,
    });
    const wire = new Wire(connection, gate);
    await new Promise<void>((resolve, reject) => {
      const abandon = (): void => void gate.destroy(new Error('the bus did not greet us in time'));
      let failure: Error | undefined;
      let open = false;
      signal.addEventListener('abort', abandon, { once: true });
      connection.on('error', (error: Error) => {
        failure ??= error;
        gate.destroy();
      });
      connection.on('message', (message: Message) => events.message(incoming(message)));
      const finish = (): void => {
        if (open) events.ended(failure);
        else reject(failure ?? new Error('it closed the connection'));
      };
      // Between the two nothing can be sent any more: the first that comes is the end.
      connection.once('end', finish);
      connection.once('close', finish);
      connection.on('connect', () => {
        signal.removeEventListener('abort', abandon);
        open = true;
        resolve();
      });
    });
    return wire;
  }

  /** Sends, and tells the message's serial. Fails with InvalidArgs when a name or a value is not what D-Bus can carry. */
  send(message: Outgoing): number {
    this.#serial = this.#serial >= 0xffff_ffff ? 1 : this.#serial + 1;
    const signature = message.signature;
    try {
      this.connection.message({
        serial: this.#serial,
        ...headers(message),
        ...(message.destination === undefined ? {} : { destination: message.destination }),
        ...(signature === '' ? {} : { signature, body: toWire(signature, message.body) }),
      });
    } catch (error) {
      throw asCradleError(error, 'InvalidArgs');
    }
    return this.#serial;
  }

  /** Lets what was sent go out, then closes. */
  end(): void {
    this.connection.end();
  }

  destroy(): void {
    this.gate.destroy();
  }
}

async function dialled(endpoint: Endpoint, signal: AbortSignal): Promise<Socket> {
  const socket = connect(endpoint);
  socket.setNoDelay(true);
  await new Promise<void>((resolve, reject) => {
    const abandon = (): void => void socket.destroy(new Error('nobody answered in time'));
    signal.addEventListener('abort', abandon, { once: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      signal.removeEventListener('abort', abandon);
      socket.off('error', reject);
      resolve();
    });
    if (signal.aborted) abandon();
  });
  return socket;
}

function headers(message: Outgoing): Message {
  if (message.destination !== undefined && !isValidBusName(message.destination))
    throw new CradleError('InvalidArgs', `"${message.destination}" is not a bus name`);
  if (message.kind === 'return') return { type: messageType.methodReturn, replySerial: message.replySerial };
  if (message.kind === 'error') {
    if (!isValidErrorName(message.errorName))
      throw new CradleError('InvalidArgs', `"${message.errorName}" is not an error name`);
    return { type: messageType.error, replySerial: message.replySerial, errorName: message.errorName };
  }
  const { path, interface: interfaceName, member } = message;
  if (!isValidObjectPath(path)) throw new CradleError('InvalidArgs', `"${path}" is not an object path`);
  if (!isValidInterfaceName(interfaceName))
    throw new CradleError('InvalidArgs', `"${interfaceName}" is not an interface name`);
  if (!isValidMemberName(member)) throw new CradleError('InvalidArgs', `"${member}" is not a member name`);
  const where = { path, interface: interfaceName, member };
  if (message.kind === 'signal') return { type: messageType.signal, ...where };
  const flags = (message.noReply ? NO_REPLY_EXPECTED : 0) | (message.noAutoStart ? NO_AUTO_START : 0);
  return { type: messageType.methodCall, flags, ...where };
}

function incoming(message: Message): Incoming {
  const kinds = ['signal', 'call', 'return', 'error', 'signal'] as const;
  const signature = message.signature ?? '';
  return {
    kind: kinds[message.type ?? 0] ?? 'signal',
    serial: message.serial ?? 0,
    sender: message.sender ?? '',
    path: message.path ?? '',
    interface: message.interface,
    member: message.member ?? '',
    errorName: message.errorName ?? '',
    replySerial: message.replySerial ?? 0,
    signature,
    // The gate empties what is too large; a message with a signature is never empty by itself.
    body: signature === '' ? [] : message.body,
    wantsReply: ((message.flags ?? 0) & NO_REPLY_EXPECTED) === 0,
  };
}
