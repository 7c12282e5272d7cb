import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';

const HOST = /^(?:[a-z0-9](?:[a-z0-9._-]{0,252}[a-z0-9])?\.?|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?$/i;

/**
 * Our address as the client wrote it, without a path: what it can reach again. It says so in Host; what proxies add
 * (X-Forwarded-*) anybody can write, and is passed over. Undefined for a Host that is none.
 */
export function baseOf(request: IncomingMessage, secure: boolean): string | undefined {
  const scheme = secure ? 'https' : 'http';
  const { host } = request.headers;
  if (host !== undefined)
    return HOST.test(host) && URL.canParse(`${scheme}://${host}`) ? `${scheme}://${host}` : undefined;
  const { localAddress = '127.0.0.1', localPort = 0 } = request.socket;
  return `${scheme}://${isIPv6(localAddress) ? `[${localAddress}]` : localAddress}:${localPort}`;
}
