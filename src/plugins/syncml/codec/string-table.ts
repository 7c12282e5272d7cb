import type { Charset } from './charset.js';
import type { Allowance } from './limits.js';
import { brokenAt } from './octets.js';

/**
 * WBXML 1.3, section 5.7: strings that the document refers to by their offset. Each is decoded once; what is made of the
 * table by many references is paid for from the allowance.
 */
export class StringTable {
  readonly #read = new Map<number, string>();

  constructor(
    private readonly bytes: Buffer,
    private readonly charset: Charset,
    private readonly allowance: Allowance,
  ) {}

  /** The string at an offset, which a reference at `where` gives; the last one may end with the table. */
  at(offset: number, where: number): string {
    const text = this.#read.get(offset) ?? this.#decode(offset, where);
    this.allowance.characters(text.length);
    return text;
  }

  #decode(offset: number, where: number): string {
    if (offset >= this.bytes.length)
      throw brokenAt(where, `string ${offset} is beyond the end of the string table of ${this.bytes.length} octets`);
    const end = endOfString(this.bytes, offset, this.charset);
    const to = end === -1 ? this.bytes.length : end;
    this.allowance.characters(to - offset);
    const text = this.charset.decode(this.bytes, offset, to);
    if (text === undefined) throw brokenAt(where, `string ${offset} of the string table is no text in its charset`);
    this.#read.set(offset, text);
    return text;
  }
}

/** Where the zero is that ends a string; -1 where there is none. */
export function endOfString(bytes: Buffer, from: number, { unit }: Charset): number {
  if (unit === 1) return bytes.indexOf(0, from);
  for (let at = from; at + 1 < bytes.length; at += 2) if (bytes[at] === 0 && bytes[at + 1] === 0) return at;
  return -1;
}
