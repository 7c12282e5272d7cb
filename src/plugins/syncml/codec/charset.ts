import { isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';

/** What text is written in: WBXML names it by its MIBenum, XML by its name. */
export interface Charset {
  /** Octets of its smallest character, and so of the end of a string. */
  readonly unit: 1 | 2;
  /** Undefined where the octets from one place up to another are no text in it. */
  decode(bytes: Buffer, from: number, to: number): string | undefined;
}

const REPLACEMENT = '\ufffd';

export const UTF8: Charset = {
  unit: 1,
  decode: (bytes, from, to) => {
    const text = bytes.toString('utf8', from, to);
    return text.includes(REPLACEMENT) && !isUtf8(bytes.subarray(from, to)) ? undefined : text;
  },
};

const LATIN1: Charset = { unit: 1, decode: (bytes, from, to) => bytes.toString('latin1', from, to) };

/** IANA character sets that phones are known to declare. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'utf-8'],
  [3, 'us-ascii'],
  [4, 'iso-8859-1'],
  ...[5, 6, 7, 8, 9, 10, 11, 12].map((mib): [number, string] => [mib, `iso-8859-${mib - 3}`]),
  [17, 'shift_jis'],
  [18, 'euc-jp'],
  [38, 'euc-kr'],
  [106, 'utf-8'],
  [109, 'iso-8859-13'],
  [111, 'iso-8859-15'],
  [113, 'gbk'],
  [114, 'gb18030'],
  [1000, 'utf-16be'],
  [1013, 'utf-16be'],
  [1014, 'utf-16le'],
  [1015, 'utf-16be'],
  [2025, 'gb2312'],
  [2026, 'big5'],
  [2084, 'koi8-r'],
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8].map((page): [number, string] => [2250 + page, `windows-125${page}`]),
]);

/** Undefined for one that nobody here can read. */
export function charsetNumbered(mib: number): Charset | undefined {
  const name = NAMES.get(mib);
  return name === undefined ? undefined : charsetNamed(name);
}

export function charsetNamed(name: string): Charset | undefined {
  const lower = name.toLowerCase();
  // ASCII with the highest bit set is UTF-8 from somebody who did not think of it.
  if (lower === 'utf-8' || lower === 'utf8' || lower === 'us-ascii' || lower === 'ascii') return UTF8;
  if (lower === 'iso-8859-1' || lower === 'latin1') return LATIN1;
  if (!/^[a-z0-9][a-z0-9_.:-]*$/.test(lower) || !iconv.encodingExists(lower) || UNSUITABLE.test(lower))
    return undefined;
  return {
    unit: /^(?:utf-?16|ucs-?2|iso-10646-ucs-2)/.test(lower) ? 2 : 1,
    decode: (bytes, from, to) => {
      const text = iconv.decode(bytes.subarray(from, to), lower, { stripBOM: false });
      return text.includes(REPLACEMENT) ? undefined : text;
    },
  };
}

/** Encodings of iconv-lite that are no charsets, or have four octets a character. */
const UNSUITABLE = /^(?:base64|hex|binary|utf-?7|utf-?32|ucs-?4)/;
