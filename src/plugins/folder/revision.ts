import { createHash } from 'node:crypto';
import { CradleError } from '../../dbus/errors.js';
import type { Files } from './files.js';
import type { Filesystem } from './filesystem.js';

/** What stat(2) says that a revision is made of. */
export interface Status {
  readonly size: bigint;
  /** Nanoseconds since the epoch. */
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly ino: bigint;
}

/** Nanoseconds; longer than any kernel's tick, which is how fine times of files are. */
const TICK = 11_000_000n;
/** Milliseconds after which a change is a tick ago for certain, whatever clocks and timers round off. */
export const SETTLING_MS = 14;
const SECOND = 1_000_000_000n;
/** FAT counts mtime in steps of two seconds. */
const COARSE = 2n * SECOND + TICK;

/** Up to this many bytes a file's revision is its content where inodes do not last. */
const SMALL = 64n * 1024n;
/** Bytes looked at from either end of a larger one. */
const SAMPLE = 4096;
const CHUNK = 1024 * 1024;

export const nowNs = (): bigint => BigInt(Date.now()) * 1_000_000n;

/**
 * How a folder tells one state of a file from another, never by mtime alone.
 * `size.mtime.ctime.inode`, where the filesystem moves ctime at every change and the last one is too long ago for another
 * to hide in the same tick. `d.size.digest`, the content itself, where not. `s.size.mtime.digest`, with both ends of the
 * content, for large files of filesystems without lasting inodes (FAT).
 */
export class Revisions {
  readonly #filesystem: Filesystem;
  readonly #files: Files;

  constructor(filesystem: Filesystem, files: Files) {
    this.#filesystem = filesystem;
    this.#files = files;
  }

  /** The revision without a look at the content; undefined where that is needed. `at`: when the status was taken, or before. */
  cheap(status: Status, at: bigint): string | undefined {
    return this.#filesystem.lasting && !this.unsettled(status, at) ? stamp(status) : undefined;
  }

  /**
   * Whether another change could still leave the very same times: written a moment ago, or dated in the future, as after
   * the clock was set back.
   */
  unsettled(status: Status, at: bigint): boolean {
    return at - this.#latest(status) < this.#granularity(status);
  }

  /** Milliseconds until it is settled; 0 when it is, or when it is dated in the future and waiting is no use. */
  settlesIn(status: Status, at: bigint): number {
    const age = at - this.#latest(status);
    const granularity = this.#granularity(status);
    return age >= granularity || age < -granularity ? 0 : Number((granularity - age) / 1_000_000n) + 1;
  }

  /**
   * The revision of an open file. Fails with ItemChanged when it is being written; `path` is for that sentence.
   * `digest`: SHA-256 of the content in base64url, where it is known already.
   */
  async of(fd: number, status: Status, at: bigint, path: string, digest?: string): Promise<string> {
    const cheap = this.cheap(status, at);
    if (cheap !== undefined) return cheap;
    const whole = this.#filesystem.lasting || status.size <= SMALL || this.unsettled(status, at);
    if (!whole) return this.#samples(fd, status);
    return digest === undefined ? this.#digest(fd, status, path) : `d.${status.size}.${digest}`;
  }

  /** Whether the open file is still what the revision was made from. */
  async holds(revision: string, fd: number, status: Status, path: string): Promise<boolean> {
    if (revision.startsWith('d.'))
      return revision.startsWith(`d.${status.size}.`) && revision === (await this.#digest(fd, status, path));
    if (revision.startsWith('s.'))
      return revision.startsWith(`s.${status.size}.`) && revision === (await this.#samples(fd, status));
    return revision === stamp(status);
  }

  #latest(status: Status): bigint {
    return this.#filesystem.lasting ? status.ctimeNs : status.mtimeNs;
  }

  #granularity(status: Status): bigint {
    return this.#filesystem.lasting ? tickOf(status.ctimeNs) : COARSE;
  }

  async #digest(fd: number, status: Status, path: string): Promise<string> {
    const hash = createHash('sha256');
    const length = Number(status.size);
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK, length + 1));
    let at = 0;
    for (;;) {
      const read = await this.#files.read(fd, buffer, 0, buffer.length, at);
      if (read === 0) break;
      hash.update(buffer.subarray(0, read));
      at += read;
    }
    if (at !== length) throw new CradleError('ItemChanged', `${path} is being written`);
    return `d.${status.size}.${hash.digest('base64url')}`;
  }

  async #samples(fd: number, status: Status): Promise<string> {
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(SAMPLE);
    for (const from of [0, Math.max(0, Number(status.size) - SAMPLE)]) {
      const read = await this.#files.read(fd, buffer, 0, SAMPLE, from);
      hash.update(buffer.subarray(0, read));
    }
    return `s.${status.size}.${status.mtimeNs}.${hash.digest('base64url')}`;
  }
}

/** Ext with small inodes keeps whole seconds. */
const tickOf = (timeNs: bigint): bigint => (timeNs % SECOND === 0n ? SECOND + TICK : TICK);

/** Whether something of this ctime may have changed at a moment or later. */
export const mayBeSince = (ctimeNs: bigint, since: bigint): boolean => since - ctimeNs < tickOf(ctimeNs);

export const stamp = ({ size, mtimeNs, ctimeNs, ino }: Status): string => `${size}.${mtimeNs}.${ctimeNs}.${ino}`;

/** Whether nothing at all has happened to a file between two looks. */
export const sameMoment = (a: Status, b: Status): boolean => a.ctimeNs === b.ctimeNs && sameWriting(a, b);

/** Whether a file that was renamed in between is still as it was written; FAT may give it another inode number. */
export const sameContent = (a: Status, b: Status, filesystem: Filesystem): boolean =>
  filesystem.lasting ? sameWriting(a, b) : a.size === b.size;

const sameWriting = (a: Status, b: Status): boolean => a.size === b.size && a.mtimeNs === b.mtimeNs && a.ino === b.ino;
