import { createHash, hash as hashOf } from 'node:crypto';
import { CradleError } from '../dbus/errors.js';

/** A content too large to hold: read when needed, in chunks, from the start, as often as asked. */
export interface LargeBody {
  /** Bytes. */
  readonly size: number;
  /** Fails with ItemChanged when the content moved since it was listed: half of one and half of another is never given. */
  open(signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** An item's content: small ones whole, large ones opened when needed, so that a 4 GiB film never sits in memory. */
export type Body = Uint8Array | LargeBody;

/** Up to this many bytes a store hands a content over whole. */
export const SMALL_BODY = 256 * 1024;

export const isLarge = (body: Body): body is LargeBody => !(body instanceof Uint8Array);

export const sizeOf = (body: Body): number => (isLarge(body) ? body.size : body.byteLength);

export async function* chunksOf(body: Body, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (isLarge(body)) yield* body.open(signal);
  else yield body;
}

/** The whole content in memory. Fails with InvalidItem above `limit` bytes. */
export async function bytesOf(body: Body, limit: number, signal: AbortSignal): Promise<Uint8Array> {
  if (sizeOf(body) > limit)
    throw new CradleError('InvalidItem', `the item has ${sizeOf(body)} bytes, more than the ${limit} allowed here`);
  if (!isLarge(body)) return body;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body.open(signal)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** SHA-256 of the content, in base64url. */
export async function digestOf(body: Body, signal: AbortSignal): Promise<string> {
  if (!isLarge(body)) return hashOf('sha256', body, 'base64url');
  const hash = createHash('sha256');
  for await (const chunk of body.open(signal)) hash.update(chunk);
  return hash.digest('base64url');
}
