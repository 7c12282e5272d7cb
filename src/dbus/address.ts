import { userInfo } from 'node:os';
import { CradleError } from './errors.js';

/** One way to reach a bus: a socket in the file system, in the abstract namespace, or a TCP port. */
export type Endpoint = { readonly path: string } | { readonly host: string; readonly port: number };

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The session bus: DBUS_SESSION_BUS_ADDRESS, or where systemd's user bus listens. */
export function sessionBusAddress(env: Environment): string {
  const told = env.DBUS_SESSION_BUS_ADDRESS;
  if (told !== undefined && told !== '') return told;
  const runtime = env.XDG_RUNTIME_DIR;
  const folder = runtime === undefined || runtime === '' ? `/run/user/${userInfo().uid}` : runtime;
  return `unix:path=${escapeValue(`${folder}/bus`)}`;
}

/** The system bus: DBUS_SYSTEM_BUS_ADDRESS, or the path the specification fixes. */
export function systemBusAddress(env: Environment): string {
  const told = env.DBUS_SYSTEM_BUS_ADDRESS;
  return told === undefined || told === '' ? 'unix:path=/run/dbus/system_bus_socket' : told;
}

/**
 * The endpoints of an address, in the order to try them (D-Bus specification, "Server Addresses").
 * Transports that cannot be dialled from here are left out; fails with InvalidArgs when none remains.
 */
export function endpointsOf(address: string): readonly Endpoint[] {
  const endpoints: Endpoint[] = [];
  for (const one of address.split(';')) {
    const endpoint = endpointOf(one);
    if (endpoint !== undefined) endpoints.push(endpoint);
  }
  if (endpoints.length === 0)
    throw new CradleError('InvalidArgs', `the bus address "${address}" names no socket that can be reached from here`);
  return endpoints;
}

function endpointOf(one: string): Endpoint | undefined {
  const colon = one.indexOf(':');
  if (colon < 0) return undefined;
  const values = new Map<string, string>();
  for (const pair of one.slice(colon + 1).split(',')) {
    const equals = pair.indexOf('=');
    if (equals > 0) values.set(pair.slice(0, equals), unescapeValue(pair.slice(equals + 1)));
  }
  const path = values.get('path');
  const abstract = values.get('abstract');
  const host = values.get('host');
  const port = Number(values.get('port'));
  const transport = one.slice(0, colon);
  if (transport === 'unix' && path !== undefined && path !== '') return { path };
  if (transport === 'unix' && abstract !== undefined && abstract !== '') return { path: `\0${abstract}` };
  if (transport === 'tcp' && host !== undefined && Number.isInteger(port) && port > 0 && port < 65_536)
    return { host, port };
  return undefined;
}

/** `%xx` for every byte that may not stand for itself in an address value. */
export function escapeValue(text: string): string {
  let escaped = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const char = String.fromCharCode(byte);
    escaped += /[-0-9A-Za-z_/.\\*]/.test(char) ? char : `%${byte.toString(16).padStart(2, '0')}`;
  }
  return escaped;
}

function unescapeValue(text: string): string {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const hex = /^%[0-9A-Fa-f]{2}/.test(text.slice(at, at + 3));
    if (hex) {
      bytes.push(Number.parseInt(text.slice(at + 1, at + 3), 16));
      at += 2;
    } else bytes.push(...Buffer.from(text.charAt(at), 'utf8'));
  }
  return Buffer.from(bytes).toString('utf8');
}
