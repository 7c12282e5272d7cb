import { CradleError } from '../../../dbus/errors.js';
import { bytesHeader, HEADER, type Header, typeHeader, typeOf } from '../../../hal/obex/headers.js';
import type { Packet } from './carrier.js';

/** SyncML OBEX Binding 1.2, section 5.4: the service that a client connects to for data synchronisation. */
export const SYNC_TARGET: Uint8Array = Buffer.from('SYNCML-SYNC', 'latin1');

export const isSyncTarget = (target: Uint8Array): boolean => Buffer.from(SYNC_TARGET).equals(target);

/** Who answers a CONNECT: the target itself (IrDA OBEX 1.5, section 2.2.9). */
export const whoHeader = (): Header => bytesHeader(HEADER.who, SYNC_TARGET);

export const headersOf = ({ contentType }: Packet): readonly Header[] => [typeHeader(contentType)];

/** A message as it came; `usual` is the type where the far side does not say. */
export function packetOf(headers: readonly Header[], body: Uint8Array, usual: string): Packet {
  return { contentType: typeOf(headers)?.trim() || usual, bytes: body };
}

/** A message that came all at once; fails with PluginFailed when it is none. */
export function putPacketOf(headers: readonly Header[], body: Uint8Array | undefined): Packet {
  const type = typeOf(headers)?.trim() ?? '';
  if (body === undefined || body.byteLength === 0)
    throw new CradleError('PluginFailed', 'a SyncML message has no body');
  if (!type.toLowerCase().startsWith('application/vnd.syncml'))
    throw new CradleError('Unsupported', `"${type.slice(0, 80)}" is no type of a SyncML message`);
  return { contentType: type, bytes: body };
}
