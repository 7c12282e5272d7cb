import { constants } from 'node:os';
import { CradleError } from '../../dbus/errors.js';
import type { Log } from '../../hal/log.js';
import { type ScanChunk, scan } from '../../hal/scan.js';
import { oneAhead } from '../ahead.js';
import type { ItemRef } from '../contract.js';
import { failureOf } from './failures.js';
import { codeOf } from './files.js';
import { isVisible, SYSTEM_FOLDERS } from './item-names.js';
import type { Layout } from './layout.js';
import { Pace } from './pace.js';
import { PassedOver } from './passed-over.js';
import { nowNs, type Revisions, type Status, stamp } from './revision.js';
import type { Root } from './root.js';
import { baseOf } from './subfolders.js';
import { isLeftover } from './temporary.js';

/** Entries looked at in one go: few enough that they are rubbish before the collector has moved them twice. */
const CHUNK = 512;
const { EXDEV, ENAMETOOLONG } = constants.errno;

export interface SurveyParts {
  readonly root: Root;
  readonly layout: Layout;
  readonly revisions: Revisions;
  readonly log: Log;
}

/** Looks at what is in a folder: at all of it, or at single paths. */
export class Survey {
  readonly #parts: SurveyParts;

  constructor(parts: SurveyParts) {
    this.#parts = parts;
  }

  /**
   * Every item, many at a time; `onFolder` is told each folder that may hold some, after a look at what it holds. Fails
   * with StoreUnavailable when a part of the folder cannot be read: half a folder would look as if the rest were deleted.
   */
  async *items(onFolder: (path: string) => void, signal: AbortSignal): AsyncGenerator<readonly ItemRef[]> {
    const { root, layout, log } = this.#parts;
    const passed = new PassedOver();
    const pace = new Pace();
    // Before the first look, so that whatever is written meanwhile counts as just written.
    const began = nowNs();
    let closed: string | undefined;
    try {
      const options = { chunk: CHUNK, maxDepth: layout.depth, skip: SYSTEM_FOLDERS };
      for await (const chunk of oneAhead(scan(root.at('.'), signal, options))) {
        const refs: ItemRef[] = [];
        for (let index = 0; index < chunk.count; index++) {
          const path = chunk.names[index] ?? '';
          if (closed !== undefined && path.startsWith(closed)) continue;
          const sight = this.#sight(chunk, index, path, passed);
          if (sight === 'item') {
            const status = statusIn(chunk, index);
            const revision = this.#parts.revisions.cheap(status, began);
            const ref = revision === undefined ? await this.#readRef(path) : layout.refOf(path, revision, status.size);
            if (ref !== undefined) refs.push(ref);
          } else if (sight === 'open') onFolder(path);
          else if (sight === 'closed') closed = `${path}/`;
          else if (isLeftover(baseOf(path), chunk.ctimeNs(index), began)) await this.#cleanUp(path);
        }
        yield refs;
        if (pace.over) await pace.turn();
      }
    } catch (error) {
      throw failureOf(error, { doing: 'list', path: root.path });
    }
    passed.tell(root.path, log);
  }

  /** The item at a path now; `folder` when it is one that may hold items, undefined when there is nothing to tell. */
  async look(path: string): Promise<ItemRef | 'folder' | undefined> {
    const { root, layout, revisions } = this.#parts;
    const at = nowNs();
    const status = await root.files.lstat(root.at(path));
    if (status?.isDirectory() === true)
      return path.split('/').every((name) => layout.enters(name)) ? 'folder' : undefined;
    if (status?.isFile() !== true || !layout.holds(path)) return undefined;
    const revision = revisions.cheap(status, at);
    return revision === undefined ? this.#readRef(path) : layout.refOf(path, revision, status.size);
  }

  #sight(chunk: ScanChunk, index: number, path: string, passed: PassedOver): 'item' | 'open' | 'closed' | 'nothing' {
    const { root, layout } = this.#parts;
    const kind = chunk.kind(index);
    const name = baseOf(path);
    const errno = chunk.errno(index);
    if (kind === 'folder') {
      if (!layout.enters(name)) return 'closed';
      if (!chunk.wellFormed(index)) passed.add(path, 'names that are no UTF-8');
      else if (errno === EXDEV) passed.add(path, 'folders where another filesystem is mounted');
      else if (errno === ENAMETOOLONG) passed.add(path, 'folders that lie too deep');
      else if (errno !== 0) throw unreadable(root.full(path), errno);
      else return 'open';
      return 'closed';
    }
    if (!isVisible(name)) return 'nothing';
    if (!chunk.wellFormed(index)) passed.add(path, 'names that are no UTF-8');
    else if (kind === 'symlink') passed.add(path, 'symbolic links');
    else if (kind === 'other') passed.add(path, 'sockets, pipes and devices');
    else if (errno !== 0) throw unreadable(root.full(path), errno);
    // All folders above are open, or the survey would not be here.
    else if (layout.takes(path)) return 'item';
    return 'nothing';
  }

  /** Where the revision needs a look at the content; undefined when the file has gone in the meantime. */
  async #readRef(path: string): Promise<ItemRef | undefined> {
    const { root, layout } = this.#parts;
    const fd = await this.#openIfAllowed(path);
    const status = fd === undefined ? await root.files.lstat(root.at(path)) : await root.files.fstat(fd);
    try {
      if (status?.isFile() !== true) return undefined;
      // What may not be read is there all the same, and so is what somebody is writing: it has no lasting revision yet.
      const revision = fd === undefined ? undefined : await this.#settledRevision(fd, status, path);
      return layout.refOf(path, revision ?? `w.${stamp(status)}`, status.size);
    } finally {
      if (fd !== undefined) await root.files.close(fd);
    }
  }

  async #openIfAllowed(path: string): Promise<number | undefined> {
    try {
      return await this.#parts.root.openFile(path);
    } catch (error) {
      if (codeOf(error instanceof CradleError ? error.cause : error) === 'EACCES') return undefined;
      throw error;
    }
  }

  async #settledRevision(fd: number, status: Status, path: string): Promise<string | undefined> {
    try {
      return await this.#parts.revisions.of(fd, status, nowNs(), this.#parts.root.full(path));
    } catch (error) {
      if (error instanceof CradleError && error.code === 'ItemChanged') return undefined;
      throw error;
    }
  }

  async #cleanUp(path: string): Promise<void> {
    const { root, log } = this.#parts;
    try {
      await root.files.unlink(root.at(path));
      log.info(`removed ${root.full(path)}, which an interrupted sync had left`);
    } catch {
      // Read-only, or gone already.
    }
  }
}

function statusIn(chunk: ScanChunk, index: number): Status {
  return {
    size: BigInt(chunk.size(index)),
    mtimeNs: chunk.mtimeNs(index),
    ctimeNs: chunk.ctimeNs(index),
    ino: chunk.inode(index),
  };
}

function unreadable(path: string, errno: number): CradleError {
  const name = Object.entries(constants.errno).find(([, number]) => number === errno)?.[0] ?? `errno ${errno}`;
  return new CradleError('StoreUnavailable', `${path} cannot be read (${name})`);
}
