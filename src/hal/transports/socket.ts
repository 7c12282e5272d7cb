import { fstatSync } from 'node:fs';
import { connect, Socket } from 'node:net';
import { CradleError } from '../../dbus/errors.js';
import type { Sighting } from '../device.js';
import type { Channel, Transport } from '../transport.js';
import { stopIfAborted, unlessAborted } from './deadline.js';

/** A channel over a connected stream socket. */
export class SocketChannel implements Channel {
  readonly incoming: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => ({ next: () => this.#next() }) };
  readonly #socket: Socket;
  readonly #name: string;
  readonly #endless: boolean;
  #failure: CradleError | undefined;
  #wake = (): void => {};

  /** `name` is what its errors call the far side. An endless one is gone when it ends: a cable was pulled. */
  constructor(socket: Socket, name: string, nature: 'ending' | 'endless' = 'ending') {
    this.#socket = socket;
    this.#name = name;
    this.#endless = nature === 'endless';
    // Read by hand, so that what nobody takes holds up the sender.
    socket.pause();
    socket.on('readable', () => this.#wake());
    socket.on('end', () => this.#wake());
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#wake());
  }

  async send(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    stopIfAborted(signal, `sending to ${this.#name}`);
    if (this.#failure !== undefined) throw this.#failure;
    if (!this.#socket.writable) throw gone(this.#name);
    let refuse = (): void => {};
    const sent = new Promise<void>((resolve, reject) => {
      refuse = () => reject(this.#failure ?? gone(this.#name));
      this.#socket.once('close', refuse);
      this.#socket.write(bytes, (error) => (error ? reject(this.#failure ?? gone(this.#name, error)) : resolve()));
    });
    try {
      await unlessAborted(sent, `sending to ${this.#name}`, signal);
    } catch (error) {
      this.#socket.destroy();
      throw error;
    } finally {
      this.#socket.removeListener('close', refuse);
    }
  }

  /** What was sent still goes out where the far side takes it, half a second long. */
  async [Symbol.asyncDispose](): Promise<void> {
    const socket = this.#socket;
    if (socket.closed) return;
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const impatience = setTimeout(() => socket.destroy(), 500);
    // What still comes in would keep the end from being seen.
    socket.resume();
    socket.end(() => socket.destroy());
    await closed;
    clearTimeout(impatience);
  }

  async #next(): Promise<IteratorResult<Uint8Array>> {
    for (;;) {
      const value: unknown = this.#socket.read();
      if (value instanceof Uint8Array) return { done: false, value };
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#socket.readableEnded || this.#socket.destroyed) {
        if (this.#endless) throw gone(this.#name);
        return { done: true, value: undefined };
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #fail(error: Error): void {
    this.#failure ??= gone(this.#name, error);
    this.#wake();
  }
}

const gone = (name: string, cause?: unknown): CradleError =>
  new CradleError('NotConnected', `${name} is not connected any more`, { cause });

/** Facts `tcp.host` and `tcp.port` of a sighting: OBEX over TCP, simulated devices. */
export class TcpTransport implements Transport {
  readonly name = 'tcp';

  async open(sighting: Sighting, signal: AbortSignal): Promise<Channel> {
    const host = sighting.evidence.get('tcp.host');
    const port = Number(sighting.evidence.get('tcp.port'));
    if (host === undefined || !Number.isInteger(port) || port < 1 || port > 65_535)
      throw new CradleError('NotConnected', `${sighting.key} does not say at which host and port it is`);
    const name = `${host} port ${port}`;
    stopIfAborted(signal, `connecting to ${name}`);
    const socket = connect({ host, port, noDelay: true });
    const connected = new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', (error) =>
        reject(new CradleError('NotConnected', `nobody answers at ${name}`, { cause: error })),
      );
    });
    try {
      await unlessAborted(connected, `connecting to ${name}`, signal);
    } catch (error) {
      socket.destroy();
      throw error;
    }
    socket.removeAllListeners();
    return new SocketChannel(socket, name);
  }
}

/** A channel over a descriptor that somebody handed us, such as BlueZ; it is ours from here on. Fails with InvalidArgs. */
export function openDescriptor(descriptor: number, name: string): Channel {
  if (!fstatSync(descriptor).isSocket())
    throw new CradleError('InvalidArgs', `the descriptor given for ${name} is no socket`);
  return new SocketChannel(new Socket({ fd: descriptor, readable: true, writable: true }), name);
}
