import { constants } from 'node:fs';
import { CradleError } from '../../dbus/errors.js';
import { codeOf } from './files.js';
import { quoted } from './item-names.js';
import type { Root } from './root.js';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;

/** A folder below the root, held open: what is done in it is done there, even when its path is swapped for a symlink. */
export interface Subfolder {
  /** Relative to the root; empty for the root itself. */
  readonly path: string;
  readonly fd: number;
  /** Where a system call finds a name in this folder. */
  at(name: string): string;
}

/** Opens folders one name at a time, following no symlink, and makes those that are missing. */
export class Subfolders implements AsyncDisposable {
  readonly #root: Root;
  readonly #open = new Map<string, Subfolder>();
  readonly #made = new Set<string>();

  constructor(root: Root) {
    this.#root = root;
  }

  /** How many are open now; they stay so until `clear`. */
  get size(): number {
    return this.#open.size;
  }

  /** Those that were missing, since the last `clear`. */
  get made(): Iterable<string> {
    return this.#made;
  }

  /** Undefined when it is not there and not to be made. */
  async open(path: string, make: boolean): Promise<Subfolder | undefined> {
    if (path === '') return subfolder('', this.#root.fd);
    const known = this.#open.get(path);
    if (known !== undefined) return known;
    const slash = path.lastIndexOf('/');
    const parent = await this.open(path.slice(0, Math.max(slash, 0)), make);
    if (parent === undefined) return undefined;
    const fd = await this.#enter(parent, path, make);
    if (fd === undefined) return undefined;
    const opened = subfolder(path, fd);
    this.#open.set(path, opened);
    return opened;
  }

  async clear(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    this.#made.clear();
    for (const { fd } of open) await this.#root.files.close(fd);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.clear();
  }

  async #enter(parent: Subfolder, path: string, make: boolean): Promise<number | undefined> {
    const { files } = this.#root;
    const name = baseOf(path);
    const enter = () => files.open(parent.at(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK);
    try {
      return await enter();
    } catch (error) {
      if (codeOf(error) === 'ENOTDIR' || codeOf(error) === 'ELOOP')
        throw new CradleError(
          'InvalidItem',
          `${quoted(name)} in ${this.#root.full(parent.path)} is no folder, and nothing can be put below it`,
        );
      if (codeOf(error) !== 'ENOENT') throw error;
    }
    if (!make) return undefined;
    try {
      await files.mkdir(parent.at(name));
      this.#made.add(path);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    return enter();
  }
}

const subfolder = (path: string, fd: number): Subfolder => ({ path, fd, at: (name) => `/proc/self/fd/${fd}/${name}` });

export const parentOf = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('/'), 0));
export const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
