import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CradleError } from '../../dbus/errors.js';
import { chunksOf } from '../../plugins/body.js';
import { stopIfCancelled } from '../../plugins/cancel.js';
import type { Item, ItemRef } from '../../plugins/contract.js';
import type { Attic } from './job.js';
import { nameOf } from './step.js';

/** How much the attic holds. The session that is running is never pruned: what it overwrites is safe whatever it takes. */
export interface AtticLimits {
  readonly days: number;
  readonly bytes: number;
}

const DAY = 86_400_000;
/** Bytes of a name that are kept in the attic: file systems allow 255, and a number and an ending come on top. */
const LONGEST_NAME = 120;
const TEMPORARY = '.part';

/** What syncs overwrote or removed, in files anybody can read: `<folder>/<session>/<side>/<why>.<name>`. */
export class FolderAttic {
  readonly #folder: string;
  readonly #limits: AtticLimits;

  constructor(folder: string, limits: AtticLimits) {
    this.#folder = folder;
    this.#limits = limits;
  }

  /** The attic of one session; a folder for it is made when the first item comes. */
  session(name: string): Attic {
    const folder = join(this.#folder, safeName(name));
    return { keep: (side, ref, item, why, signal) => keep(join(folder, side), ref, item, why, signal) };
  }

  /** Removes sessions older than the limit, then the oldest until the rest fits; `running` ones stay. */
  async prune(running: ReadonlySet<string> = new Set(), now = Date.now()): Promise<void> {
    const stay = new Set([...running].map(safeName));
    const sessions = await this.#sessions();
    let held = 0;
    // The newest first: they are what somebody may still miss.
    for (const { name, time, bytes } of sessions.toSorted((a, b) => b.time - a.time)) {
      held += bytes;
      const old = now - time > this.#limits.days * DAY;
      if (!stay.has(name) && (old || held > this.#limits.bytes)) {
        await rm(join(this.#folder, name), { recursive: true, force: true });
        held -= bytes;
      }
    }
  }

  async #sessions(): Promise<readonly { readonly name: string; readonly time: number; readonly bytes: number }[]> {
    const found: { name: string; time: number; bytes: number }[] = [];
    for (const name of await names(this.#folder)) {
      let bytes = 0;
      let time = 0;
      for (const side of await names(join(this.#folder, name)))
        for (const file of await names(join(this.#folder, name, side))) {
          const { size, mtimeMs } = await stat(join(this.#folder, name, side, file));
          bytes += size;
          time = Math.max(time, mtimeMs);
        }
      found.push({ name, time, bytes });
    }
    return found;
  }
}

/** Copies in pieces, durable before it has its name; never over another copy. */
async function keep(folder: string, ref: ItemRef, item: Item, why: string, signal: AbortSignal): Promise<string> {
  const name = nameOf(ref);
  const stem = `${why}.${safeName(name)}`;
  const temporary = join(folder, `${randomUUID()}${TEMPORARY}`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = await open(temporary, 'wx', 0o600);
    try {
      for await (const chunk of chunksOf(item.body, signal)) {
        stopIfCancelled(signal, `keeping ${name}`);
        await file.writeFile(chunk);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    const path = await nameFree(temporary, folder, stem);
    await syncFolder(folder);
    return path;
  } catch (thrown) {
    throw asAtticError(thrown, join(folder, stem));
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Gives the file the first free name of its kind: nothing in the attic is ever written over. */
async function nameFree(temporary: string, folder: string, stem: string): Promise<string> {
  for (let number = 1; ; number++) {
    const path = join(folder, number === 1 ? stem : `${number}.${stem}`);
    try {
      await link(temporary, path);
      return path;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function asAtticError(thrown: unknown, path: string): unknown {
  if (thrown instanceof CradleError || !(thrown instanceof Error) || !('code' in thrown)) return thrown;
  if (thrown.code === 'ENOSPC' || thrown.code === 'EDQUOT')
    return new CradleError('NoSpace', `there is no space to keep ${path}, so nothing was overwritten`, {
      cause: thrown,
    });
  if (thrown.code === 'EROFS' || thrown.code === 'EACCES' || thrown.code === 'EPERM')
    return new CradleError('ReadOnly', `${path} cannot be written, so nothing was overwritten`, { cause: thrown });
  return new CradleError('Failed', `${path} cannot be kept (${String(thrown.code)})`, { cause: thrown });
}

/** One element of a path, whatever the name: no separators, nothing hidden, no control characters, not too long. */
function safeName(name: string): string {
  const plain = name.replace(/[/\\\p{Cc}\p{Cs}]/gu, '_').replace(/^\./, '_');
  let short = '';
  for (const char of plain) {
    if (Buffer.byteLength(short + char) > LONGEST_NAME) break;
    short += char;
  }
  return short === '' ? '_' : short;
}

async function names(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return [];
    throw error;
  }
}
