import { type ClientRequest, type IncomingMessage, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { asCradleError, CradleError } from '../../../dbus/errors.js';
import { type Clock, pause, systemClock } from '../../../hal/clock.js';
import { stopIfAborted, within } from '../../../hal/transports/deadline.js';
import { HMAC_HEADER } from '../auth/hmac.js';
import { LIMITS } from '../codec/limits.js';
import type { ClientCarrier, Packet } from './carrier.js';
import { agentFor } from './http-agent.js';
import { type Environment, hostOf, portOf, proxyAuthorization, proxyFor, unescaped } from './http-proxy.js';
import { bodyOf, packetOf, retryAfter, statusError } from './http-reply.js';
import { type Trust, trusting } from './http-tls.js';

export interface HttpServerAddress extends Trust {
  /** `http:` or `https:`; a name and password within it are sent as basic authentication of HTTP. */
  readonly url: string;
  /** Names the proxies; none without. */
  readonly environment?: Environment;
}

/** How long a lost reply is waited for and fetched. Milliseconds. */
export interface HttpPatience {
  /** From the last octet sent to the last one of the reply. */
  readonly reply: number;
  /** Before the same message is sent again: once each. */
  readonly pauses: readonly number[];
  /** The longest Retry-After that is waited for rather than given up on. */
  readonly later: number;
  /** Octets of a reply. */
  readonly mostOctets: number;
  readonly clock: Clock;
}

/** Servers write thousands of items before they answer: two minutes. */
const PATIENCE: HttpPatience = {
  reply: 120_000,
  pauses: [1_000, 5_000, 15_000],
  later: 10_000,
  mostOctets: LIMITS.bytes,
  clock: systemClock,
};

const MOST_REDIRECTIONS = 5;

/**
 * SyncML over HTTP (HTTP Binding 1.2) with us as the client. Fails with InvalidArgs for an address, a proxy or a file of
 * certificates that makes no sense.
 */
export async function openHttpClient(
  address: HttpServerAddress,
  patience: Partial<HttpPatience> = {},
): Promise<ClientCarrier> {
  const start = targetOf(address.url);
  if (start === undefined) throw new CradleError('InvalidArgs', 'the address of a SyncML server begins with https://');
  const tls = await trusting(address);
  return new HttpClient(start, { ...PATIENCE, ...patience }, (target) => {
    const proxy = proxyFor(target, address.environment ?? {});
    return { proxy, agent: agentFor(target, proxy, tls) };
  });
}

/** Of HTTP or HTTPS, without a fragment. */
function targetOf(uri: string, base?: URL): URL | undefined {
  if (!URL.canParse(uri, base?.href)) return undefined;
  const url = new URL(uri, base?.href);
  url.hash = '';
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined;
}

interface Way {
  readonly proxy: URL | undefined;
  readonly agent: ReturnType<typeof agentFor>;
}

class HttpClient implements ClientCarrier {
  readonly #start: URL;
  readonly #patience: HttpPatience;
  readonly #wayTo: (target: URL) => Way;
  readonly #ways = new Map<string, Way>();
  #target: URL;
  /** Until somebody was there once, there is no reply that could have been lost. */
  #reached = false;
  #repeats = 0;

  constructor(start: URL, patience: HttpPatience, wayTo: (target: URL) => Way) {
    this.#start = start;
    this.#target = start;
    this.#patience = patience;
    this.#wayTo = wayTo;
  }

  get repeats(): number {
    return this.#repeats;
  }

  redirect(uri: string | undefined): void {
    if (uri === undefined) {
      this.#target = this.#start;
      return;
    }
    const target = targetOf(uri, this.#target);
    if (target === undefined)
      throw new CradleError('PluginFailed', `${named(this.#target)} wants to be answered where there is no HTTP`);
    this.#refuseDowngrade(target);
    this.#target = target;
  }

  #refuseDowngrade(target: URL): void {
    if (this.#target.protocol === 'https:' && target.protocol === 'http:')
      throw new CradleError('PluginFailed', `${named(this.#target)} wants to go on without encryption`);
  }

  async exchange(packet: Packet, signal: AbortSignal): Promise<Packet> {
    const { pauses, clock } = this.#patience;
    for (let attempt = 0; ; attempt += 1) {
      stopIfAborted(signal, `the exchange with ${named(this.#target)}`);
      try {
        return await this.#post(packet, signal);
      } catch (thrown) {
        const rest = pauses[attempt];
        const error = asCradleError(thrown, 'NotConnected');
        if (rest === undefined || !this.#mayRepeat(error)) throw error;
        const later = error.cause instanceof Later ? error.cause.milliseconds : 0;
        await pause(clock, Math.max(rest, later), signal);
        this.#repeats += 1;
      }
    }
  }

  #mayRepeat(error: CradleError): boolean {
    if (error.code === 'Busy') return error.cause instanceof Later && error.cause.milliseconds <= this.#patience.later;
    return error.code === 'Timeout' || (error.code === 'NotConnected' && this.#reached);
  }

  /** One attempt, with the redirections of HTTP that keep the method. */
  async #post(packet: Packet, signal: AbortSignal): Promise<Packet> {
    for (let hops = 0; hops <= MOST_REDIRECTIONS; hops += 1) {
      const target = this.#target;
      const place = named(target);
      const { reply, mostOctets } = this.#patience;
      const answer = await within(reply, `the reply of ${place}`, signal, async (limit) => {
        const response = await this.#send(target, packet, limit);
        if (response.statusCode !== 200) response.resume();
        return { response, bytes: response.statusCode === 200 ? await bodyOf(response, mostOctets, place) : undefined };
      });
      const { response, bytes } = answer;
      if (bytes !== undefined) return packetOf(response, bytes, place);
      const status = response.statusCode ?? 0;
      if (![301, 302, 307, 308].includes(status)) throw this.#refused(response, place);
      this.#follow(response.headers.location ?? '', place);
    }
    throw new CradleError('PluginFailed', `${named(this.#target)} sends us in circles`);
  }

  #refused(response: IncomingMessage, place: string): CradleError {
    const error = statusError(response, place);
    const later = retryAfter(response);
    if (error.code !== 'Busy' || later === undefined) return error;
    return new CradleError('Busy', error.message, { cause: new Later(later * 1000) });
  }

  /** To the same host alone: a message holds credentials, and what is elsewhere is another server. */
  #follow(location: string, place: string): void {
    const target = targetOf(location, this.#target);
    if (target === undefined || target.hostname !== this.#target.hostname)
      throw new CradleError('NotFound', `${place} has moved to ${target === undefined ? 'nowhere' : target.origin}`);
    this.#refuseDowngrade(target);
    this.#target = target;
  }

  async #send(target: URL, packet: Packet, signal: AbortSignal): Promise<IncomingMessage> {
    const { proxy, agent } = this.#way(target);
    const through = proxy !== undefined && target.protocol === 'http:' ? proxy : undefined;
    const authorization = through && proxyAuthorization(through);
    const place = through ?? target;
    const login = target.username === '' && target.host === this.#start.host ? this.#start : target;
    const auth = login.username === '' ? {} : { auth: `${unescaped(login.username)}:${unescaped(login.password)}` };
    const request = (target.protocol === 'https:' ? secureRequest : plainRequest)({
      method: 'POST',
      host: hostOf(place),
      port: portOf(place),
      path:
        through === undefined ? target.pathname + target.search : `${target.origin}${target.pathname}${target.search}`,
      ...auth,
      agent,
      signal,
      headers: {
        host: target.host,
        'content-type': packet.contentType,
        'content-length': packet.bytes.length,
        accept: packet.contentType.split(';', 1)[0],
        'accept-encoding': 'identity',
        'accept-charset': 'utf-8',
        'cache-control': 'no-store',
        'user-agent': 'Cradle',
        ...(packet.hmac !== undefined && { [HMAC_HEADER]: packet.hmac }),
        ...(authorization !== undefined && { 'proxy-authorization': authorization }),
      },
    });
    try {
      return await answered(request, packet.bytes, () => {
        this.#reached = true;
      });
    } catch (thrown) {
      throw connectionError(thrown, named(target));
    }
  }

  #way(target: URL): Way {
    const known = this.#ways.get(target.origin);
    if (known !== undefined) return known;
    const way = this.#wayTo(target);
    this.#ways.set(target.origin, way);
    return way;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { agent } of this.#ways.values()) agent.destroy();
    this.#ways.clear();
  }
}

/** What a Retry-After asks for. */
class Later {
  constructor(readonly milliseconds: number) {}
}

/** How a server is called in sentences: without the name, password and token that its URL may hold. */
const named = (target: URL): string => `${target.origin}${target.pathname}`;

function answered(request: ClientRequest, body: Uint8Array, reached: () => void): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('socket', (socket) => (socket.connecting ? socket.once('connect', reached) : reached()));
    request.once('response', resolve);
    // Stays: a request that is given up on later fails once more.
    request.on('error', reject);
    request.end(body);
  });
}

/** Node's words for a connection that did not come about or went away. */
function connectionError(thrown: unknown, place: string): CradleError {
  if (thrown instanceof CradleError) return thrown;
  const code = thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
  if (/^(?:CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|EPROTO)/.test(code))
    return new CradleError('PluginFailed', `the encryption of ${place} is not to be trusted (${code})`, {
      cause: thrown,
    });
  return new CradleError('NotConnected', `${place} cannot be reached${code === '' ? '' : ` (${code})`}`, {
    cause: thrown,
  });
}
