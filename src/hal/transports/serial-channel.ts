import { read } from 'node:fs';
import type { SerialPort } from 'serialport';
import { CradleError } from '../../dbus/errors.js';
import type { Channel, SerialLine } from '../transport.js';
import { stopIfAborted, unlessAborted } from './deadline.js';

/** An open serial line as serialport's addon gives it. */
export type Port = Awaited<ReturnType<typeof SerialPort.binding.open>>;

const PIECE = 16 * 1024;
/** Milliseconds that closing waits for what was sent. */
const PATIENCE = 500;

/**
 * A serial line. It reads by itself instead of by serialport's stream: that one takes the end of a line that was hung up
 * for a pause, and asks for more for ever.
 */
export class SerialChannel implements Channel {
  readonly incoming: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => ({ next: () => this.#next() }) };
  readonly line: SerialLine;
  readonly #port: Port;
  readonly #node: string;
  #reading: Promise<unknown> = Promise.resolve();
  #sending: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;
  #failure: CradleError | undefined;

  constructor(port: Port, node: string) {
    this.#port = port;
    this.#node = node;
    this.line = {
      setLines: ({ terminalReady, break: brk }) =>
        this.#set(() => port.set({ brk, cts: false, dtr: terminalReady, rts: true })),
      setSpeed: (baudRate) => this.#set(() => port.update({ baudRate })),
    };
  }

  async send(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    const what = `sending to ${this.#node}`;
    stopIfAborted(signal, what);
    const before = this.#sending.catch(() => undefined);
    const sending = before.then(() => this.#write(bytes));
    this.#sending = sending;
    try {
      await unlessAborted(sending, what, signal);
    } catch (error) {
      sending.catch(() => undefined);
      this.#fail(error);
      throw error;
    }
  }

  /** Drops DTR, so that the telephone hangs up. What was sent still goes out where the device takes it, half a second long. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#expectOpen();
    try {
      await this.#port.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    } catch (error) {
      throw this.#gone(error);
    }
  }

  async #next(): Promise<IteratorResult<Uint8Array>> {
    const reading = this.#read();
    this.#reading = reading.catch(() => undefined);
    const value = await reading;
    return value === undefined ? { done: true, value } : { done: false, value };
  }

  async #read(): Promise<Uint8Array | undefined> {
    const buffer = Buffer.allocUnsafe(PIECE);
    for (;;) {
      this.#expectOpen();
      const descriptor = descriptorOf(this.#port);
      if (descriptor === undefined) throw this.#gone();
      try {
        const count = await readFrom(descriptor, buffer);
        // VMIN is 1: no bytes means hung up, such as by a pulled cable.
        if (count === 0) throw this.#gone();
        return buffer.subarray(0, count);
      } catch (error) {
        if (!isLater(error)) throw this.#gone(error);
      }
      this.#expectOpen();
      await readable(this.#port).catch((error: unknown) => Promise.reject(this.#gone(error)));
    }
  }

  /** Fails with Unsupported where the line has no such thing, such as a pty. */
  async #set(work: () => Promise<void>): Promise<void> {
    this.#expectOpen();
    try {
      await work();
    } catch (error) {
      throw new CradleError('Unsupported', `${this.#node} has no such line`, { cause: error });
    }
  }

  /** What is unfinished ends now. */
  #fail(error: unknown): void {
    this.#failure ??= this.#gone(error);
    if ('poller' in this.#port) this.#port.poller.stop();
  }

  async #close(): Promise<void> {
    const sound = this.#failure === undefined;
    this.#failure ??= this.#gone();
    if ('poller' in this.#port) this.#port.poller.stop();
    await Promise.allSettled([this.#reading, this.#sending]);
    // A driver waits up to half a minute for a device to take what it never will, unless that is thrown away.
    const flush = (): Promise<void> => this.#port.flush().catch(() => undefined);
    const impatience = setTimeout(flush, PATIENCE);
    if (sound) await this.#port.drain().catch(() => undefined);
    clearTimeout(impatience);
    await flush();
    await this.#port.close().catch(() => undefined);
  }

  #expectOpen(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  #gone(cause?: unknown): CradleError {
    this.#failure ??=
      cause instanceof CradleError
        ? cause
        : new CradleError('NotConnected', `${this.#node} is not connected any more`, { cause });
    return this.#failure;
  }
}

const descriptorOf = (port: Port): number | undefined =>
  'fd' in port && typeof port.fd === 'number' ? port.fd : undefined;

const readFrom = (descriptor: number, buffer: Buffer): Promise<number> =>
  new Promise((resolve, reject) => {
    read(descriptor, buffer, 0, buffer.byteLength, null, (error, count) => (error ? reject(error) : resolve(count)));
  });

const readable = (port: Port): Promise<void> =>
  new Promise((resolve, reject) => {
    if (!('poller' in port)) return reject(new Error('this addon has no poller'));
    port.poller.once('readable', (error) => (error ? reject(error) : resolve()));
  });

/** Nothing to read yet. */
const isLater = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EAGAIN' || error.code === 'EINTR');
