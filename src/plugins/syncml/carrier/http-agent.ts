import { Agent as PlainAgent, request } from 'node:http';
import { type AgentOptions, Agent as SecureAgent } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect } from 'node:tls';
import { CradleError } from '../../../dbus/errors.js';
import { hostOf, portOf, proxyAuthorization } from './http-proxy.js';

const IDLE = 30_000;
/** One after the other is all that SyncML does. */
const KEPT = { keepAlive: true, maxSockets: 1, maxFreeSockets: 1, timeout: IDLE } as const;

/** Keeps a connection for the messages of a session: straight to the target, or through what a proxy opens for us. */
export function agentFor(target: URL, proxy: URL | undefined, tls: ConnectionOptions): PlainAgent | SecureAgent {
  if (target.protocol === 'http:') return new PlainAgent(KEPT);
  const options: AgentOptions = { ...KEPT, ...tls };
  return proxy === undefined ? new SecureAgent(options) : new TunnelAgent(options, target, proxy, tls);
}

/** TLS within a connection that an HTTP proxy makes (RFC 9110, section 9.3.6), which so sees nothing but the host's name. */
class TunnelAgent extends SecureAgent {
  readonly #target: URL;
  readonly #proxy: URL;
  readonly #tls: ConnectionOptions;

  constructor(options: AgentOptions, target: URL, proxy: URL, tls: ConnectionOptions) {
    super(options);
    this.#target = target;
    this.#proxy = proxy;
    this.#tls = tls;
  }

  override createConnection(_: unknown, done: (error: Error | null, stream?: Duplex) => void): undefined {
    const host = hostOf(this.#target);
    const place = `${host.includes(':') ? `[${host}]` : host}:${portOf(this.#target)}`;
    const authorization = proxyAuthorization(this.#proxy);
    const asking = request({
      method: 'CONNECT',
      host: hostOf(this.#proxy),
      port: portOf(this.#proxy),
      path: place,
      headers: { host: place, ...(authorization !== undefined && { 'proxy-authorization': authorization }) },
      agent: false,
      timeout: IDLE,
    });
    asking.once('error', done);
    asking.once('timeout', () => asking.destroy(new CradleError('Timeout', 'the proxy does not answer')));
    asking.once('connect', (response, socket) => {
      asking.off('error', done);
      if (response.statusCode === 200) this.#secure(socket, host, done);
      else {
        socket.destroy();
        done(refusal(this.#proxy, place, response.statusCode ?? 0));
      }
    });
    asking.end();
    return undefined;
  }

  #secure(socket: Duplex, host: string, done: (error: Error | null, stream?: Duplex) => void): void {
    const named = isIP(host) === 0 ? { host, servername: host } : { host };
    const secure = connect({ ...named, ...this.#tls, socket });
    secure.setTimeout(IDLE, () => secure.destroy(new CradleError('Timeout', `${host} does not shake hands`)));
    secure.once('error', done);
    secure.once('secureConnect', () => {
      secure.off('error', done);
      secure.setTimeout(0);
      done(null, secure);
    });
  }
}

function refusal(proxy: URL, place: string, status: number): CradleError {
  const sentence = `the proxy ${proxy.host} does not connect us to ${place}: it answers ${status}`;
  return new CradleError(status === 403 || status === 407 ? 'NotOwner' : 'NotConnected', sentence);
}
