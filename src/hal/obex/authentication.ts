import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { CradleError } from '../../dbus/errors.js';
import { bytesHeader, bytesOfHeader, HEADER, type Header } from './headers.js';

/** A digest challenge: IrDA OBEX 1.5, section 3.5.2.1. */
export interface Challenge {
  readonly nonce: Uint8Array;
  readonly wantsUser: boolean;
  readonly readOnly: boolean;
  readonly realm: string | undefined;
}

/** Who we are to the far side. */
export interface ObexLogin {
  readonly user: string;
  readonly password: string;
}

const NONCE_SIZE = 16;
/** A user id is 20 bytes at most (section 3.5.2.2). */
const LONGEST_USER = 20;

/** The challenge among these headers. Fails with PluginFailed when it has no nonce of 16 bytes. */
export function challengeOf(headers: readonly Header[]): Challenge | undefined {
  const bytes = bytesOfHeader(headers, HEADER.challenge);
  if (bytes === undefined) return undefined;
  const tags = tagsOf(bytes);
  const nonce = tags.get(0x00);
  if (nonce?.byteLength !== NONCE_SIZE)
    throw new CradleError('PluginFailed', 'an OBEX challenge has no nonce of 16 bytes');
  const options = tags.get(0x01)?.[0] ?? 0;
  return {
    nonce,
    wantsUser: (options & 1) !== 0,
    readOnly: (options & 2) !== 0,
    realm: realmOf(tags.get(0x02)),
  };
}

/** The answer to a challenge: the password itself never goes out. */
export function respondTo({ nonce, wantsUser }: Challenge, { user, password }: ObexLogin): Header {
  const tags: (readonly [number, Uint8Array])[] = [[0x00, digest(nonce, password)]];
  if (wantsUser) tags.push([0x01, Buffer.from(user, 'utf8').subarray(0, LONGEST_USER)]);
  tags.push([0x02, nonce]);
  return bytesHeader(HEADER.response, encodeTags(tags));
}

export const createNonce = (): Uint8Array => randomBytes(NONCE_SIZE);

export function challengeHeader(nonce: Uint8Array, wantsUser = false): Header {
  const tags: (readonly [number, Uint8Array])[] = [[0x00, nonce]];
  if (wantsUser) tags.push([0x01, Uint8Array.of(1)]);
  return bytesHeader(HEADER.challenge, encodeTags(tags));
}

/** True when the response among these headers proves that the password is known. */
export function answersChallenge(headers: readonly Header[], nonce: Uint8Array, password: string): boolean {
  const bytes = bytesOfHeader(headers, HEADER.response);
  const said = bytes === undefined ? undefined : tagsOf(bytes).get(0x00);
  const right = digest(nonce, password);
  return said?.byteLength === right.byteLength && timingSafeEqual(said, right);
}

/** MD5 of nonce, colon and password (section 3.5.2.3). */
const digest = (nonce: Uint8Array, password: string): Buffer =>
  createHash('md5').update(nonce).update(':').update(password, 'utf8').digest();

/** Tag, length, value; what does not fit is passed over. */
function tagsOf(bytes: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const tags = new Map<number, Uint8Array>();
  for (let at = 0; at + 2 <= bytes.byteLength; ) {
    const [tag = 0, size = 0] = bytes.subarray(at, at + 2);
    const value = bytes.subarray(at + 2, at + 2 + size);
    if (value.byteLength === size && !tags.has(tag)) tags.set(tag, value);
    at += 2 + size;
  }
  return tags;
}

const encodeTags = (tags: readonly (readonly [number, Uint8Array])[]): Uint8Array =>
  Buffer.concat(tags.flatMap(([tag, value]) => [Uint8Array.of(tag, value.byteLength), value]));

/** Its first byte is the character set: 0 ASCII, 1 to 9 ISO 8859, 255 Unicode. */
function realmOf(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined || bytes.byteLength < 2) return undefined;
  const text = Buffer.from(bytes.subarray(1));
  return bytes[0] === 0xff && text.byteLength % 2 === 0 ? text.swap16().toString('utf16le') : text.toString('latin1');
}
