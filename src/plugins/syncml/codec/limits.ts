import { CradleError } from '../../../dbus/errors.js';

/** What one document may cost. A nested document counts with the one around it. */
export interface Limits {
  /** Octets of the document, and characters that references to its string table may make of it beyond that. */
  readonly bytes: number;
  /** Elements inside one another, the root being the first. */
  readonly depth: number;
  /** With the attributes of XML, and each piece of opaque data counted as one. */
  readonly elements: number;
}

/**
 * Far above any message that a peer was seen to send: ten thousand contacts in one are 6 MB and 100,000 elements, 8 deep.
 * Whatever comes, reading takes time in proportion to the octets, and at most 20 x `bytes` + 300 octets x `elements` of
 * memory: a quarter of a gigabyte.
 */
export const LIMITS: Limits = { bytes: 8 * 1024 * 1024, depth: 64, elements: 250_000 };

/** What is left of the limits while a document is read. */
export class Allowance {
  readonly depth: number;
  readonly #elements: number;
  readonly #characters: number;
  #elementsLeft: number;
  #charactersLeft: number;

  /** Fails with LimitsExceeded on a document that is too large from the start. */
  constructor(bytes: number, limits: Limits) {
    if (bytes > limits.bytes)
      throw new CradleError(
        'LimitsExceeded',
        `the document has ${bytes} octets, more than the ${limits.bytes} allowed`,
      );
    this.depth = limits.depth;
    this.#elements = limits.elements;
    this.#elementsLeft = limits.elements;
    this.#characters = limits.bytes;
    this.#charactersLeft = limits.bytes;
  }

  /** One element more, with so many around it. */
  element(depth: number): void {
    if (depth >= this.depth)
      throw new CradleError('LimitsExceeded', `the document has more than ${this.depth} elements inside one another`);
    this.piece();
  }

  /** What takes as much as an element does. */
  piece(): void {
    if (--this.#elementsLeft < 0)
      throw new CradleError('LimitsExceeded', `the document has more than the ${this.#elements} elements allowed`);
  }

  /** Characters that came by reference, and so are not paid for by octets of the document. */
  characters(count: number): void {
    this.#charactersLeft -= count;
    if (this.#charactersLeft < 0)
      throw new CradleError('LimitsExceeded', `the string table makes more than ${this.#characters} characters of it`);
  }
}
