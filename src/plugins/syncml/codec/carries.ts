import { isUtf8 } from 'node:buffer';
import type { Encoding } from './document.js';

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML 1.0, section 2.2 leaves out
const NO_CHARACTER = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;
const NO_CHARACTERS = new RegExp(NO_CHARACTER, 'g');

/** Whether XML can say a text, by references where it must. */
export const isXmlText = (text: string): boolean => !NO_CHARACTER.test(text);

/** The text as XML can say it: what it cannot is U+FFFD. */
export const xmlTextLike = (text: string): string => text.replaceAll(NO_CHARACTERS, '\ufffd');

/** What octets are in XML: the text that they are in UTF-8; undefined where they are none, or none that XML can say. */
export function xmlTextOf(octets: Uint8Array): string | undefined {
  if (!isUtf8(octets)) return undefined;
  const text = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString();
  return isXmlText(text) ? text : undefined;
}

/** Whether an encoding can say a text or octets as they are; what it cannot say travels in base64, which its Format tells. */
export function carries(encoding: Encoding, content: string | Uint8Array): boolean {
  if (encoding === 'wbxml') return true;
  return typeof content === 'string' ? isXmlText(content) : xmlTextOf(content) !== undefined;
}
