import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { CradleError } from '../../dbus/errors.js';
import { chunksOf, isLarge, sizeOf } from '../body.js';
import { stopIfCancelled } from '../cancel.js';
import type { Item, ItemRef } from '../contract.js';
import type { Status } from './revision.js';
import type { Root } from './root.js';
import { baseOf, parentOf, type Subfolder, type Subfolders } from './subfolders.js';
import { TemporaryName } from './temporary.js';

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;

/** Bytes of one file after which they are sent to the medium, so that a slow stick shows progress and can be stopped. */
const FLUSH = 32 * 1024 * 1024;
const MODE_BITS = 0o777n;

/** A content written whole under a hidden name, beside where it will be. */
export interface Staged {
  readonly key: number;
  readonly item: Item;
  /** Where it is to go, relative to the root. */
  readonly path: string;
  readonly replaces: ItemRef | undefined;
  readonly folder: Subfolder;
  readonly temporary: TemporaryName;
  readonly status: Status;
  /** SHA-256 in base64url; only where a revision may be made of it. */
  readonly digest: string | undefined;
}

/** Where the hidden file lies, for a system call. */
export const stagedAt = (staged: Staged): string => staged.folder.at(staged.temporary.name);

/** Writes the content of an item beside its place. Fails with ItemChanged when the body does not keep its size. */
export async function stage(
  root: Root,
  folders: Subfolders,
  put: { readonly key: number; readonly item: Item; readonly path: string; readonly replaces: ItemRef | undefined },
  signal: AbortSignal,
): Promise<Staged> {
  const folder = await folders.open(parentOf(put.path), put.replaces === undefined);
  if (folder === undefined) throw new CradleError('ItemChanged', `${root.full(put.path)} is not there any more`);
  const temporary = new TemporaryName();
  try {
    const written = await write(root, folder, temporary.name, put, signal);
    return { ...put, folder, temporary, ...written };
  } catch (error) {
    await discard(root, folder, temporary);
    throw error;
  }
}

/** Takes a hidden file away again, whether or not it came to be; one that resists is cleaned up by a later listing. */
export async function discard(root: Root, folder: Subfolder, temporary: TemporaryName): Promise<void> {
  if (!temporary.active) return;
  try {
    await root.files.unlink(folder.at(temporary.name));
  } catch {
    // Not there, or the medium is gone.
  } finally {
    temporary[Symbol.dispose]();
  }
}

async function write(
  root: Root,
  folder: Subfolder,
  name: string,
  { item, path, replaces }: { readonly item: Item; readonly path: string; readonly replaces: ItemRef | undefined },
  signal: AbortSignal,
): Promise<Pick<Staged, 'status' | 'digest'>> {
  const { files } = root;
  const fd = await files.open(folder.at(name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o666);
  try {
    const hash = root.filesystem.lasting ? undefined : createHash('sha256');
    if (isLarge(item.body)) {
      let size = 0;
      let unflushed = 0;
      for await (const chunk of chunksOf(item.body, signal)) {
        stopIfCancelled(signal, `writing ${root.full(path)}`);
        await files.write(fd, chunk);
        hash?.update(chunk);
        size += chunk.byteLength;
        unflushed += chunk.byteLength;
        if (unflushed < FLUSH) continue;
        await files.sync(fd);
        unflushed = 0;
      }
      if (size !== sizeOf(item.body))
        throw new CradleError('ItemChanged', `${item.summary} changed its size while it was copied`);
    } else {
      await files.write(fd, item.body);
      hash?.update(item.body);
    }
    if (replaces !== undefined) await keepMode(root, folder, fd, path);
    if (item.modified !== undefined) await keepTime(root, fd, item.modified);
    return { status: await files.fstat(fd), digest: hash?.digest('base64url') };
  } finally {
    await files.close(fd);
  }
}

/** A file that others may not read stays so. */
async function keepMode(root: Root, folder: Subfolder, fd: number, path: string): Promise<void> {
  const before = await root.files.lstat(folder.at(baseOf(path)));
  if (before === undefined) return;
  const { mode } = await root.files.fstat(fd);
  if (((mode ^ before.mode) & MODE_BITS) === 0n) return;
  try {
    await root.files.fchmod(fd, Number(before.mode & MODE_BITS));
  } catch {
    // FAT has no modes.
  }
}

async function keepTime(root: Root, fd: number, modified: bigint): Promise<void> {
  const seconds = Number(modified) / 1e6;
  try {
    await root.files.futimes(fd, seconds, seconds);
  } catch {
    // Beyond what the filesystem counts: the time of the copy stands.
  }
}
