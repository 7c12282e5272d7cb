import fs, { type BigIntStats } from 'node:fs';
import { promisify } from 'node:util';
import { native } from '../../hal/native.js';

type Answer<T> = T | Promise<T>;

/**
 * The system calls a folder store makes. On a local disk they are made at once: a call from the page cache takes
 * microseconds, a tenth of a trip to the thread pool. Media that can be pulled or hang get the thread pool.
 */
export interface Files {
  open(path: string, flags: number, mode?: number): Answer<number>;
  close(fd: number): Answer<void>;
  fstat(fd: number): Answer<BigIntStats>;
  /** Follows no symlink. Undefined when there is nothing. */
  lstat(path: string): Answer<BigIntStats | undefined>;
  /** Bytes read; 0 at the end. */
  read(fd: number, buffer: Uint8Array, offset: number, length: number, position: number | null): Answer<number>;
  /** Writes all of it. */
  write(fd: number, bytes: Uint8Array): Answer<void>;
  /** Seconds since the epoch. */
  futimes(fd: number, atime: number, mtime: number): Answer<void>;
  fchmod(fd: number, mode: number): Answer<void>;
  readlink(path: string): Answer<string>;
  rename(from: string, to: string): Answer<void>;
  /** Fails with EEXIST rather than take a name that is taken. */
  renameNew(from: string, to: string): Promise<void>;
  /** fsync(2): what is in the file, or the names in the folder. */
  sync(fd: number): Promise<void>;
  /** syncfs(2): all that its filesystem has waiting. */
  syncAll(fd: number): Promise<void>;
  unlink(path: string): Answer<void>;
  mkdir(path: string): Answer<void>;
  rmdir(path: string): Answer<void>;
  readdir(path: string): Answer<string[]>;
}

const big = { bigint: true } as const;

/** They wait for the disk, so they are never made on the caller's thread. */
const waiting = {
  renameNew: (from: string, to: string): Promise<void> => native().renameNoReplace(from, to),
  sync: promisify(fs.fsync),
  syncAll: (fd: number): Promise<void> => native().syncfs(fd),
} as const;

/** At once, on the caller's thread; use Pace between them. */
export const localFiles: Files = {
  ...waiting,
  open: fs.openSync,
  close: fs.closeSync,
  fstat: (fd) => fs.fstatSync(fd, big),
  lstat: (path) => fs.lstatSync(path, { bigint: true, throwIfNoEntry: false }),
  read: fs.readSync,
  write(fd, bytes) {
    for (let at = 0; at < bytes.byteLength; ) at += fs.writeSync(fd, bytes, at);
  },
  futimes: fs.futimesSync,
  fchmod: fs.fchmodSync,
  readlink: (path) => fs.readlinkSync(path),
  rename: fs.renameSync,
  unlink: fs.unlinkSync,
  mkdir: (path) => fs.mkdirSync(path),
  rmdir: (path) => fs.rmdirSync(path),
  readdir: (path) => fs.readdirSync(path),
};

const open = promisify(fs.open);
const fstat = promisify(fs.fstat);
const read = promisify(fs.read);
const write = promisify(fs.write);

/** On the thread pool. */
export const threadedFiles: Files = {
  ...waiting,
  open: (path, flags, mode) => open(path, flags, mode),
  close: promisify(fs.close),
  fstat: (fd) => fstat(fd, big),
  async lstat(path) {
    try {
      return await fs.promises.lstat(path, big);
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
      throw error;
    }
  },
  read: async (fd, buffer, offset, length, position) => (await read(fd, buffer, offset, length, position)).bytesRead,
  async write(fd, bytes) {
    for (let at = 0; at < bytes.byteLength; ) at += (await write(fd, bytes, at)).bytesWritten;
  },
  futimes: promisify(fs.futimes),
  fchmod: promisify(fs.fchmod),
  readlink: (path) => fs.promises.readlink(path),
  rename: fs.promises.rename,
  unlink: fs.promises.unlink,
  mkdir: (path) => fs.promises.mkdir(path),
  rmdir: (path) => fs.promises.rmdir(path),
  readdir: (path) => fs.promises.readdir(path),
};

/** The errno name of a failed system call, such as ENOENT. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
