import { CradleError } from '../../dbus/errors.js';
import type { Log } from '../../hal/log.js';
import { stopIfCancelled } from '../cancel.js';
import type { Anchor, Edit, Entry, Item, ItemId, Listing, Receipt, Store, StoreInfo } from '../contract.js';
import { flat } from '../flat.js';
import { InUse } from '../in-use.js';
import { quoted } from './item-names.js';
import { Layout } from './layout.js';
import { Pace } from './pace.js';
import { Reader } from './reader.js';
import { Revisions } from './revision.js';
import type { Root } from './root.js';
import { Survey } from './survey.js';
import { type FolderWatch, type Moment, moment } from './watch.js';
import { Writer } from './writer.js';

export interface FolderParts {
  readonly info: StoreInfo;
  /** The store closes it. */
  readonly root: Root;
  /** Shared by all stores of one folder, and outliving them; without it every listing is full. */
  readonly watch?: FolderWatch;
  /** Bytes that must stay free. */
  readonly reserve: number;
  readonly log: Log;
}

/** Nothing is known of what happens after it. */
const NO_ANCHOR: Anchor = 'none';

/** A directory as a store: one file an item, its path the id. */
export class FolderStore implements Store {
  readonly info: StoreInfo;
  /** Only where inotify tells all that happens, and ctime what happened before it listened. */
  readonly watch?: (signal: AbortSignal) => AsyncIterable<void>;
  readonly #root: Root;
  readonly #watch: FolderWatch | undefined;
  readonly #layout: Layout;
  readonly #reader: Reader;
  readonly #survey: Survey;
  readonly #writer: Writer;
  readonly #closing = new AbortController();
  readonly #use = new InUse();

  constructor({ info, root, watch, reserve, log }: FolderParts) {
    this.info = info;
    this.#root = root;
    if (watch !== undefined && root.filesystem.local && root.filesystem.lasting) {
      this.#watch = watch;
      this.watch = (signal) => this.#pulses(watch, signal);
    }
    const revisions = new Revisions(root.filesystem, root.files);
    const layout = new Layout(info.contentTypes, root.filesystem);
    this.#layout = layout;
    this.#reader = new Reader(root, layout, revisions);
    this.#survey = new Survey({ root, layout, revisions, log });
    this.#writer = new Writer({ root, layout, revisions, reserve });
  }

  async list(since: Anchor | undefined, signal: AbortSignal): Promise<Listing> {
    this.#check(signal, 'listing');
    return this.#use.run(async () => {
      await this.#root.check();
      return (await this.#delta(since, signal)) ?? this.#full(signal);
    });
  }

  async read(id: ItemId, signal: AbortSignal): Promise<Item | undefined> {
    this.#check(signal, 'reading');
    if (id.split('/').includes('..') || id.includes('\0') || id.startsWith('/'))
      throw new CradleError('InvalidItem', `${quoted(id)} leads out of ${this.#root.path}`);
    if (!this.#layout.holds(id)) return undefined;
    return this.#use.run(() => this.#reader.read(id, signal));
  }

  apply(edits: AsyncIterable<Edit>, signal: AbortSignal): AsyncIterable<Receipt> {
    return this.#use.iterate(this.#apply(edits, signal));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    await this.#use.idle();
    await this.#root[Symbol.asyncDispose]();
  }

  #pulses(watch: FolderWatch, signal: AbortSignal): AsyncIterable<void> {
    const until = AbortSignal.any([signal, this.#closing.signal]);
    const pulses = watch.moved.watch(until);
    // Where it cannot be covered there is nothing to tell; the log says so.
    const covered = this.#use.run(() => watch.cover(this.#root, until)).catch(() => false);
    return after(covered, pulses);
  }

  async *#apply(edits: AsyncIterable<Edit>, signal: AbortSignal): AsyncGenerator<Receipt> {
    this.#check(signal, 'writing');
    if (this.info.readOnly) throw new CradleError('ReadOnly', `${this.#root.path} is read-only`);
    const until = AbortSignal.any([signal, this.#closing.signal]);
    yield* this.#writer.apply(edits, until);
  }

  /** What was touched since the anchor; undefined when only a survey can tell. */
  async #delta(since: Anchor | undefined, signal: AbortSignal): Promise<Listing | undefined> {
    const watch = this.#watch;
    if (watch === undefined || since === undefined) return undefined;
    const touched = await watch.since(since, this.#root);
    if (touched === undefined) return undefined;
    const anchor = watch.mint();
    const entries: Entry[] = [];
    const pace = new Pace();
    for (const path of touched) {
      stopIfCancelled(signal, `listing ${this.#root.path}`);
      const found = await this.#survey.look(path);
      // A folder nobody watches yet: what is in it is unknown.
      if (found === 'folder' && !watch.has(path)) return undefined;
      if (found === undefined && this.#layout.holds(path)) entries.push({ kind: 'gone', id: path });
      else if (found !== undefined && found !== 'folder') entries.push({ kind: 'present', ref: found });
      if (pace.over) await pace.turn();
    }
    return { scope: 'delta', anchor, entries: each(entries) };
  }

  #full(signal: AbortSignal): Listing {
    // From here on everything is heard, so that nothing falls between this listing and the next.
    const began = moment();
    const anchor = this.#watch?.begin(this.#root) ?? NO_ANCHOR;
    const entries = flat(this.#entries(began, signal), () => this.#check(signal, 'listing'));
    return { scope: 'full', anchor, entries };
  }

  async *#entries(began: Moment, signal: AbortSignal): AsyncGenerator<readonly Entry[]> {
    const until = AbortSignal.any([signal, this.#closing.signal]);
    const onFolder = (path: string) => this.#watch?.meet(path, began);
    for await (const refs of this.#use.iterate(this.#survey.items(onFolder, until)))
      yield refs.map((ref) => ({ kind: 'present', ref }));
    this.#watch?.surveyed();
  }

  #check(signal: AbortSignal, what: string): void {
    if (this.#closing.signal.aborted) throw new CradleError('StoreUnavailable', `${this.info.label} is closed`);
    stopIfCancelled(signal, `${what} ${this.#root.path}`);
  }
}

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

async function* after(ready: Promise<unknown>, pulses: AsyncIterable<void>): AsyncGenerator<void> {
  await ready;
  yield* pulses;
}
