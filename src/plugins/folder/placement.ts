import { CradleError } from '../../dbus/errors.js';
import type { Edit, ItemRef, Receipt } from '../contract.js';
import { failureOf, stopsTheStore } from './failures.js';
import { codeOf } from './files.js';
import { numbered } from './item-names.js';
import type { Layout } from './layout.js';
import { nowNs, type Revisions, sameContent } from './revision.js';
import type { Root } from './root.js';
import { type Staged, stagedAt } from './staging.js';
import { baseOf, parentOf, type Subfolder, type Subfolders } from './subfolders.js';
import { TemporaryName } from './temporary.js';

/** Names tried beside one that is taken. */
const NAMES = 1000;
const CHUNK = 1024 * 1024;

type Remove = Extract<Edit, { kind: 'remove' }>;

export interface BatchParts {
  readonly root: Root;
  readonly layout: Layout;
  readonly revisions: Revisions;
  readonly folders: Subfolders;
  /** Paths this apply has written: what lies there is no duplicate, or two equal items would end as one. */
  readonly ours: Set<string>;
}

/** What became of an edit; `stored` and `removed` wait for the disk before they are told. */
export type Placed =
  | { readonly outcome: 'stored'; readonly path: string; readonly staged: Staged }
  | { readonly outcome: 'removed'; readonly path: string; readonly key: number }
  | { readonly outcome: 'told'; readonly receipt: Receipt };

/** Gives what was staged its name and takes away what is to go, never over something that nobody knew of. */
export class Placement {
  readonly #parts: BatchParts;

  constructor(parts: BatchParts) {
    this.#parts = parts;
  }

  /** New items, their paths all different. A name that is taken is left alone: the item gets one beside it. */
  async create(run: readonly Staged[]): Promise<readonly Placed[]> {
    const tries = await Promise.allSettled(run.map((staged) => this.#name(staged, staged.path)));
    const placed: Placed[] = [];
    for (const [index, staged] of run.entries()) {
      const tried = tries[index];
      if (tried?.status === 'fulfilled') placed.push({ outcome: 'stored', path: staged.path, staged });
      else placed.push(await this.#guard(staged.key, staged.path, () => this.#beside(staged, tried?.reason)));
    }
    return placed;
  }

  async replace(staged: Staged): Promise<Placed> {
    const { path, replaces, key } = staged;
    return this.#guard(key, path, async () => {
      if (replaces !== undefined && !(await this.#isStill(replaces)))
        throw new CradleError('ItemChanged', `${this.#parts.root.full(path)} is not there any more`);
      await this.#parts.root.files.rename(stagedAt(staged), staged.folder.at(baseOf(path)));
      return this.#stored(staged, path);
    });
  }

  async remove({ key, ref }: Remove): Promise<Placed> {
    return this.#guard(key, ref.id, async () => {
      const { root, folders } = this.#parts;
      const gone: Placed = { outcome: 'told', receipt: { key, outcome: 'removed' } };
      const folder = await folders.open(parentOf(ref.id), false);
      if (folder === undefined || !(await this.#isStill(ref))) return gone;
      const before = await root.files.lstat(folder.at(baseOf(ref.id)));
      if (before === undefined) return gone;
      using aside = new TemporaryName();
      await root.files.rename(folder.at(baseOf(ref.id)), folder.at(aside.name));
      // Out of sight now: what was saved over it a moment ago is seen here, and put back.
      const moved = await root.files.lstat(folder.at(aside.name));
      if (moved !== undefined && !sameContent(before, moved, root.filesystem)) {
        await this.#putBack(folder, aside.name, ref.id);
        throw this.#changed(ref);
      }
      await root.files.unlink(folder.at(aside.name));
      return { outcome: 'removed', path: ref.id, key };
    });
  }

  async #guard(key: number, path: string, work: () => Promise<Placed>): Promise<Placed> {
    try {
      return await work();
    } catch (error) {
      const reason = failureOf(error, { doing: 'write', path: this.#parts.root.full(path) });
      if (stopsTheStore(reason)) throw reason;
      return { outcome: 'told', receipt: { key, outcome: 'refused', reason } };
    }
  }

  async #name(staged: Staged, path: string): Promise<void> {
    await this.#parts.root.files.renameNew(stagedAt(staged), staged.folder.at(baseOf(path)));
    staged.temporary[Symbol.dispose]();
    this.#parts.ours.add(path);
  }

  #stored(staged: Staged, path: string): Placed {
    staged.temporary[Symbol.dispose]();
    this.#parts.ours.add(path);
    return { outcome: 'stored', path, staged };
  }

  /** For a name that is taken: the same content is a duplicate, another one stays beside it. */
  async #beside(staged: Staged, reason: unknown): Promise<Placed> {
    const { layout, ours, root } = this.#parts;
    if (codeOf(reason) !== 'EEXIST') throw reason;
    for (let n = 1; n <= NAMES; n++) {
      const path = n === 1 ? staged.path : numbered(staged.path, n, layout.filesystem);
      try {
        // The first try may be over already: who took the name can have left again.
        await this.#name(staged, path);
        return { outcome: 'stored', path, staged };
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error;
      }
      const twin = ours.has(path) ? undefined : await this.#twin(staged, path);
      if (twin !== undefined) return { outcome: 'told', receipt: { key: staged.key, outcome: 'duplicate', ref: twin } };
    }
    throw new CradleError('InvalidItem', `${root.full(staged.path)} and ${NAMES} names beside it are taken`);
  }

  /** The item at this very path when it has the content that was staged. */
  async #twin(staged: Staged, path: string): Promise<ItemRef | undefined> {
    const { root, layout, revisions } = this.#parts;
    const { files } = root;
    if (!layout.holds(path)) return undefined;
    // A filesystem without case opens a name that is not quite this one.
    if (root.filesystem.names === 'fat' && !(await files.readdir(staged.folder.at('.'))).includes(baseOf(path)))
      return undefined;
    const fd = await root.openFile(path);
    if (fd === undefined) return undefined;
    try {
      const status = await files.fstat(fd);
      if (!status.isFile() || status.size !== staged.status.size) return undefined;
      if (!(await this.#sameBytes(fd, stagedAt(staged)))) return undefined;
      return layout.refOf(path, await revisions.of(fd, status, nowNs(), root.full(path)), status.size);
    } finally {
      await files.close(fd);
    }
  }

  async #sameBytes(left: number, path: string): Promise<boolean> {
    const { files } = this.#parts.root;
    const right = await files.open(path, 0);
    const [a, b] = [Buffer.allocUnsafe(CHUNK), Buffer.allocUnsafe(CHUNK)];
    try {
      for (let at = 0; ; ) {
        const read = await files.read(left, a, 0, CHUNK, at);
        const same = await files.read(right, b, 0, CHUNK, at);
        if (read !== same || Buffer.compare(a.subarray(0, read), b.subarray(0, read)) !== 0) return false;
        if (read === 0) return true;
        at += read;
      }
    } finally {
      await files.close(right);
    }
  }

  /** False when the item is gone; fails with ItemChanged when it is another revision. */
  async #isStill(ref: ItemRef): Promise<boolean> {
    const { root, revisions } = this.#parts;
    const fd = await root.openFile(ref.id);
    if (fd === undefined) return false;
    try {
      const status = await root.files.fstat(fd);
      if (!status.isFile()) return false;
      if (await revisions.holds(ref.revision, fd, status, root.full(ref.id))) return true;
      throw this.#changed(ref);
    } finally {
      await root.files.close(fd);
    }
  }

  async #putBack(folder: Subfolder, hidden: string, path: string): Promise<void> {
    for (let n = 1; n <= NAMES; n++) {
      const name = n === 1 ? path : numbered(path, n, this.#parts.root.filesystem);
      try {
        return await this.#parts.root.files.renameNew(folder.at(hidden), folder.at(baseOf(name)));
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error;
      }
    }
  }

  #changed(ref: ItemRef): CradleError {
    return new CradleError('ItemChanged', `${this.#parts.root.full(ref.id)} has changed meanwhile`);
  }
}
