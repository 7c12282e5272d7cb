/** A body that comes in parts, in one piece of memory however small the parts are. */
export class GrowingBody {
  #bytes = Buffer.alloc(0);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(part: Uint8Array): void {
    const size = this.#size + part.byteLength;
    if (size > this.#bytes.byteLength) {
      const larger = Buffer.alloc(Math.max(size, Math.min(2 * size, size + LARGEST_STEP)));
      larger.set(this.#bytes.subarray(0, this.#size));
      this.#bytes = larger;
    }
    this.#bytes.set(part, this.#size);
    this.#size = size;
  }

  /** All of it, without a copy. */
  taken(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }
}

/** Bytes that are taken in advance at most. */
const LARGEST_STEP = 4 * 1024 * 1024;
