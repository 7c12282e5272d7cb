import { CradleError } from '../../dbus/errors.js';
import { spaceBut } from './filesystem.js';
import type { Root } from './root.js';

/** An item of this size that does not fit means that the disk is full; a larger one may just be too large. */
const SMALL = 1024 * 1024;

/** The space that is left to us, asked of the filesystem only when what is known may not do. */
export class Room {
  readonly #root: Root;
  /** Bytes that stay free for others. */
  readonly #reserve: number;
  #left = 0;

  constructor(root: Root, reserve: number) {
    this.#root = root;
    this.#reserve = reserve;
  }

  /** Takes the bytes. Tells why not when this item is too large, and throws NoSpace when there is no room for any. */
  async take(bytes: number, path: string): Promise<CradleError | undefined> {
    if (bytes > this.#left) this.#left = await spaceBut(this.#reserve, this.#root.at('.'));
    if (bytes <= this.#left) {
      this.#left -= bytes;
      return undefined;
    }
    if (bytes <= SMALL || this.#left === 0)
      throw new CradleError('NoSpace', `there is no space left for ${this.#root.full(path)}`);
    return new CradleError(
      'NoSpace',
      `${this.#root.full(path)} with ${bytes} bytes does not fit: ${this.#left} are left`,
    );
  }
}
