import { constants } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { CradleError } from '../../dbus/errors.js';
import { failureOf } from './failures.js';
import type { Files } from './files.js';
import { type Filesystem, filesystemOf } from './filesystem.js';
import { quoted } from './item-names.js';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;

/**
 * An open directory. Paths start at its descriptor (proc(5), /proc/self/fd), as openat(2) would: whatever happens to the
 * path that led here, what is read and written lies below the directory that was opened.
 */
export class Root implements AsyncDisposable {
  private constructor(
    /** As a person would find it. */
    readonly path: string,
    readonly fd: number,
    readonly device: bigint,
    readonly inode: bigint,
    readonly filesystem: Filesystem,
    readonly files: Files,
  ) {}

  /** Fails with StoreUnavailable. */
  static async open(path: string, files: Files, filesystem?: Filesystem): Promise<Root> {
    try {
      const real = await realpath(path);
      const fd = await files.open(real, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK);
      try {
        const { dev, ino } = await files.fstat(fd);
        return new Root(real, fd, dev, ino, filesystem ?? (await filesystemOf(`/proc/self/fd/${fd}`)), files);
      } catch (error) {
        await files.close(fd);
        throw error;
      }
    } catch (error) {
      throw failureOf(error, { doing: 'open', path });
    }
  }

  /** Where a system call finds a path below the root. */
  at(relative: string): string {
    return `/proc/self/fd/${this.fd}/${relative}`;
  }

  /** For sentences. */
  full(relative: string): string {
    return `${this.path}/${relative}`;
  }

  /** Fails with StoreUnavailable when the path no longer leads here: unmounted, moved, replaced. */
  async check(): Promise<void> {
    try {
      const { dev, ino } = await stat(this.path, { bigint: true });
      if (dev === this.device && ino === this.inode) return;
    } catch (error) {
      throw failureOf(error, { doing: 'open', path: this.path });
    }
    throw new CradleError('StoreUnavailable', `the folder ${this.path} was replaced by another one`);
  }

  /** Opens a file for reading; undefined when there is none, or a symlink or folder in its place. */
  async openFile(relative: string): Promise<number | undefined> {
    let fd: number;
    try {
      fd = await this.files.open(this.at(relative), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw failureOf(error, { doing: 'read', path: this.full(relative) });
    }
    // O_NOFOLLOW speaks of the last name only; where the file really lies tells whether a symlink led to it.
    if (!relative.includes('/') || (await this.#leadsTo(fd, relative))) return fd;
    await this.files.close(fd);
    throw new CradleError('InvalidItem', `${quoted(relative)} leads out of ${this.path} through a symbolic link`);
  }

  async #leadsTo(fd: number, relative: string): Promise<boolean> {
    const { files } = this;
    const where = await files.readlink(`/proc/self/fd/${fd}`);
    const same = (root: string): boolean => this.#fold(where) === this.#fold(`${root}/${relative}`);
    if (same(this.path) || where.endsWith(' (deleted)')) return true;
    // The folder itself may have been moved while it was open.
    return same(await files.readlink(`/proc/self/fd/${this.fd}`));
  }

  #fold(path: string): string {
    return this.filesystem.names === 'fat' ? path.toLowerCase() : path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.files.close(this.fd);
  }
}

/** ELOOP: a symlink where a file was asked for. ENXIO: a socket, or a device without a driver. */
function isAbsence(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'ELOOP' || error.code === 'ENXIO')
  );
}
