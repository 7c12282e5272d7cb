import { timingSafeEqual } from 'node:crypto';
import type { Login } from '../../contract.js';
import { decodeBase64 } from '../message/base64.js';
import { base64Digest, md5 } from './md5.js';

/** The header of the transport that carries it, over HTTP and OBEX alike (Device Management Security 1.2, section 5.4). */
export const HMAC_HEADER = 'x-syncml-hmac';

const LONGEST_HEADER = 1024;

export interface HmacClaim {
  readonly user: string;
  readonly mac: Uint8Array;
}

/** The value of the header for a message as it is sent, octet by octet. Fails never; the password is not in it. */
export function makeHmac(body: Uint8Array, login: Login, nonce: Uint8Array): string {
  const mac = Buffer.from(hmacOf(body, login, nonce)).toString('base64');
  return `algorithm=MD5, username="${login.user.replaceAll(/["\\]/g, '\\$&')}", mac=${mac}`;
}

/** What a header claims; undefined where it is malformed or of another algorithm than MD5, which is the default. */
export function readHmac(header: string): HmacClaim | undefined {
  if (header.length > LONGEST_HEADER) return undefined;
  const fields = new Map<string, string>();
  const field = /\s*([a-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^",\s]*))\s*(?:,|$)/iy;
  while (field.lastIndex < header.length) {
    const [, name, text, token] = field.exec(header) ?? [];
    if (name === undefined) return undefined;
    fields.set(name.toLowerCase(), text?.replaceAll(/\\(.)/g, '$1') ?? token ?? '');
  }
  const user = fields.get('username');
  const mac = decodeBase64(fields.get('mac') ?? '');
  if (user === undefined || mac === undefined || !/^md5$/i.test(fields.get('algorithm') ?? 'MD5')) return undefined;
  return { user, mac };
}

/** Whether the message comes from somebody who knows the password, as it is. */
export function isAuthentic(claim: HmacClaim, body: Uint8Array, login: Login, nonce: Uint8Array): boolean {
  const wanted = hmacOf(body, login, nonce);
  // The example of the specification has the hexadecimal digits of the digest in base64, and some follow it.
  const given = claim.mac.length === 32 ? Buffer.from(Buffer.from(claim.mac).toString('latin1'), 'hex') : claim.mac;
  return claim.user === login.user && given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** H(B64(H(username:password)):nonce:B64(H(message body))), H being MD5: no HMAC in the sense of RFC 2104. */
const hmacOf = (body: Uint8Array, login: Login, nonce: Uint8Array): Uint8Array =>
  md5(base64Digest(login.user, ':', login.password), ':', nonce, ':', base64Digest(body));
