import { createHash } from 'node:crypto';

/** MD5 of the parts one after the other, text as UTF-8. SyncML knows no other digest. */
export function md5(...parts: readonly (string | Uint8Array)[]): Uint8Array {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

/** The same in base64, as text: the form in which a digest becomes a part of another. */
export const base64Digest = (...parts: readonly (string | Uint8Array)[]): string =>
  Buffer.from(md5(...parts)).toString('base64');
