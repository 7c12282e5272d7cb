import type { Document, Element, Encoding, Version } from './document.js';
import { LIMITS, type Limits } from './limits.js';

export interface Reading {
  readonly limits?: Partial<Limits>;
  /** What the transport says of the charset of XML; a byte order mark or the XML declaration goes before it. */
  readonly charset?: string | undefined;
}

/**
 * One document of SyncML or DevInf as a tree that is the same whichever encoding it came in. Fails with InvalidItem where
 * it is broken or of a kind nobody knows, naming the offset, and with LimitsExceeded.
 */
export function decodeDocument(bytes: Uint8Array, encoding: Encoding, reading: Reading = {}): Document {
  throw new Error(`${bytes.length} ${encoding} ${{ ...LIMITS, ...reading.limits }}`);
}

/**
 * The document as octets, of the type that its root and the version name. Fails with InvalidItem where the encoding cannot
 * carry a text: see `carries`.
 */
export function encodeDocument(root: Element, encoding: Encoding, version: Version): Uint8Array {
  throw new Error(`${root.name} ${encoding} ${version}`);
}

/** The encoding that octets look like; undefined for neither. */
export function recognise(bytes: Uint8Array): Encoding | undefined {
  throw new Error(`${bytes.length}`);
}
