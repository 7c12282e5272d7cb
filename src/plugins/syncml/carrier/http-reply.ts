import type { IncomingMessage } from 'node:http';
import { CradleError } from '../../../dbus/errors.js';
import { HMAC_HEADER } from '../auth/hmac.js';
import { encodingOf } from '../codec/media-types.js';
import type { Packet } from './carrier.js';

/** A reply of HTTP that is one of SyncML, as a packet. Fails with PluginFailed where it is something else. */
export function packetOf(response: IncomingMessage, bytes: Uint8Array, place: string): Packet {
  const contentType = response.headers['content-type'] ?? '';
  const coding = response.headers['content-encoding'] ?? 'identity';
  const broken = (what: string): CradleError => new CradleError('PluginFailed', `${place} answers with ${what}`);
  if (bytes.length === 0) throw broken('nothing');
  if (encodingOf(contentType) === undefined) throw broken(`${plain(contentType) || 'something unnamed'}, not SyncML`);
  if (coding !== 'identity') throw broken(`octets coded as ${plain(coding)}, which nobody asked for`);
  const hmac = response.headers[HMAC_HEADER];
  return { contentType, bytes, ...(typeof hmac === 'string' && { hmac }) };
}

const plain = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 80);

/** The body of a reply. Fails with LimitsExceeded beyond so many octets, and with NotConnected where it ends too early. */
export async function bodyOf(response: IncomingMessage, most: number, place: string): Promise<Uint8Array> {
  const announced = Number(response.headers['content-length'] ?? 0);
  const tooLong = (): CradleError =>
    new CradleError('LimitsExceeded', `the reply of ${place} has more than ${most} octets`);
  if (announced > most) {
    response.destroy();
    throw tooLong();
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of response) {
      if (!(chunk instanceof Uint8Array)) continue;
      length += chunk.length;
      if (length > most) throw tooLong();
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof CradleError) throw cause;
    throw new CradleError('NotConnected', `the reply of ${place} broke off`, { cause });
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

/** What a status of HTTP other than 200 means. */
export function statusError(response: IncomingMessage, place: string): CradleError {
  const status = response.statusCode ?? 0;
  const later = retryAfter(response);
  const says = (what: string): string => `${place} answers ${status}: ${what}`;
  switch (status) {
    case 401:
    case 403:
    case 407:
      return new CradleError('NotOwner', says('we may not come in'));
    case 404:
    case 410:
      return new CradleError('NotFound', says('there is no such address'));
    case 408:
    case 502:
    case 504:
      return new CradleError('NotConnected', says('the message did not get through'));
    case 413:
      return new CradleError('LimitsExceeded', says('the message is too large'));
    case 406:
    case 415:
      return new CradleError('Unsupported', says('it does not take messages of this kind'));
    case 429:
    case 503:
      return busy(later, says);
    default:
      if (status >= 500 && later !== undefined) return busy(later, says);
      return new CradleError('PluginFailed', says(status >= 500 ? 'the server failed' : 'it did not understand us'));
  }
}

const busy = (later: number | undefined, says: (what: string) => string): CradleError =>
  new CradleError('Busy', says(`later, please${later === undefined ? '' : `, in ${later} s`}`));

/** In seconds; undefined where the server does not say. */
export function retryAfter(response: IncomingMessage): number | undefined {
  const written = response.headers['retry-after'];
  if (written === undefined) return undefined;
  if (/^[0-9]{1,9}$/.test(written)) return Number(written);
  const date = Date.parse(written);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - Date.now()) / 1000));
}
