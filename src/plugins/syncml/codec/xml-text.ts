import { isUtf8 } from 'node:buffer';
import { CradleError } from '../../../dbus/errors.js';
import { charsetNamed } from './charset.js';
import { quoted } from './quoted.js';

/** Far more than a declaration has. */
const DECLARATION = 256;

/** XML in UTF-8, or what says that it is. */
export interface XmlText {
  readonly bytes: Buffer;
  /** It declares UTF-8 and is not: to be read as one octet a character, and to be looked at element by element. */
  readonly asOctets: boolean;
}

/**
 * XML 1.0, appendix F: a byte order mark counts most, then what the document declares, then what the transport says, then
 * UTF-8. Fails with InvalidItem on a charset that is not known.
 */
export function xmlText(bytes: Buffer, transport: string | undefined): XmlText {
  const { name, from } = charsetOf(bytes, transport);
  if (name === 'utf-8') {
    const trimmed = withoutFilling(bytes.subarray(from));
    return { bytes: trimmed, asOctets: !isUtf8(trimmed) };
  }
  const charset = charsetNamed(name);
  if (charset === undefined)
    throw new CradleError('InvalidItem', `the XML document is in the charset ${quoted(name)}, which is not known here`);
  const text = charset.decode(bytes, from, bytes.length);
  if (text === undefined) throw new CradleError('InvalidItem', `the XML document is not in ${name}, as it should be`);
  return { bytes: withoutFilling(Buffer.from(text)), asOctets: false };
}

function charsetOf(bytes: Buffer, transport: string | undefined): { readonly name: string; readonly from: number } {
  const [first = 0, second = 0, third = 0] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return { name: 'utf-8', from: 3 };
  if (first === 0xfe && second === 0xff) return { name: 'utf-16be', from: 2 };
  if (first === 0xff && second === 0xfe) return { name: 'utf-16le', from: 2 };
  if (first === 0 && second === 0x3c) return { name: 'utf-16be', from: 0 };
  if (first === 0x3c && second === 0) return { name: 'utf-16le', from: 0 };
  const beginning = bytes.toString('latin1', 0, DECLARATION);
  const declared = /^\s*<\?xml\b[^>]*?\bencoding\s*=\s*["']([^"'>]+)["']/.exec(beginning)?.[1];
  const name = (declared ?? transport ?? 'utf-8').toLowerCase();
  const isUnicode = name === 'utf8' || name === 'us-ascii' || name === 'ascii' || name.startsWith('utf-16');
  // What is declared in single octets is not in double ones.
  return { name: isUnicode ? 'utf-8' : name, from: 0 };
}

/** Some phones fill their last packet with zeros. */
function withoutFilling(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return bytes.subarray(0, end);
}
