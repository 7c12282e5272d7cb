const SLASH = 0x2f;
const EXCLAMATION = 0x21;
const QUESTION = 0x3f;
const LESS = 0x3c;
const GREATER = 0x3e;
const OPENING = 0x5b;
const CLOSING = 0x5d;
const DOUBLE = 0x22;
const SINGLE = 0x27;
const CDATA = '<![CDATA[';

const SECTIONS = [
  [CDATA, ']]>'],
  ['<!--', '-->'],
  ['<?', '?>'],
] as const;

/** Where the next markup begins, in octets whose charset has that of ASCII in it; -1 where none follows. */
export const nextMarkup = (bytes: Buffer, from: number): number => bytes.indexOf(LESS, from);

/** Behind what begins there; -1 where it does not end. */
export function endOfMarkup(bytes: Buffer, from: number): number {
  const kind = bytes[from + 1];
  if (kind === EXCLAMATION || kind === QUESTION)
    for (const [begin, end] of SECTIONS)
      if (startsWith(bytes, from, begin)) {
        const found = bytes.indexOf(end, from + begin.length, 'latin1');
        return found === -1 ? -1 : found + end.length;
      }
  return endOfTag(bytes, from);
}

/** Behind a tag, or a document type with what it declares in brackets. */
function endOfTag(bytes: Buffer, from: number): number {
  let quote = 0;
  let brackets = 0;
  for (let at = from + 1; at < bytes.length; at++) {
    const octet = bytes[at];
    if (quote !== 0) quote = octet === quote ? 0 : quote;
    else if (octet === DOUBLE || octet === SINGLE) quote = octet;
    else if (octet === OPENING) brackets++;
    else if (octet === CLOSING) brackets--;
    else if (octet === GREATER && brackets <= 0) return at + 1;
  }
  return -1;
}

const startsWith = (bytes: Buffer, at: number, text: string): boolean =>
  bytes.toString('latin1', at, at + text.length) === text;

export const isCdata = (bytes: Buffer, at: number): boolean => startsWith(bytes, at, CDATA);

/** What a piece of markup adds to the number of elements that are open. */
export function deeper(bytes: Buffer, from: number, to: number): number {
  const kind = bytes[from + 1];
  if (kind === SLASH) return -1;
  return kind === EXCLAMATION || kind === QUESTION || bytes[to - 2] === SLASH ? 0 : 1;
}

/** How many octets the document type takes; all that are left where it does not end. */
export function lengthOfDoctype(bytes: Buffer): number {
  for (let at = nextMarkup(bytes, 0); at !== -1; ) {
    const kind = bytes[at + 1];
    if (kind !== EXCLAMATION && kind !== QUESTION) return 0;
    const end = endOfMarkup(bytes, at);
    if (startsWith(bytes, at, '<!D')) return (end === -1 ? bytes.length : end) - at;
    at = end === -1 ? -1 : nextMarkup(bytes, end);
  }
  return 0;
}
