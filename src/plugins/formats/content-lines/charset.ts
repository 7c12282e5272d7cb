import { isAscii, isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';

const UTF8 = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii', 'ansi_x3.4-1968', '']);

/** What iconv-lite can do beside charsets, and what nothing inside a line can be written in. */
const NO_CHARSETS = /^_|^(?:base64|hex|binary|internal|sbcs|dbcs|utf-?7|utf-?16|utf-?32|ucs-?[24])/;

const isKnown = (label: string): boolean => !NO_CHARSETS.test(label) && iconv.encodingExists(label);

/**
 * The text of a whole file, and whether its characters are octets still (latin1): so when it is neither ASCII, UTF-8
 * nor UTF-16 as a whole, because each property has a charset of its own or a fold splits a character.
 */
export function readWhole(bytes: Uint8Array): { readonly text: string; readonly octets: boolean } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isAscii(buffer) && !isUtf16(buffer)) return { text: buffer.toString('latin1'), octets: false };
  if (isUtf16(buffer))
    return {
      text: iconv.decode(buffer, buffer[0] === 0xfe || buffer[0] === 0 ? 'utf-16be' : 'utf-16le'),
      octets: false,
    };
  const marked = buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf;
  if (isUtf8(buffer)) return { text: buffer.toString('utf8', marked ? 3 : 0), octets: false };
  return {
    text: buffer.toString('latin1', marked ? 3 : 0),
    octets: true,
  };
}

/** A byte order mark, or every other byte of the first characters empty. */
function isUtf16(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  return (
    bytes.length >= 4 &&
    ((first !== 0 && second === 0 && bytes[3] === 0) || (first === 0 && second !== 0 && bytes[2] === 0))
  );
}

/** Octets in the charset that a property names; what is no UTF-8, though nothing or UTF-8 was said, is windows-1252. */
export function decodeText(octets: Buffer, charset: string): string {
  const label = charset.toLowerCase();
  if (!UTF8.has(label)) {
    const text = isKnown(label) ? iconv.decode(octets, label) : decodeElsewhere(octets, label);
    if (text !== undefined) return text;
  }
  return isUtf8(octets) ? octets.toString('utf8') : iconv.decode(octets, 'windows-1252');
}

/** Text in a charset that a device asks for; undefined where the charset lacks a character of it, or is unknown. */
export function encodeText(text: string, charset: string): Buffer | undefined {
  const label = charset.toLowerCase();
  if (UTF8.has(label)) return Buffer.from(text);
  if (!isKnown(label)) return undefined;
  const octets = iconv.encode(text, label);
  return iconv.decode(octets, label) === text ? octets : undefined;
}

/** Charsets that Node alone knows, such as ISO-2022-JP. */
function decodeElsewhere(octets: Buffer, label: string): string | undefined {
  try {
    return NO_CHARSETS.test(label) ? undefined : new TextDecoder(label).decode(octets);
  } catch {
    return undefined;
  }
}
