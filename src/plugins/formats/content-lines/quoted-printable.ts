import { encodeText } from './charset.js';

/** RFC 2045 section 6.7 in one pass over octets, in place of them: hostile lines of blanks cost no more than others. */
export function decodeQuotedPrintable(octets: Buffer): Buffer {
  let to = 0;
  for (let from = 0; from < octets.length; from++) {
    const octet = octets[from] ?? 0;
    const high = octet === 0x3d ? hexadecimal(octets[from + 1]) : -1;
    const low = high < 0 ? -1 : hexadecimal(octets[from + 2]);
    if (low < 0) octets[to++] = octet;
    else {
      octets[to++] = high * 16 + low;
      from += 2;
    }
  }
  return octets.subarray(0, to);
}

function hexadecimal(octet: number | undefined): number {
  if (octet === undefined) return -1;
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30;
  const letter = octet & ~0x20;
  return letter >= 0x41 && letter <= 0x46 ? letter - 0x37 : -1;
}

const QUOTED = Array.from({ length: 256 }, (_, octet) => `=${octet.toString(16).toUpperCase().padStart(2, '0')}`);

/** Columns of a line, soft line break included (RFC 2045 section 6.7 rule 5). */
const LONGEST = 76;

/**
 * Text in quoted-printable, line breaks as `=0D=0A`; soft breaks never split a character. `column` is where it begins.
 */
export function encodeQuotedPrintable(text: string, charset: string, column: number): string {
  let result = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    let piece = character;
    if (code === 0x0a) piece = '=0D=0A';
    else if (code < 0x20 || code === 0x3d || code === 0x7f) piece = QUOTED[code] ?? '';
    else if (code > 0x7f) {
      piece = '';
      for (const octet of encodeText(character, charset) ?? Buffer.from(character)) piece += QUOTED[octet] ?? '';
    }
    if (column + piece.length >= LONGEST) {
      result += '=\r\n';
      column = 0;
    }
    result += piece;
    column += piece.length;
  }
  // A blank at the end of a line may be lost on the way (rule 3).
  return result.endsWith(' ') ? `${result.slice(0, -1)}=20` : result;
}
