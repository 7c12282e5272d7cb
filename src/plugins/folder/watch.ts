import { randomUUID } from 'node:crypto';
import { type FSWatcher, lstatSync, watch as watchFolder } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import type { Log } from '../../hal/log.js';
import { scan } from '../../hal/scan.js';
import type { Anchor } from '../contract.js';
import { Pulse } from '../pulse.js';
import { burst } from './burst.js';
import { isOpen, isVisible, SYSTEM_FOLDERS } from './item-names.js';
import { baseOf } from './subfolders.js';

/** inotify watches a folder may take; a larger tree is surveyed anew at each listing. */
const FOLDERS = 1024;
/** Paths remembered as touched; beyond, the next listing is full. */
const PATHS = 20_000;
/** Milliseconds after which inotify is not believed without a survey: it does not tell of writes through mmap(2). */
const TRUST = 3_600_000;
/** Milliseconds after which new folders are watched too: many often come at once. */
const GROWTH = 200;

/**
 * Knows what has been touched below a folder since any of its anchors, from inotify, without waking until something
 * happens. In doubt it knows nothing, and the listing is a full one.
 */
export class FolderWatch implements Disposable {
  readonly moved = new Pulse();
  readonly #log: Log;
  readonly #depth: number;
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #touched = new Map<string, number>();
  readonly #leave: () => void;
  readonly #ending = new AbortController();
  #path = '';
  #inode = '';
  #epoch = '';
  /** Counts anchors. A touched path carries the count of the last anchor before. */
  #count = 0;
  /** Anchors before this one know too little. */
  #horizon = 1;
  #surveyed = 0;
  #growing = false;
  #failed = false;

  /** `depth`: folders below the root that may hold items. */
  constructor(depth: number, log: Log) {
    this.#depth = depth;
    this.#log = log;
    this.#leave = burst.join(() => this.forget());
  }

  /**
   * Sees to it that every folder is watched; one by its inode, since another may lie at the path since. False when
   * inotify cannot be used here: too many folders, or no watches left.
   */
  async cover(
    root: { readonly path: string; readonly device: bigint; readonly inode: bigint },
    signal: AbortSignal,
  ): Promise<boolean> {
    const inode = `${root.device}:${root.inode}`;
    if (inode !== this.#inode || root.path !== this.#path) this.#start(root.path, inode);
    await this.#addAll(signal);
    return !this.#failed;
  }

  /** Everything that happened before the call has been heard when it settles. */
  async drain(): Promise<void> {
    // The first turn ends the round of the event loop we are in, the second one a whole round with its poll.
    await turn();
    await turn();
  }

  /** Paths that may have changed since; undefined when only a survey can tell. */
  since(
    anchor: Anchor | undefined,
    root: { readonly device: bigint; readonly inode: bigint },
  ): readonly string[] | undefined {
    const [epoch, text = ''] = anchor?.split('.') ?? [];
    const count = Number(text);
    if (epoch === undefined || epoch !== this.#epoch || this.#inode !== `${root.device}:${root.inode}`)
      return undefined;
    if (this.#failed || !(count >= this.#horizon && count <= this.#count)) return undefined;
    if (performance.now() - this.#surveyed > TRUST) return undefined;
    return [...this.#touched].flatMap(([path, at]) => (at >= count ? [path] : []));
  }

  /** An anchor for a listing that begins now; `survey`: one that looks at everything. */
  mint(survey: boolean): Anchor {
    if (survey) this.#surveyed = performance.now();
    return `${this.#epoch}.${++this.#count}`;
  }

  has(folder: string): boolean {
    return this.#watchers.has(folder);
  }

  /** No anchor given so far can be followed any more. */
  forget(): void {
    this.#horizon = this.#count + 1;
    this.#touched.clear();
  }

  [Symbol.dispose](): void {
    this.#ending.abort();
    this.#leave();
    this.#closeBelow('');
    this.moved[Symbol.dispose]();
  }

  #start(path: string, inode: string): void {
    this.#closeBelow('');
    this.forget();
    this.#path = path;
    this.#inode = inode;
    this.#epoch = randomUUID();
    this.#failed = false;
  }

  async #addAll(signal: AbortSignal): Promise<void> {
    const path = this.#path;
    this.#add('');
    if (this.#depth === 0) return;
    let closed: string | undefined;
    for await (const chunk of scan(path, signal, { maxDepth: this.#depth, skip: SYSTEM_FOLDERS }))
      for (let index = 0; index < chunk.count; index++) {
        const folder = chunk.names[index] ?? '';
        if (chunk.kind(index) !== 'folder' || (closed !== undefined && folder.startsWith(closed))) continue;
        if (isOpen(baseOf(folder)) && chunk.wellFormed(index) && chunk.errno(index) === 0) this.#add(folder);
        else closed = `${folder}/`;
        if (this.#failed || path !== this.#path) return;
      }
  }

  #add(folder: string): void {
    if (this.#failed || this.#watchers.has(folder)) return;
    if (this.#watchers.size >= FOLDERS) {
      this.#fail(`it holds more than ${FOLDERS} folders`);
      return;
    }
    try {
      const options = { persistent: false, encoding: 'buffer' } as const;
      const watcher = watchFolder(`${this.#path}/${folder}`, options, (event, name) => this.#hear(folder, event, name));
      watcher.on('error', (error) => this.#fail(error.message));
      this.#watchers.set(folder, watcher);
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  #hear(folder: string, event: string, bytes: Buffer | null): void {
    burst.event();
    if (bytes === null) {
      this.forget();
      return;
    }
    const name = bytes.toString('utf8');
    // Names that are no UTF-8 are no items.
    if (!isVisible(name) || name.includes('\ufffd')) return;
    const path = folder === '' ? name : `${folder}/${name}`;
    if (event === 'rename' && this.#depth > 0) this.#hearOfFolder(path);
    this.#touched.set(path, this.#count);
    if (this.#touched.size > PATHS) this.forget();
    this.moved.fire();
  }

  /** A folder that comes brings files that nobody tells of, and one that goes takes them along. */
  #hearOfFolder(path: string): void {
    if (this.#watchers.has(path)) this.#closeBelow(path);
    else if (lstatSync(`${this.#path}/${path}`, { throwIfNoEntry: false })?.isDirectory() !== true) return;
    this.forget();
    if (this.#growing || this.#failed) return;
    this.#growing = true;
    setTimeout(() => this.#grow(), GROWTH).unref();
  }

  #grow(): void {
    this.#growing = false;
    if (this.#ending.signal.aborted) return;
    this.#addAll(this.#ending.signal).then(
      // What has come to the new folders before they were watched is news too.
      () => this.moved.fire(),
      (error: unknown) => this.#log.debug(`${this.#path} could not be looked through: ${String(error)}`),
    );
  }

  #closeBelow(folder: string): void {
    for (const [path, watcher] of this.#watchers)
      if (folder === '' || path === folder || path.startsWith(`${folder}/`)) {
        watcher.close();
        this.#watchers.delete(path);
      }
  }

  #fail(reason: string): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#closeBelow('');
    this.forget();
    this.#log.info(`${this.#path} is not watched: ${reason}`);
  }
}
