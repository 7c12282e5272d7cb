/**
 * Base64 as octets; line breaks within are passed over, and absent padding unless it is wanted. Undefined where it is
 * something else.
 */
export function decodeBase64(text: string, padding: 'wanted' | 'optional' = 'optional'): Uint8Array | undefined {
  const dense = /\s/.test(text) ? text.replaceAll(/\s/g, '') : text;
  const plain = dense.endsWith('==') ? dense.slice(0, -2) : dense.endsWith('=') ? dense.slice(0, -1) : dense;
  if (plain.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(plain)) return undefined;
  if (padding === 'wanted' && dense.length % 4 !== 0) return undefined;
  return new Uint8Array(Buffer.from(plain, 'base64'));
}

export const encodeBase64 = (octets: Uint8Array): string =>
  Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('base64');

/** The format of MetInf that says so, however it is written. */
export const isBase64 = (format: string | undefined): boolean => format?.toLowerCase() === 'b64';

/**
 * The parts of a large object whose format is base64, put together. Some peers encode each part, others cut what they have
 * encoded, and then a part that was cut within a group of four has stayed text. Undefined where they make no base64.
 */
export function joinBase64(parts: readonly (string | Uint8Array)[]): Uint8Array | undefined {
  const octets = parts.filter((part) => typeof part !== 'string');
  if (octets.length === parts.length) return Buffer.concat(octets);
  return decodeBase64(parts.map((part) => (typeof part === 'string' ? part : encodeBase64(part))).join(''), 'wanted');
}
