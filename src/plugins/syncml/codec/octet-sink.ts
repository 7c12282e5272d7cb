const FIRST_SIZE = 512;
/** UTF-8 has at most so many octets for one unit of a string. */
const MOST_OCTETS = 3;
/** Up to this many characters copying them one by one is quicker than asking Node to. */
const SHORT = 24;

/** Octets that are written one after the other. */
export class OctetSink {
  #bytes = Buffer.allocUnsafe(FIRST_SIZE);
  length = 0;

  byte(value: number): void {
    if (this.length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.length++] = value;
  }

  /** WBXML 1.3, section 5.1: seven bits an octet, the highest first. */
  number(value: number): void {
    let shift = 28;
    while (shift > 0 && value >>> shift === 0) shift -= 7;
    for (; shift > 0; shift -= 7) this.byte(((value >>> shift) & 0x7f) | 0x80);
    this.byte(value & 0x7f);
  }

  /** In UTF-8. */
  text(text: string): void {
    if (text.length <= SHORT && this.#ascii(text)) return;
    // A long text is measured first, so that a large document does not take three times its size.
    this.#need(text.length <= FIRST_SIZE ? text.length * MOST_OCTETS : Buffer.byteLength(text));
    this.length += this.#bytes.write(text, this.length);
  }

  /** In UTF-8, with other octets instead of those that have an escape; by octets, as that is quickest. */
  escaped(text: string, escapes: readonly (Uint8Array | undefined)[]): void {
    const plain = Buffer.from(text);
    this.#need(lengthOf(plain, escapes));
    const bytes = this.#bytes;
    let at = this.length;
    for (let from = 0; from < plain.length; from++) {
      const octet = plain[from] ?? 0;
      const instead = escapes[octet];
      if (instead === undefined) bytes[at++] = octet;
      else for (let index = 0; index < instead.length; index++) bytes[at++] = instead[index] ?? 0;
    }
    this.length = at;
  }

  add(octets: Uint8Array): void {
    const { length } = octets;
    this.#need(length);
    if (length > SHORT) this.#bytes.set(octets, this.length);
    else for (let at = 0; at < length; at++) this.#bytes[this.length + at] = octets[at] ?? 0;
    this.length += length;
  }

  octets(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }

  #ascii(text: string): boolean {
    this.#need(text.length);
    const bytes = this.#bytes;
    const start = this.length;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit > 0x7f) return false;
      bytes[start + at] = unit;
    }
    this.length = start + text.length;
    return true;
  }

  #need(octets: number): void {
    if (this.length + octets > this.#bytes.length) this.#grow(octets);
  }

  #grow(octets: number): void {
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.length + octets));
    this.#bytes.copy(larger, 0, 0, this.length);
    this.#bytes = larger;
  }
}

function lengthOf(plain: Uint8Array, escapes: readonly (Uint8Array | undefined)[]): number {
  let length = plain.length;
  for (let at = 0; at < plain.length; at++) {
    const instead = escapes[plain[at] ?? 0];
    if (instead !== undefined) length += instead.length - 1;
  }
  return length;
}
