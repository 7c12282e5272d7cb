import { CradleError } from '../dbus/errors.js';
import { native, type RawScanChunk } from './native.js';

export type ScanKind = 'file' | 'folder' | 'symlink' | 'other' | 'unknown';

export interface ScanOptions {
  /** Folders below the root that are entered; deeper ones are told with the error ENAMETOOLONG. 64 unless told. */
  readonly maxDepth?: number;
  /** Entries after which the walk ends with LimitsExceeded. One million unless told. */
  readonly maxEntries?: number;
  /** Entries in a chunk at most. 4096 unless told. */
  readonly chunk?: number;
  /** Enter folders where something else is mounted; without it they are told with the error EXDEV. */
  readonly crossMounts?: boolean;
  /** Names passed over wherever they occur, with all below them. */
  readonly skip?: readonly string[];
}

/** 64-bit words of an entry, as native/scan.c lays them out. */
const WORDS = 6;
const KINDS: readonly ScanKind[] = ['unknown', 'file', 'folder', 'symlink', 'other'];

/** Some entries of a walk. All accessors take an index below `count`; a folder comes before what is in it. */
export class ScanChunk {
  readonly count: number;
  /** Relative to the root, with `/` between; bytes that are no UTF-8 show as U+FFFD (see `wellFormed`). */
  readonly names: readonly string[];
  readonly #longs: BigInt64Array;
  readonly #ints: Int32Array;

  constructor(raw: RawScanChunk) {
    this.#longs = new BigInt64Array(raw.words);
    this.#ints = new Int32Array(raw.words);
    this.count = this.#longs.length / WORDS;
    this.names = this.count === 0 ? [] : raw.names.toString('utf8').split('\0');
  }

  kind(index: number): ScanKind {
    return KINDS[this.#int(index, 10) & 0xff] ?? 'unknown';
  }
  /** False when the name is no UTF-8, so that `names` cannot be used to open it. */
  wellFormed(index: number): boolean {
    return (this.#int(index, 10) & 0x100) === 0;
  }
  /** Bytes. */
  size(index: number): number {
    return Number(this.#long(index, 0));
  }
  /** Nanoseconds since the epoch. */
  mtimeNs(index: number): bigint {
    return this.#long(index, 1);
  }
  /** Nanoseconds since the epoch. */
  ctimeNs(index: number): bigint {
    return this.#long(index, 2);
  }
  inode(index: number): bigint {
    return BigInt.asUintN(64, this.#long(index, 3));
  }
  /** st_mode, with the type bits. */
  mode(index: number): number {
    return this.#int(index, 8);
  }
  /** Hard links. */
  links(index: number): number {
    return this.#int(index, 9);
  }
  /** An errno when the entry could not be looked at, or a folder not entered (EACCES, EXDEV, ENAMETOOLONG, ELOOP...); 0 else. */
  errno(index: number): number {
    return this.#int(index, 11);
  }

  #long(index: number, word: number): bigint {
    return this.#longs[index * WORDS + word] ?? 0n;
  }
  #int(index: number, half: number): number {
    return this.#ints[index * WORDS * 2 + half] ?? 0;
  }
}

/**
 * Walks a folder on the thread pool, following no symlink below the root, a chunk at a time as the consumer asks.
 * Entries that go away meanwhile are left out. Rejects like node:fs when the root itself cannot be read, with Cancelled
 * when aborted, with LimitsExceeded after `maxEntries`.
 */
export async function* scan(root: string, signal: AbortSignal, options: ScanOptions = {}): AsyncGenerator<ScanChunk> {
  const addon = native();
  let left = options.maxEntries ?? 1_000_000;
  const handle = addon.scanOpen(root, options.maxDepth ?? 64, options.crossMounts ?? false, options.skip ?? []);
  const stop = (): void => addon.scanClose(handle);
  signal.addEventListener('abort', stop);
  try {
    for (;;) {
      if (signal.aborted) throw new CradleError('Cancelled', `reading the folder ${root} was cancelled`);
      const raw = await addon.scanNext(handle, options.chunk ?? 4096);
      if (signal.aborted) continue;
      if (raw === undefined) return;
      const chunk = new ScanChunk(raw);
      left -= chunk.count;
      if (left < 0) throw new CradleError('LimitsExceeded', `the folder ${root} holds too many entries`);
      yield chunk;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    addon.scanClose(handle);
  }
}
