import { readFile } from 'node:fs/promises';
import { createServer as createPlainServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { isIPv6 } from 'node:net';
import { createSecureContext } from 'node:tls';
import { CradleError } from '../../../dbus/errors.js';
import { type DoorSettings, HttpDoor, type HttpHost } from './http-door.js';
import { HTTP_LIMITS, type HttpLimits } from './http-limits.js';
import { HttpSessions } from './http-sessions.js';

export interface HttpServerSettings {
  /** Addresses to listen on; both loopback addresses where it says nothing. */
  readonly addresses?: readonly string[];
  /** 0 takes a free one, the same on all addresses. */
  readonly port: number;
  /** Of the only address there is. */
  readonly path?: string;
  /** PEM files. */
  readonly tls?: { readonly keyFile: string; readonly certificateFile: string };
  /** How clients reach us, such as `https://sync.example.org`, where that is not what they write into Host. */
  readonly base?: string;
  readonly limits?: Partial<HttpLimits>;
}

/** Listens until it is disposed of, which ends all sessions. */
export interface HttpListener extends AsyncDisposable {
  readonly port: number;
  /** What clients may be told, an address each. */
  readonly urls: readonly string[];
  /** Sessions that are open, and octets of messages that are held, for the log and for tests. */
  readonly load: { readonly sessions: number; readonly octets: number };
}

export const DEFAULT_PATH = '/syncml';

const LOOPBACK = ['127.0.0.1', '::1'];
/** A port that is free on one address may be taken on the next. */
const ATTEMPTS = 10;
const HEADER_TIME = 20_000;
const KEPT_ALIVE = 65_000;
const CHECK_EVERY = 5_000;

/**
 * SyncML over HTTP with us as the server. Fails with Busy when the port is taken, with NotOwner when we may not have it,
 * with NotFound when an address is none of this machine, and with InvalidArgs for what makes no sense.
 */
export async function listenHttp(settings: HttpServerSettings, host: HttpHost): Promise<HttpListener> {
  const limits: HttpLimits = { ...HTTP_LIMITS, ...settings.limits };
  const path = `/${(settings.path ?? DEFAULT_PATH).replaceAll(/^\/+|\/+$/g, '')}`.replace(/^\/$/, '');
  const secure = settings.tls !== undefined;
  const door: DoorSettings = { path, secure, base: originOf(settings.base), limits };
  const sessions = new HttpSessions(limits);
  const keeper = new HttpDoor(door, sessions, host);
  const keys = settings.tls === undefined ? undefined : await readKeys(settings.tls);

  const make = (): Server => {
    const handle: RequestListener = (request, response) => {
      keeper.handle(request, response).catch(() => response.destroy());
    };
    const options = {
      maxHeaderSize: limits.header,
      headersTimeout: Math.min(HEADER_TIME, limits.request),
      requestTimeout: limits.request,
      keepAliveTimeout: KEPT_ALIVE,
      connectionsCheckingInterval: Math.min(CHECK_EVERY, limits.request),
    };
    const server =
      keys === undefined
        ? createPlainServer(options, handle)
        : createSecureServer({ ...options, ...keys, handshakeTimeout: HEADER_TIME, minVersion: 'TLSv1.2' }, handle);
    server.maxConnections = limits.connections;
    return server;
  };
  const { servers, port } = await listenOnAll(settings, make);
  const scheme = secure ? 'https' : 'http';
  return {
    port,
    urls: servers.map(({ address }) => `${door.base ?? `${scheme}://${bracketed(address)}:${port}`}${path}`),
    get load() {
      return { sessions: sessions.size, octets: keeper.octets };
    },
    [Symbol.asyncDispose]: async () => {
      for (const session of sessions.all()) session.end(new CradleError('NotConnected', 'the listener was closed'));
      await Promise.all(servers.map(({ server }) => close(server)));
    },
  };
}

interface Listening {
  readonly address: string;
  readonly server: Server;
}

async function listenOnAll(
  settings: HttpServerSettings,
  make: () => Server,
): Promise<{ readonly servers: readonly Listening[]; readonly port: number }> {
  const addresses = settings.addresses ?? LOOPBACK;
  const [first, ...others] = addresses;
  if (first === undefined) throw new CradleError('InvalidArgs', 'there is no address to listen on');
  for (let attempt = 1; ; attempt += 1) {
    const servers: Listening[] = [];
    try {
      const server = make();
      const port = await listen(server, first, settings.port);
      servers.push({ address: first, server });
      for (const address of others) {
        const another = make();
        try {
          await listen(another, address, port);
        } catch (error) {
          // A machine without IPv6 has no ::1 to listen on, and nobody asked for it.
          if (settings.addresses === undefined && error instanceof CradleError && error.code === 'NotFound') continue;
          throw error;
        }
        servers.push({ address, server: another });
      }
      return { servers, port };
    } catch (error) {
      await Promise.all(servers.map(({ server }) => close(server)));
      const taken = error instanceof CradleError && error.code === 'Busy';
      if (!taken || settings.port !== 0 || attempt === ATTEMPTS) throw error;
    }
  }
}

function listen(server: Server, address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(listenError(cause, `${bracketed(address)}:${port}`)));
    server.listen({ host: address, port, ipv6Only: isIPv6(address) }, () => {
      server.removeAllListeners('error');
      // Such as too many open files: there is no place for another connection now, there may be later.
      server.on('error', () => undefined);
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
    });
  });
}

function listenError(cause: Error, place: string): CradleError {
  const code = 'code' in cause ? cause.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return new CradleError('Busy', `somebody else listens on ${place}`, { cause });
    case 'EACCES':
      return new CradleError('NotOwner', `we may not listen on ${place}`, { cause });
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'ENOTFOUND':
      return new CradleError('NotFound', `${place} is no address of this machine`, { cause });
    default:
      return new CradleError('Failed', `nobody can listen on ${place}: ${cause.message}`, { cause });
  }
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function readKeys(tls: { readonly keyFile: string; readonly certificateFile: string }): Promise<{
  readonly key: Buffer;
  readonly cert: Buffer;
}> {
  const read = async (path: string, what: string): Promise<Buffer> => {
    try {
      return await readFile(path);
    } catch (cause) {
      throw new CradleError('InvalidArgs', `the ${what} ${path} cannot be read`, { cause });
    }
  };
  const keys = { key: await read(tls.keyFile, 'key'), cert: await read(tls.certificateFile, 'certificate') };
  try {
    createSecureContext(keys);
  } catch (cause) {
    const sentence = `the key ${tls.keyFile} and the certificate ${tls.certificateFile} make no pair`;
    throw new CradleError('InvalidArgs', sentence, { cause });
  }
  return keys;
}

function originOf(base: string | undefined): string | undefined {
  if (base === undefined) return undefined;
  if (URL.canParse(base)) {
    const { origin, protocol } = new URL(base);
    if (protocol === 'http:' || protocol === 'https:') return origin;
  }
  throw new CradleError('InvalidArgs', `${base} is no address that clients could be told`);
}

const bracketed = (address: string): string => (isIPv6(address) ? `[${address}]` : address);
