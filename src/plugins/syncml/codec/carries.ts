import type { Encoding } from './document.js';

/** Whether a text or octets survive in an encoding as they are; the rest travels as base64, which its Format then says. */
export function carries(encoding: Encoding, content: string | Uint8Array): boolean {
  throw new Error(`${encoding} ${content.length}`);
}
