/** Base64 as octets; line breaks and absent padding are passed over. Undefined where it is something else. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const dense = /\s/.test(text) ? text.replaceAll(/\s/g, '') : text;
  const plain = dense.endsWith('==') ? dense.slice(0, -2) : dense.endsWith('=') ? dense.slice(0, -1) : dense;
  if (plain.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(plain)) return undefined;
  return new Uint8Array(Buffer.from(plain, 'base64'));
}

export const encodeBase64 = (octets: Uint8Array): string =>
  Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('base64');

/** The format of MetInf that says so, however it is written. */
export const isBase64 = (format: string | undefined): boolean => format?.toLowerCase() === 'b64';
