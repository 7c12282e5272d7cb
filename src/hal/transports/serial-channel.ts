import { close, constants, open } from 'node:fs';
import { ReadStream } from 'node:tty';
import { promisify } from 'node:util';
import type { SerialPort } from 'serialport';
import { CradleError } from '../../dbus/errors.js';
import type { Channel, SerialLine } from '../transport.js';
import { SocketChannel } from './socket.js';

/** An open serial line as serialport's addon gives it: set up and locked. */
export type Port = Awaited<ReturnType<typeof SerialPort.binding.open>>;

/** Milliseconds that closing waits for what was sent. */
const PATIENCE = 500;

/**
 * Ports that were closed. The addon's poller stops polling its descriptor once more when it is collected, and by then the
 * number may be that of a descriptor of somebody else, who would never hear of it again.
 */
const retired: Port[] = [];

/**
 * A serial line. The addon sets it up, holds its lock and moves its wires; bytes go through libuv, which knows a line that
 * was hung up, where the addon asks it for more for ever.
 */
export class SerialChannel implements Channel {
  readonly incoming: AsyncIterable<Uint8Array>;
  readonly line: SerialLine;
  readonly #bytes: SocketChannel;
  readonly #port: Port;
  readonly #node: string;
  #sound = true;
  #closing: Promise<void> | undefined;

  private constructor(port: Port, node: string, bytes: SocketChannel) {
    this.#port = port;
    this.#node = node;
    this.#bytes = bytes;
    this.incoming = bytes.incoming;
    this.line = {
      // Every flag is set by every call.
      setLines: ({ terminalReady, break: brk }) =>
        this.#set(() => port.set({ brk, cts: false, dtr: terminalReady, rts: true })),
      setSpeed: (baudRate) => this.#set(() => port.update({ baudRate })),
    };
  }

  /** Takes the port over, whatever comes of it. */
  static async over(port: Port, node: string): Promise<SerialChannel> {
    try {
      const descriptor = await promisify(open)(node, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
      const stream = new ReadStream(descriptor);
      if (hasReopened(stream, descriptor)) await promisify(close)(descriptor);
      return new SerialChannel(port, node, new SocketChannel(stream, node, 'endless'));
    } catch (error) {
      await retire(port);
      throw new CradleError('NotConnected', `${node} could not be opened`, { cause: error });
    }
  }

  async send(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    try {
      await this.#bytes.send(bytes, signal);
    } catch (error) {
      this.#sound = false;
      throw error;
    }
  }

  /** Drops DTR, so that the telephone hangs up. What was sent still goes out where the device takes it, half a second long. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Fails with Unsupported where the line has no such thing, such as a pty. */
  async #set(work: () => Promise<void>): Promise<void> {
    if (this.#closing !== undefined) throw new CradleError('NotConnected', `${this.#node} is closed`);
    try {
      await work();
    } catch (error) {
      throw new CradleError('Unsupported', `${this.#node} has no such line`, { cause: error });
    }
  }

  async #close(): Promise<void> {
    // A driver waits up to half a minute for a device to take what it never will, unless that is thrown away.
    const flush = (): Promise<void> => this.#port.flush().catch(() => undefined);
    const impatience = setTimeout(flush, PATIENCE);
    if (this.#sound) await this.#port.drain().catch(() => undefined);
    clearTimeout(impatience);
    await flush();
    await this.#bytes[Symbol.asyncDispose]();
    await retire(this.#port);
  }
}

/** Closes its descriptor, with which the lock goes. */
async function retire(port: Port): Promise<void> {
  retired.push(port);
  if ('fd' in port && typeof port.fd === 'number') await promisify(close)(port.fd).catch(() => undefined);
}

/** libuv opens a terminal once more for itself, and leaves the descriptor it was given to whoever gave it. */
function hasReopened(stream: ReadStream, descriptor: number): boolean {
  const handle: unknown = Reflect.get(stream, '_handle');
  const own: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : undefined;
  return typeof own === 'number' && own >= 0 && own !== descriptor;
}
