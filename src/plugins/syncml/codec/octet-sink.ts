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

  add(octets: Uint8Array): void {
    this.#need(octets.length);
    this.#bytes.set(octets, this.length);
    this.length += octets.length;
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
