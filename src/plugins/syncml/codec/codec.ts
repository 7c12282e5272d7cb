import type { Document, Element, Encoding, Version } from './document.js';
import { Allowance, LIMITS, type Limits } from './limits.js';
import { readWbxml } from './wbxml-reader.js';
import { writeWbxml } from './wbxml-writer.js';
import { readXml } from './xml-reader.js';
import { writeXml } from './xml-writer.js';

export interface Reading {
  readonly limits?: Partial<Limits>;
  /** What the transport says of the charset of XML; a byte order mark and the XML declaration go before it. */
  readonly charset?: string | undefined;
}

/**
 * One document of SyncML or DevInf as a tree that is the same whichever encoding it came in, with texts merged and layout
 * left out. Opaque data stays octets, which are parts of `bytes` and not copied; a text that is not in the charset it
 * should be in becomes octets too. Fails with InvalidItem where the document is broken or of a kind nobody knows, naming
 * the place, and with LimitsExceeded.
 */
export function decodeDocument(bytes: Uint8Array, encoding: Encoding, { limits, charset }: Reading = {}): Document {
  const allowance = new Allowance(bytes.length, { ...LIMITS, ...limits });
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = encoding === 'wbxml' ? readWbxml(buffer, allowance) : readXml(buffer, charset, allowance);
  return { encoding, ...read };
}

/**
 * The document as octets, of the type that its root and the version name: text inline, octets as opaque data, DevInf in
 * SyncML as a document of its own. Names without a token go as literals. In XML octets are written as the text that they
 * are in UTF-8. Fails with InvalidItem where the encoding cannot carry a content, which `carries` tells beforehand.
 */
export const encodeDocument = (root: Element, encoding: Encoding, version: Version): Buffer =>
  encoding === 'wbxml' ? writeWbxml(root, version) : writeXml(root, version);

/** The encoding that octets look like by how they begin; undefined for neither. */
export function recognise(bytes: Uint8Array): Encoding | undefined {
  const [first = 0, second = 0] = bytes;
  if (first >= 1 && first <= 3) return 'wbxml';
  const beginning = Buffer.from(bytes.subarray(0, 64)).toString('latin1');
  if (/^(?:\xef\xbb\xbf)?\s*</.test(beginning)) return 'xml';
  const isWide = (first === 0xfe && second === 0xff) || (first === 0xff && second === 0xfe);
  return isWide || beginning.startsWith('\0<') ? 'xml' : undefined;
}
