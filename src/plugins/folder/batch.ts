import { constants } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Edit, Receipt } from '../contract.js';
import { failureOf } from './failures.js';
import { type BatchParts, type Placed, Placement } from './placement.js';
import { nowNs, SETTLING_MS, sameContent, stamp } from './revision.js';
import { discard, type Staged, stagedAt } from './staging.js';
import { baseOf, parentOf } from './subfolders.js';

/** Edits, bytes and folders of a batch: enough that one flush of the disk serves many, few enough to lose in a power cut. */
const EDITS = 512;
const BYTES = 32 * 1024 * 1024;
const FOLDERS = 64;
/** Up to this many files are flushed by themselves rather than with all that the disk has waiting. */
const FEW = 4;

type Remove = Extract<Edit, { kind: 'remove' }>;
type Work = { readonly kind: 'put'; readonly staged: Staged } | { readonly kind: 'remove'; readonly edit: Remove };

/**
 * Edits that become durable together: contents are on the disk before a name shows them, and names are on the disk before
 * a receipt tells of them.
 */
export class Batch {
  readonly #parts: BatchParts;
  readonly #placement: Placement;
  #work: Work[] = [];
  #bytes = 0;
  readonly #removed = new Set<string>();
  /** Folders that may go with what is removed from them. */
  readonly #leaving = new Set<string>();

  constructor(parts: BatchParts) {
    this.#parts = parts;
    this.#placement = new Placement(parts);
  }

  get empty(): boolean {
    return this.#work.length === 0;
  }

  get full(): boolean {
    return this.#work.length >= EDITS || this.#bytes >= BYTES || this.#parts.folders.size >= FOLDERS;
  }

  /** Whether a removal in this batch must be done before something can be staged at the path: a file becomes a folder. */
  blocks(path: string | undefined): boolean {
    if (path === undefined || this.#removed.size === 0) return false;
    if (this.#leaving.has(path)) return true;
    for (let above = parentOf(path); above !== ''; above = parentOf(above)) if (this.#removed.has(above)) return true;
    return false;
  }

  put(staged: Staged): void {
    this.#work.push({ kind: 'put', staged });
    this.#bytes += Number(staged.status.size);
  }

  remove(edit: Remove): void {
    this.#work.push({ kind: 'remove', edit });
    this.#removed.add(edit.ref.id);
    for (let above = parentOf(edit.ref.id); above !== ''; above = parentOf(above)) this.#leaving.add(above);
  }

  /** Gives up what was staged; nothing of it was visible yet. */
  async discard(): Promise<void> {
    const work = this.#take();
    await this.#tidy(work);
    await this.#dropEmpty(this.#parts.folders.made);
    await this.#parts.folders.clear();
  }

  /** Makes everything visible and durable, in the order it came. Throws what concerns the whole store. */
  async commit(): Promise<readonly Receipt[]> {
    const work = this.#take();
    try {
      await this.#parts.root.check();
      await this.#flushContents(work);
      const placed = await this.#perform(work);
      const touched = await this.#touched(placed);
      const since = performance.now();
      await this.#flushNames(touched);
      // Past the tick of the rename a revision need not look at the content.
      if (this.#parts.root.filesystem.lasting) await pause(Math.max(0, SETTLING_MS - (performance.now() - since)));
      const receipts: Receipt[] = [];
      for (const one of placed) receipts.push(await this.#receipt(one));
      return receipts;
    } catch (error) {
      throw failureOf(error, { doing: 'write', path: this.#parts.root.path });
    } finally {
      await this.#tidy(work);
      await this.#parts.folders.clear();
    }
  }

  async #tidy(work: readonly Work[]): Promise<void> {
    for (const one of work)
      if (one.kind === 'put') await discard(this.#parts.root, one.staged.folder, one.staged.temporary);
  }

  #take(): readonly Work[] {
    const work = this.#work;
    this.#work = [];
    this.#bytes = 0;
    this.#removed.clear();
    this.#leaving.clear();
    return work;
  }

  /** New names side by side, since each waits for the thread pool; all else one after the other. */
  async #perform(work: readonly Work[]): Promise<readonly Placed[]> {
    const placed: Placed[] = [];
    let run = new Map<string, Staged>();
    const place = async () => {
      placed.push(...(await this.#placement.create([...run.values()])));
      run = new Map();
    };
    for (const one of work) {
      const path = one.kind === 'put' ? one.staged.path : one.edit.ref.id;
      const isNew = one.kind === 'put' && one.staged.replaces === undefined;
      if (!isNew || run.has(path.toLowerCase())) await place();
      if (isNew) run.set(path.toLowerCase(), one.staged);
      else
        placed.push(
          await (one.kind === 'put' ? this.#placement.replace(one.staged) : this.#placement.remove(one.edit)),
        );
    }
    await place();
    return placed;
  }

  async #flushContents(work: readonly Work[]): Promise<void> {
    const staged = work.flatMap((one) => (one.kind === 'put' ? [one.staged] : []));
    if (staged.length > FEW) await this.#parts.root.files.syncAll(this.#parts.root.fd);
    else for (const one of staged) await this.#flushFile(stagedAt(one));
  }

  async #flushFile(path: string): Promise<void> {
    const { files } = this.#parts.root;
    const fd = await files.open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      await files.sync(fd);
    } finally {
      await files.close(fd);
    }
  }

  /** The folders whose names have changed. */
  async #touched(placed: readonly Placed[]): Promise<ReadonlySet<string>> {
    const touched = new Set<string>();
    const emptied = new Set<string>();
    for (const one of placed) {
      if (one.outcome === 'stored' || one.outcome === 'removed') touched.add(parentOf(one.path));
      if (one.outcome === 'removed') emptied.add(parentOf(one.path));
    }
    for (const made of this.#parts.folders.made) touched.add(parentOf(made));
    for (const parent of await this.#dropEmpty(emptied)) touched.add(parent);
    return touched;
  }

  async #flushNames(touched: ReadonlySet<string>): Promise<void> {
    const { root, folders } = this.#parts;
    if (touched.size > FEW) return root.files.syncAll(root.fd);
    for (const path of touched) {
      const folder = await folders.open(path, false);
      if (folder !== undefined) await root.files.sync(folder.fd);
    }
  }

  /** Takes away the folders that hold nothing any more, and those above them; gives their parents. */
  async #dropEmpty(paths: Iterable<string>): Promise<readonly string[]> {
    const { root, folders } = this.#parts;
    const parents: string[] = [];
    const deepestFirst = [...paths].sort((a, b) => b.split('/').length - a.split('/').length);
    for (let path = deepestFirst.shift(); path !== undefined; path = deepestFirst.shift()) {
      if (path === '') continue;
      try {
        const parent = await folders.open(parentOf(path), false);
        if (parent === undefined) continue;
        await root.files.rmdir(parent.at(baseOf(path)));
        parents.push(parent.path);
        deepestFirst.push(parent.path);
      } catch {
        // Something else is in it, or it is not ours to remove.
      }
    }
    return parents;
  }

  async #receipt(placed: Placed): Promise<Receipt> {
    if (placed.outcome === 'told') return placed.receipt;
    if (placed.outcome === 'removed') return { key: placed.key, outcome: 'removed' };
    const { layout } = this.#parts;
    const { staged, path } = placed;
    const ref = layout.refOf(path, await this.#revision(staged, path), staged.status.size);
    return { key: staged.key, outcome: 'stored', ref };
  }

  /** Of what we wrote, even when somebody has changed it since: then the next listing shows another one. */
  async #revision(staged: Staged, path: string): Promise<string> {
    const { root, revisions } = this.#parts;
    const at = nowNs();
    const status = await root.files.lstat(staged.folder.at(baseOf(path)));
    if (status === undefined || !sameContent(staged.status, status, root.filesystem)) return stamp(staged.status);
    const cheap = revisions.cheap(status, at);
    if (cheap !== undefined) return cheap;
    const fd = await root.openFile(path);
    if (fd === undefined) return stamp(staged.status);
    try {
      return await revisions.of(fd, status, at, root.full(path), staged.digest);
    } finally {
      await root.files.close(fd);
    }
  }
}
