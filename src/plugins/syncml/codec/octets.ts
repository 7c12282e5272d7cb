import { CradleError } from '../../../dbus/errors.js';

const MORE = 0x80;
const LARGEST = 0xffff_ffff;

/** InvalidItem: a document that breaks the rules of WBXML, and where. */
export const brokenAt = (offset: number, what: string): CradleError =>
  new CradleError('InvalidItem', `the WBXML document is broken at octet ${offset}: ${what}`);

/** The octets of a WBXML document, read from the first to the last. Fails with InvalidItem beyond the end. */
export class Octets {
  at = 0;

  constructor(readonly bytes: Buffer) {}

  get length(): number {
    return this.bytes.length;
  }

  byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw brokenAt(this.at, 'it ends in the middle');
    this.at++;
    return byte;
  }

  /** WBXML 1.3, section 5.1: seven bits an octet, the highest first, of 32 bits at most. */
  number(): number {
    const start = this.at;
    let value = 0;
    for (let count = 0; count < 5; count++) {
      const byte = this.byte();
      value = value * 0x80 + (byte & 0x7f);
      if (byte < MORE) {
        if (value > LARGEST) break;
        return value;
      }
    }
    throw brokenAt(start, 'a number there has more than 32 bits');
  }

  /** The next octets, which are not copied. */
  take(length: number): Buffer {
    const end = this.at + length;
    if (end > this.length)
      throw brokenAt(this.at, `${length} octets are announced, and ${this.length - this.at} are there`);
    const taken = this.bytes.subarray(this.at, end);
    this.at = end;
    return taken;
  }
}
