import { deeper, endOfMarkup, isCdata, nextMarkup } from './markup.js';

const CR = 0x0d;
/** DEL: an octet that XML allows, and that nobody writes. */
const MARK = 0x7f;

/** A document whose carriage returns are marked, and how its texts get them back. */
export interface Marked {
  readonly bytes: Buffer;
  restored(text: string): string;
}

/**
 * XML 1.0, section 2.11 lets a parser make a line feed of every line end. Peers of SyncML write a card's carriage returns
 * raw and count them in its Size; so those of text and CDATA go through the parser as another character. Octets are of
 * ASCII's kin: UTF-8 or one octet a character. A document that has that other character too keeps to the rule of XML.
 */
export function withMarkedReturns(bytes: Buffer): Marked {
  if (!bytes.includes(CR) || bytes.includes(MARK)) return { bytes, restored: (text) => text };
  const marked = Buffer.from(bytes);
  mark(marked);
  return { bytes: marked, restored };
}

/** By octets, as replacing in a string takes many times its size. */
function restored(text: string): string {
  if (!text.includes(String.fromCharCode(MARK))) return text;
  const bytes = Buffer.from(text);
  replace(bytes, 0, bytes.length, MARK, CR);
  return bytes.toString();
}

/** In the text and CDATA inside the root; what does not end is left to the parser. */
function mark(bytes: Buffer): void {
  let at = 0;
  let depth = 0;
  while (at < bytes.length) {
    const open = nextMarkup(bytes, at);
    const end = open === -1 ? bytes.length : open;
    if (depth > 0) replace(bytes, at, end);
    if (open === -1) return;
    at = endOfMarkup(bytes, open);
    if (at === -1) return;
    if (isCdata(bytes, open)) replace(bytes, open, at);
    else depth += deeper(bytes, open, at);
  }
}

function replace(bytes: Buffer, from: number, to: number, one = CR, other = MARK): void {
  for (let at = from; at < to; at++) if (bytes[at] === one) bytes[at] = other;
}
