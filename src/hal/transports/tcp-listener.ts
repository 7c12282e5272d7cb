import { createServer, type Server, type Socket } from 'node:net';
import { CradleError } from '../../dbus/errors.js';
import type { Channel } from '../transport.js';
import { SocketChannel } from './socket.js';

/** Callers that wait to be answered; more are turned away. */
const MOST_WAITING = 16;

/** A caller over TCP. */
export interface TcpCall {
  readonly channel: Channel;
  /** Where it calls from: `127.0.0.1 port 41962`. */
  readonly peer: string;
}

/** A port that others connect to. */
export class TcpListener implements AsyncDisposable {
  readonly #server: Server;
  readonly #calls: TcpCall[] = [];
  #wake = (): void => {};

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => this.#called(socket));
    // A caller that could not be let in, for want of descriptors, is his own loss.
    server.on('error', () => undefined);
    server.on('close', () => this.#wake());
  }

  /** Port 0 is any that is free. Fails with Busy when somebody else listens there, NotConnected when there is no such address. */
  static async open(host: string, port: number): Promise<TcpListener> {
    const server = createServer({ noDelay: true, allowHalfOpen: false });
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        const taken = error.code === 'EADDRINUSE';
        const what = taken
          ? `somebody else listens at ${host} port ${port}`
          : `nobody can listen at ${host} port ${port}`;
        reject(new CradleError(taken ? 'Busy' : 'NotConnected', what, { cause: error }));
      });
      server.listen({ host, port }, resolve);
    });
    server.removeAllListeners('error');
    return new TcpListener(server);
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Who calls, until aborted or closed; who is not taken by then is hung up on. */
  async *calls(signal: AbortSignal): AsyncGenerator<TcpCall> {
    const stop = (): void => this.#wake();
    signal.addEventListener('abort', stop);
    try {
      while (!signal.aborted) {
        const call = this.#calls.shift();
        if (call !== undefined) yield call;
        else if (!this.#server.listening) return;
        else
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
      }
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Not waited for: whoever was taken has a channel of his own, and closes it himself.
    this.#server.close();
    this.#wake();
    await Promise.all(this.#calls.splice(0).map(({ channel }) => channel[Symbol.asyncDispose]()));
  }

  #called(socket: Socket): void {
    if (this.#calls.length >= MOST_WAITING) {
      socket.destroy();
      return;
    }
    const peer = `${socket.remoteAddress ?? 'somebody'} port ${socket.remotePort ?? 0}`;
    this.#calls.push({ channel: new SocketChannel(socket, peer), peer });
    this.#wake();
  }
}
