import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CradleError } from '../dbus/errors.js';

/**
 * The functions of native/*.c. Those that touch files run on the thread pool and reject with errors shaped like
 * those of node:fs (`code`, `errno`, `syscall`, `path`), so that one table serves both.
 */
export interface Native {
  /** Flushes the whole filesystem that the open file lies on (syncfs(2)). */
  syncfs(fd: number): Promise<void>;
  /**
   * Renames and fails with EEXIST rather than replace. Where the filesystem has neither renameat2's RENAME_NOREPLACE nor
   * hard links, the check and the rename are two steps.
   */
  renameNoReplace(from: string, to: string): Promise<void>;

  /** Opens a walk; src/hal/scan.ts gives it a face. */
  scanOpen(root: string, maxDepth: number, crossMounts: boolean, skip: readonly string[]): ScanHandle;
  /** The next entries, at most `limit`; undefined at the end. One call at a time: a second one fails with EBUSY. */
  scanNext(handle: ScanHandle, limit: number): Promise<RawScanChunk | undefined>;
  /** Lets go of the open folders; safe at any time and any number of times. */
  scanClose(handle: ScanHandle): void;

  /** The properties of every initialised device that passes one of the filters, each as name, value, name, value... */
  udevEnumerate(filters: readonly UdevFilter[]): string[][];
  /** The nearest ancestor, or the device itself, of this kind: its DEVPATH, then the asked attributes, '' where unset. */
  udevNearest(
    devpath: string,
    subsystem: string,
    devtype: string | undefined,
    attributes: readonly string[],
  ): string[] | undefined;
  /** Listens from now on; throws when the kernel gives no socket or udevd does not run. */
  udevOpen(filters: readonly UdevFilter[], receive: UdevReceiver, bufferBytes: number): UdevHandle;
  /** Safe any number of times, from within the receiver too. */
  udevClose(handle: UdevHandle): void;
  /** Whether an open monitor keeps the process alive; it does at first. */
  udevKeepAlive(handle: UdevHandle, keep: boolean): void;

  /** Has malloc keep little of what is freed, from now on (mallopt(3)); nothing where the C library cannot. */
  spareMemory(): void;
  /** Gives free memory of malloc back to the system (malloc_trim(3)); nothing where the C library cannot. */
  trimMemory(): void;
}

export interface UdevFilter {
  readonly subsystem: string;
  readonly devtype?: string;
}

/** `overflow`: the kernel dropped events, nobody knows which. `failed`: the monitor is dead, with the reason. */
export type UdevReceiver = (
  kind: 'event' | 'overflow' | 'failed',
  properties: readonly string[],
  reason: string | undefined,
) => void;

declare const scan: unique symbol;
declare const udev: unique symbol;
/** Owned by C. An open one stays alive until it is closed or the thread ends. */
export interface UdevHandle {
  readonly [udev]: never;
}
export interface ScanHandle {
  readonly [scan]: never;
}

/** As C packs it: names joined by NUL, and SCAN_WORDS 64-bit words an entry. */
export interface RawScanChunk {
  readonly names: Buffer;
  readonly words: ArrayBuffer;
}

const FUNCTIONS = [
  'syncfs',
  'renameNoReplace',
  'scanOpen',
  'scanNext',
  'scanClose',
  'udevEnumerate',
  'udevNearest',
  'udevOpen',
  'udevClose',
  'udevKeepAlive',
  'spareMemory',
  'trimMemory',
] as const satisfies readonly (keyof Native)[];

const FILE = 'cradle.node';

let loaded: Native | undefined;

/** The addon, loaded on first use; a CradleError says how to build one that is missing. */
export function native(): Native {
  loaded ??= load(dirname(fileURLToPath(import.meta.url)));
  return loaded;
}

/** Beside the bundle when installed, in build/Release of the checkout otherwise: whichever is met first on the way up. */
function load(start: string): Native {
  const require = createRequire(import.meta.url);
  let cause: unknown;
  for (let folder = start; ; folder = dirname(folder)) {
    for (const path of [join(folder, FILE), join(folder, 'build', 'Release', FILE)]) {
      try {
        const addon: unknown = require(path);
        if (isNative(addon)) return addon;
        cause = new Error(`${path} is of another version`);
      } catch (error) {
        if (!isMissing(error)) cause ??= error;
      }
    }
    if (folder === dirname(folder)) break;
  }
  const detail = cause instanceof Error ? cause.message : 'it has not been built';
  throw new CradleError(
    'Unsupported',
    `the native addon ${FILE} cannot be loaded (${detail}): run scripts/bootstrap.sh`,
    {
      cause,
    },
  );
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND';
}

function isNative(addon: unknown): addon is Native {
  if (typeof addon !== 'object' || addon === null) return false;
  const members = new Map<string, unknown>(Object.entries(addon));
  return FUNCTIONS.every((name) => typeof members.get(name) === 'function');
}
