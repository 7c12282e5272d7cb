import { randomUUID } from 'node:crypto';
import { type FSWatcher, lstatSync, watch as watchFolder } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import type { Log } from '../../hal/log.js';
import { scan } from '../../hal/scan.js';
import type { Anchor } from '../contract.js';
import { Pulse } from '../pulse.js';
import { burst } from './burst.js';
import { isOpen, isVisible, SYSTEM_FOLDERS } from './item-names.js';
import { mayBeSince, nowNs } from './revision.js';
import { baseOf } from './subfolders.js';

/** inotify watches a folder may take; a larger tree is surveyed anew at each listing. */
const FOLDERS = 1024;
/** Paths remembered as touched; beyond, the next listing is full. */
const PATHS = 20_000;
/** Milliseconds after which inotify is not believed without a survey: it does not tell of writes through mmap(2). */
const TRUST = 3_600_000;
/** Milliseconds by which clocks may drift apart without one of them having been set. */
const CLOCK_STEP = 5;
/** Milliseconds after which new folders are watched too: many often come at once. */
const GROWTH = 200;

/** The directory that is watched; another one may lie at its path since. */
interface Place {
  readonly path: string;
  readonly device: bigint;
  readonly inode: bigint;
}

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
  /** A survey met folders that were not watched yet; nobody told of what happened in them after it had begun. */
  #unheard: Moment | undefined;
  #settling: Promise<void> | undefined;
  #surveyed = 0;
  /** Folders that came and are not watched yet. */
  readonly #newcomers = new Set<string>();
  #failed = false;

  /** `depth`: folders below the root that may hold items. */
  constructor(depth: number, log: Log) {
    this.#depth = depth;
    this.#log = log;
    this.#leave = burst.join(() => this.#forget());
  }

  /** Listens at the root, and gives the anchor of a survey that begins now; undefined where inotify cannot be used. */
  begin(place: Place): Anchor | undefined {
    this.#take(place);
    this.#watch('');
    return this.#failed ? undefined : this.mint();
  }

  /** A survey that began then met this folder. */
  meet(folder: string, began: Moment): void {
    if (this.#failed || this.#watchers.has(folder)) return;
    if (this.#unheard === undefined || began.ns < this.#unheard.ns) this.#unheard = began;
    this.#watch(folder);
  }

  /** A survey has come to its end. */
  surveyed(): void {
    this.#surveyed = performance.now();
    void this.#settle();
  }

  /** An anchor for a listing that begins now. */
  mint(): Anchor {
    return `${this.#epoch}.${++this.#count}`;
  }

  has(folder: string): boolean {
    return this.#watchers.has(folder);
  }

  /** Paths that may have changed since; undefined when only a survey can tell. */
  async since(anchor: Anchor, place: Place): Promise<readonly string[] | undefined> {
    const [epoch, text = ''] = anchor.split('.');
    if (epoch !== this.#epoch || inodeOf(place) !== this.#inode) return undefined;
    await this.#settle();
    // What has happened up to here is heard after two turns: the first ends the round of the event loop that we are in,
    // the second is a whole round with its poll.
    await turn();
    await turn();
    const count = Number(text);
    if (this.#failed || !(count >= this.#horizon && count <= this.#count)) return undefined;
    if (performance.now() - this.#surveyed > TRUST) return undefined;
    return [...this.#touched].flatMap(([path, at]) => (at >= count ? [path] : []));
  }

  /** Sees to it that every folder is watched, for those who only want to know that something moved. */
  async cover(place: Place, signal: AbortSignal): Promise<void> {
    this.#take(place);
    await this.#addBelow('', signal);
  }

  [Symbol.dispose](): void {
    this.#ending.abort();
    this.#leave();
    this.#closeBelow('');
    this.moved[Symbol.dispose]();
  }

  #take(place: Place): void {
    const inode = inodeOf(place);
    if (inode === this.#inode && place.path === this.#path) return;
    this.#closeBelow('');
    this.#forget();
    this.#path = place.path;
    this.#inode = inode;
    this.#epoch = randomUUID();
    this.#failed = false;
  }

  /** No anchor given so far can be followed any more. */
  #forget(): void {
    this.#horizon = this.#count + 1;
    this.#touched.clear();
    this.#unheard = undefined;
  }

  /** Looks for what happened in folders before they were watched. */
  #settle(): Promise<void> {
    if (this.#unheard !== undefined)
      this.#settling ??= this.#lookBack(this.#unheard)
        .catch(() => this.#forget())
        .finally(() => {
          this.#settling = undefined;
        });
    return this.#settling ?? Promise.resolve();
  }

  async #lookBack(began: Moment): Promise<void> {
    // A clock that was set in between makes the times of files say nothing.
    if (Math.abs(moment().offset - began.offset) > CLOCK_STEP) {
      this.#forget();
      return;
    }
    for await (const { path, isFolder, ctimeNs } of this.#sights('', this.#ending.signal)) {
      if (!isFolder) {
        if (mayBeSince(ctimeNs, began.ns)) this.#touched.set(path, this.#count);
      } else if (!this.#watchers.has(path) || mayBeSince(ctimeNs, began.ns)) {
        // Names came or went, and nobody knows which.
        this.#watch(path);
        this.#forget();
      }
    }
    if (this.#unheard === began) this.#unheard = undefined;
  }

  async #addBelow(folder: string, signal: AbortSignal): Promise<void> {
    if (folder === '') this.#watch('');
    else this.#meetLate(folder);
    if (this.#depth === 0) return;
    for await (const { path, isFolder } of this.#sights(folder, signal)) if (isFolder) this.#meetLate(path);
  }

  /** Watches a folder that no survey met, so that nobody knows what happened in it before. */
  #meetLate(folder: string): void {
    if (this.#failed || this.#watchers.has(folder)) return;
    this.#watch(folder);
    this.#forget();
  }

  /** What is below a folder and may be told of. */
  async *#sights(folder: string, signal: AbortSignal): AsyncGenerator<Sight> {
    const root = this.#path;
    const above = folder === '' ? '' : `${folder}/`;
    let closed: string | undefined;
    for await (const chunk of scan(`${root}/${folder}`, signal, { maxDepth: this.#depth, skip: SYSTEM_FOLDERS }))
      for (let index = 0; index < chunk.count && root === this.#path; index++) {
        const path = above + (chunk.names[index] ?? '');
        if (closed !== undefined && path.startsWith(closed)) continue;
        const isFolder = chunk.kind(index) === 'folder';
        const open = chunk.wellFormed(index) && (isFolder ? isOpen : isVisible)(baseOf(path));
        if (open && chunk.errno(index) === 0) yield { path, isFolder, ctimeNs: chunk.ctimeNs(index) };
        else if (isFolder) closed = `${path}/`;
      }
  }

  #watch(folder: string): void {
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
      this.#forget();
      return;
    }
    const name = bytes.toString('utf8');
    // Names that are no UTF-8 are no items.
    if (!isVisible(name) || name.includes('\ufffd')) return;
    const path = folder === '' ? name : `${folder}/${name}`;
    if (event === 'rename' && this.#depth > 0) this.#hearOfFolder(path);
    this.#touched.set(path, this.#count);
    if (this.#touched.size > PATHS) this.#forget();
    this.moved.fire();
  }

  /** A folder that comes brings files that nobody tells of, and one that goes takes them along. */
  #hearOfFolder(path: string): void {
    if (this.#watchers.has(path)) this.#closeBelow(path);
    else if (lstatSync(`${this.#path}/${path}`, { throwIfNoEntry: false })?.isDirectory() !== true) return;
    this.#forget();
    // The next listing meets it; only those who listen for news cannot wait.
    if (!this.moved.watched || this.#failed) return;
    if (this.#newcomers.size === 0) setTimeout(() => void this.#grow(), GROWTH).unref();
    this.#newcomers.add(path);
  }

  async #grow(): Promise<void> {
    const newcomers = [...this.#newcomers];
    this.#newcomers.clear();
    const { signal } = this.#ending;
    try {
      for (const folder of newcomers) if (!signal.aborted) await this.#addBelow(folder, signal);
    } catch (error) {
      this.#log.debug(`a new folder in ${this.#path} could not be looked through: ${String(error)}`);
    }
    // What has come to the new folders before they were watched is news too.
    this.moved.fire();
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
    this.#forget();
    this.#log.info(`${this.#path} is not watched: ${reason}`);
  }
}

interface Sight {
  readonly path: string;
  readonly isFolder: boolean;
  readonly ctimeNs: bigint;
}

const inodeOf = ({ device, inode }: Place): string => `${device}:${inode}`;

/** Now, and how far the clock on the wall is from the one that is never set. */
export interface Moment {
  /** Nanoseconds since the epoch. */
  readonly ns: bigint;
  /** Milliseconds. */
  readonly offset: number;
}

export const moment = (): Moment => ({ ns: nowNs(), offset: Date.now() - performance.now() });
