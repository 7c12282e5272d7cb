import { createHash, timingSafeEqual } from 'node:crypto';
import type { Login } from '../../contract.js';
import type { Version } from '../codec/document.js';
import { decodeBase64 } from '../message/base64.js';
import { textOfOctets } from '../message/element.js';
import type { Credentials } from '../message/message.js';
import { base64Digest, md5 } from './md5.js';

/** The nonce of those who have not been given one yet. */
const NO_NONCE = new Uint8Array();

/** What we prove ourselves with. MD5 wants the nonce that the other side gave last. */
export function makeCredentials(
  scheme: 'basic' | 'md5',
  login: Login,
  version: Version,
  nonce: Uint8Array | undefined,
): Credentials {
  const token =
    scheme === 'basic' ? new Uint8Array(Buffer.from(plain(login))) : loginDigest(login, version, nonce ?? NO_NONCE);
  return { scheme, format: 'b64', token };
}

/**
 * Whether these are the credentials of somebody who knows the password; the nonce is the one that we gave last. Takes the
 * same time whatever is wrong with them. HMAC is no matter of the message: see `hmac.ts`.
 */
export function proves(
  credentials: Credentials,
  login: Login,
  version: Version,
  nonce: Uint8Array | undefined,
): boolean {
  switch (credentials.scheme) {
    case 'basic':
      // Old phones write names in the charset of their menus.
      return matches(credentials.token, [Buffer.from(plain(login)), Buffer.from(plain(login), 'latin1')]);
    case 'md5':
      return matches(credentials.token, [loginDigest(login, version, nonce ?? NO_NONCE)]);
    default:
      return false;
  }
}

/** Who says it is, where the scheme carries that: a digest does not. */
export function claimedLogin({ scheme, token }: Credentials): string | undefined {
  if (scheme !== 'basic') return undefined;
  const text = textOfOctets(token);
  const undone = text.includes(':') ? undefined : decodeBase64(text);
  const [user, ...password] = (undone === undefined ? text : textOfOctets(undone)).split(':');
  return password.length === 0 ? undefined : user;
}

const plain = (login: Login): string => `${login.user}:${login.password}`;

/** Representation Protocol 1.0, section 5.1.6, and 1.1, section 5.1.5, which hashes the password apart from the nonce. */
const loginDigest = (login: Login, version: Version, nonce: Uint8Array): Uint8Array =>
  version === '1.0' ? md5(plain(login), ':', nonce) : md5(base64Digest(plain(login)), ':', nonce);

/** Base64 that nobody announced is taken too: 1.0 has a default format, and peers differ on it. */
function matches(token: Uint8Array, wanted: readonly Uint8Array[]): boolean {
  const undone = decodeBase64(Buffer.from(token).toString('latin1')) ?? token;
  let found = false;
  for (const one of wanted) for (const given of [token, undone]) found = isEqual(given, one) || found;
  return found;
}

/** Of digests, so that not even the lengths can be told by the time it takes. */
const isEqual = (left: Uint8Array, right: Uint8Array): boolean =>
  timingSafeEqual(createHash('sha256').update(left).digest(), createHash('sha256').update(right).digest());
