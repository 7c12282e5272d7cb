import { createHash } from 'node:crypto';
import type { Version } from '../../../src/plugins/syncml/codec/document.js';
import type { Credentials } from '../../../src/plugins/syncml/message/message.js';

/** MD5 digest authentication: Representation Protocol 1.0, section 5.1.6; 1.1, section 5.1.5. */
export function proof(
  { user, password }: { readonly user: string; readonly password: string },
  version: Version,
  nonce: Uint8Array,
): Credentials {
  const plain = `${user}:${password}`;
  // A telephone of 1.0 sends the octets themselves.
  if (version === '1.0') return { scheme: 'md5', token: md5(plain, ':', nonce) };
  return { scheme: 'md5', format: 'b64', token: md5(md5(plain).toString('base64'), ':', nonce) };
}

function md5(...parts: readonly (string | Uint8Array)[]): Buffer {
  const digest = createHash('md5');
  for (const part of parts) digest.update(part);
  return digest.digest();
}
