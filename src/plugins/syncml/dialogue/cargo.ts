import { carries } from '../codec/carries.js';
import type { Encoding } from '../codec/document.js';
import type { Data, Item, Meta } from '../message/message.js';
import type { Content } from './conversation.js';
import type { Scale } from './scale.js';

/** Room for the longest character, and for two groups of base64. */
const LEAST_CUT = 8;

/** A content as it goes into a message: as it is, or in base64 where the encoding cannot say it. */
export class Cargo {
  readonly type: string;
  readonly bytes: Uint8Array;
  /** Of the Meta. */
  readonly format: 'b64' | undefined;

  private constructor({ type, bytes }: Content, format: 'b64' | undefined) {
    this.type = type;
    this.bytes = bytes;
    this.format = format;
  }

  static pack(content: Content, encoding: Encoding): Cargo {
    return new Cargo(content, carries(encoding, content.bytes) ? undefined : 'b64');
  }

  get size(): number {
    return this.bytes.length;
  }

  /** The end of a piece from `from` on that weighs `room` at the most, and is never torn within a character. */
  cut(from: number, room: number, scale: Scale): number {
    for (let octets = room; ; ) {
      const end = this.#endOf(from, octets);
      const weight = this.weigh(from, end, scale);
      if (weight <= room || octets <= LEAST_CUT) return end;
      // What is escaped takes more room than it has octets.
      octets = Math.max(LEAST_CUT, Math.min(octets - 1, Math.floor((octets * room) / weight)));
    }
  }

  #endOf(from: number, octets: number): number {
    const last = Math.min(from + octets, this.size);
    if (last === this.size) return last;
    // Pieces of base64 can be joined as they are.
    if (this.format === 'b64') return last - ((last - from) % 3);
    // There are servers that trim each piece: none begins or ends with white space, as far as that can be helped.
    for (let end = last; end > from + octets / 2; end--)
      if (!isInside(this.bytes[end]) && !isSpace(this.bytes[end]) && !isSpace(this.bytes[end - 1])) return end;
    let end = last;
    for (let back = 0; back < 3 && isInside(this.bytes[end]); back++) end--;
    return end;
  }

  weigh(from: number, to: number, scale: Scale): number {
    return this.format === 'b64' ? scale.base64(to - from) : scale.text(this.bytes.subarray(from, to));
  }

  /** The same kind with nothing in it. */
  hollow(): Cargo {
    return new Cargo({ type: this.type, bytes: new Uint8Array() }, this.format);
  }
}

/** Not the first octet of a character in UTF-8. */
const isInside = (octet: number | undefined): boolean => octet !== undefined && (octet & 0xc0) === 0x80;

const isSpace = (octet: number | undefined): boolean => octet !== undefined && octet <= 0x20;

/** What an item holds, as octets; undefined where that is an element, which is no content of ours. */
export function bytesOfData(data: Data | undefined): Uint8Array | undefined {
  if (data === undefined) return new Uint8Array();
  if (data instanceof Uint8Array) return data;
  return typeof data === 'string' ? Buffer.from(data) : undefined;
}

/** Without parameters, lower case; the Meta of the item goes before that of its command. */
export function typeOfItem(item: Item, command: { readonly meta?: Meta }): string {
  const type = item.meta?.type ?? command.meta?.type ?? '';
  return (type.split(';', 1)[0] ?? '').trim().toLowerCase();
}
