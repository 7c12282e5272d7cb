import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Scope } from '../../support/scope.js';

/**
 * What happens to one exchange on its way.
 * - `request-lost`: the connection breaks before the server hears a word
 * - `request-halved`: the server gets half of the request, and then the connection breaks on both sides
 * - `request-twice`: the server gets it twice; the client, the second reply
 * - `reply-lost`: the server does its work, and the connection breaks before a word of its reply
 * - `reply-halved`: the connection breaks in the middle of the reply
 * - `reply-withheld`: the server does its work, and the client waits for the reply until it gives up
 */
export type Mishap =
  | 'request-lost'
  | 'request-halved'
  | 'request-twice'
  | 'reply-lost'
  | 'reply-halved'
  | 'reply-withheld'
  /** Milliseconds between the server's reply and its delivery. */
  | { readonly delay: number };

/** One request that reached the proxy, and what became of it. */
export interface Exchange {
  /** From 1, also of a request that is sent again. */
  readonly number: number;
  /** Path and query. */
  readonly path: string;
  readonly contentType: string;
  readonly request: Buffer;
  readonly mishap: Mishap | undefined;
  /** All that the server answered, whether the client got it or not. */
  readonly replies: readonly Buffer[];
  /** Milliseconds from the whole request to the whole reply, for each of the replies. */
  readonly waits: readonly number[];
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

/** The exchange of this number, counted from 1, fares like that, and all others well. */
export const nth =
  (number: number, mishap: Mishap) =>
  (exchange: Exchange): Mishap | undefined =>
    exchange.number === number ? mishap : undefined;

/** An HTTP proxy in front of a server, on the loopback interface, that loses what it is told to lose. */
export class LossyProxy {
  /** Since the start, or the last `begin`. */
  readonly exchanges: Exchange[] = [];
  #fate: (exchange: Exchange) => Mishap | undefined = () => undefined;

  private constructor(
    /** What clients are to be given in place of the server's. */
    readonly url: string,
    private readonly server: URL,
  ) {}

  /** Fails when there is no port to be had. */
  static async start(scope: Scope, serverUrl: string): Promise<LossyProxy> {
    const proxy: { it?: LossyProxy } = {};
    const listener = createServer((from, to) => {
      proxy.it?.pass(from, to).catch(() => from.socket.destroy());
    }).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    scope.after(async () => {
      listener.close();
      listener.closeAllConnections();
      await once(listener, 'close');
    });
    const address = listener.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
    const server = new URL(serverUrl);
    const url = new URL(serverUrl);
    url.host = `127.0.0.1:${address.port}`;
    proxy.it = new LossyProxy(url.href, server);
    return proxy.it;
  }

  /** From now on exchanges fare like this, and are counted from 1 again; all goes well where it says nothing. */
  begin(fate: (exchange: Exchange) => Mishap | undefined = () => undefined): void {
    this.exchanges.length = 0;
    this.#fate = fate;
  }

  private async pass(from: IncomingMessage, to: ServerResponse): Promise<void> {
    const body = await whole(from);
    const [replies, waits]: [Buffer[], number[]] = [[], []];
    const number = this.exchanges.length + 1;
    const path = from.url ?? '/';
    const contentType = from.headers['content-type'] ?? '';
    const about = { number, path, contentType, request: body, replies, waits };
    const mishap = this.#fate({ ...about, mishap: undefined });
    this.exchanges.push({ ...about, mishap });
    const ask = async (bytes = body): Promise<Reply> => {
      const began = performance.now();
      const reply = await this.#forward(from, bytes, body.length);
      replies.push(reply.bytes);
      waits.push(performance.now() - began);
      return reply;
    };
    if (mishap === 'request-lost') return void from.socket.destroy();
    if (mishap === 'request-halved') {
      await ask(body.subarray(0, body.length >> 1)).catch(() => undefined);
      return void from.socket.destroy();
    }
    if (mishap === 'request-twice') await ask();
    const { status, headers, bytes } = await ask();
    if (mishap === 'reply-lost') return void from.socket.destroy();
    if (mishap === 'reply-withheld') return;
    if (typeof mishap === 'object') await sleep(mishap.delay);
    // Servers tell clients where to go on, and that is to be here.
    const reply = this.#readdressed(bytes);
    to.writeHead(status, { ...headers, 'content-length': reply.length });
    if (mishap !== 'reply-halved') return void to.end(reply);
    to.write(reply.subarray(0, reply.length >> 1), () => from.socket.destroy());
  }

  /** Asks the server on a connection of its own; one that gets less than was announced is hung up on. */
  #forward(from: IncomingMessage, bytes: Buffer, announced: number): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const { connection: _, 'transfer-encoding': __, expect: ___, ...headers } = from.headers;
      const asked = request({
        host: this.server.hostname,
        port: this.server.port,
        method: from.method,
        path: from.url,
        agent: false,
        headers: { ...headers, host: this.server.host, 'content-length': announced },
      });
      asked.once('error', reject);
      asked.once('response', (response) => {
        whole(response).then((all) => {
          const { connection: _, 'transfer-encoding': __, 'keep-alive': ___, ...kept } = response.headers;
          resolve({ status: response.statusCode ?? 500, headers: kept, bytes: all });
        }, reject);
      });
      if (bytes.length === announced) asked.end(bytes);
      else asked.write(bytes, () => asked.destroy());
    });
  }

  /** In WBXML and XML alike the address may stand anywhere, and its length must not change. */
  #readdressed(bytes: Buffer): Buffer {
    const [theirs, ours] = [this.server.host, new URL(this.url).host];
    if (!bytes.includes(theirs)) return bytes;
    if (theirs.length !== ours.length) throw new Error(`${theirs} cannot be replaced by ${ours}`);
    return Buffer.from(bytes.toString('latin1').replaceAll(theirs, ours), 'latin1');
  }
}

async function whole(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part);
  return Buffer.concat(parts);
}
