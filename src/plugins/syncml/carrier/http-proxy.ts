import { BlockList, isIP } from 'node:net';
import { CradleError } from '../../../dbus/errors.js';

/** Variables of an environment: `http_proxy`, `https_proxy`, `all_proxy`, `no_proxy`, in either case. */
export type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** Host name without the brackets of an IPv6 address. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1');

export const portOf = (url: URL): number => Number(url.port || DEFAULT_PORTS[url.protocol] || 0);

/**
 * The proxy that an environment asks for; undefined to go straight. Fails with InvalidArgs where the variable makes no
 * sense, or names another kind of proxy than HTTP; the variable's value, which may hold a password, is not in the error.
 */
export function proxyFor(target: URL, environment: Environment): URL | undefined {
  const look = (name: string): string | undefined => environment[name] || environment[name.toUpperCase()] || undefined;
  const scheme = target.protocol.slice(0, -1);
  const found = look(`${scheme}_proxy`) ?? look('all_proxy');
  if (found === undefined || isExempt(target, look('no_proxy') ?? '')) return undefined;
  const written = /^[a-z][a-z0-9+.-]*:\/\//i.test(found) ? found : `http://${found}`;
  const proxy = URL.canParse(written) ? new URL(written) : undefined;
  if (proxy === undefined || proxy.protocol !== 'http:' || proxy.hostname === '')
    throw new CradleError('InvalidArgs', `the proxy that ${scheme}_proxy or all_proxy names is no HTTP proxy`);
  return proxy;
}

/** As curl and others read it: names with all below them, addresses, networks, a port where one is said, or `*`. */
function isExempt(target: URL, list: string): boolean {
  const host = hostOf(target).toLowerCase().replace(/\.$/, '');
  return list
    .split(/[\s,]+/)
    .filter((one) => one !== '')
    .some((one) => one === '*' || covers(one.toLowerCase(), host, portOf(target)));
}

function covers(pattern: string, host: string, port: number): boolean {
  const [, name = '', wantedPort] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(pattern) ?? [undefined, pattern];
  if (wantedPort !== undefined && Number(wantedPort) !== port) return false;
  const bare = name.replace(/^\[(.*)\]$/, '$1');
  const [address = '', prefix] = bare.split('/', 2);
  const family = isIP(address);
  if (family === 0) return host === bare.replace(/^(?:\*?\.)/, '') || host.endsWith(`.${bare.replace(/^\*?\./, '')}`);
  if (isIP(host) === 0) return false;
  const bits = family === 4 ? 32 : 128;
  const length = prefix === undefined ? bits : Number(prefix);
  if (!Number.isInteger(length) || length < 0 || length > bits) return false;
  const network = new BlockList();
  network.addSubnet(address, length, family === 4 ? 'ipv4' : 'ipv6');
  return network.check(host, isIP(host) === 4 ? 'ipv4' : 'ipv6');
}

/** What a proxy with a name and password in its URL wants to see of them. */
export function proxyAuthorization(proxy: URL): string | undefined {
  if (proxy.username === '') return undefined;
  return `Basic ${Buffer.from(`${unescaped(proxy.username)}:${unescaped(proxy.password)}`).toString('base64')}`;
}

/** The text of a percent-encoded part; itself where that is broken. */
export function unescaped(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
