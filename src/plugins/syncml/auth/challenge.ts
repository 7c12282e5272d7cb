import { randomBytes } from 'node:crypto';
import type { Challenge } from '../message/message.js';

/** Twelve random octets are sixteen characters. */
const NONCE_OCTETS = 12;

/** A nonce nobody has seen, of printable characters: there are peers that take it for a string that ends at a zero. */
export const makeNonce = (): Uint8Array => new Uint8Array(Buffer.from(randomBytes(NONCE_OCTETS).toString('base64url')));

/** What we ask the other side to prove itself with. MD5 and HMAC come with the nonce it is to use next. */
export function makeChallenge(scheme: 'basic' | 'md5' | 'hmac', nonce: Uint8Array): Challenge {
  return scheme === 'basic' ? { scheme, format: 'b64' } : { scheme, format: 'b64', nextNonce: nonce };
}
