import { asCradleError, CradleError } from '../../dbus/errors.js';
import { stopIfCancelled } from '../cancel.js';
import type { Anchor, Edit, Entry, Item, ItemId, ItemRef, Listing, Receipt, Store, StoreInfo } from '../contract.js';
import { withPauses } from '../patience.js';
import { itemOf, type Kept, keepBody, type MemoryCollection } from './collection.js';

/** Milliseconds; nothing waits here for more to come. */
const PATIENCE = 60_000;

/** The reference store: what the conformance suite expects of every other, in the fewest lines. */
export class MemoryStore implements Store {
  readonly info: StoreInfo;
  readonly #collection: MemoryCollection;
  readonly #closing = new AbortController();

  constructor(collection: MemoryCollection) {
    this.#collection = collection;
    this.info = collection.info;
  }

  async list(since: Anchor | undefined, signal: AbortSignal): Promise<Listing> {
    this.#check(signal, 'listing');
    const collection = this.#collection;
    const from = this.#counterOf(since);
    const anchor = `${this.info.identity}@${collection.counter}`;
    const volumes = collection.volumes;
    // Taken at once: what moves while the caller reads belongs to the next listing.
    const present = from === collection.counter ? [] : [...collection.present(from)];
    const gone = from === undefined || from === collection.counter ? [] : [...collection.gone(from)];
    const check = () => this.#check(signal, 'listing');
    async function* entries(): AsyncGenerator<Entry> {
      for (const { ref } of present) {
        check();
        yield { kind: 'present', ref };
      }
      for (const id of gone) yield { kind: 'gone', id };
    }
    return {
      scope: from === undefined ? 'full' : 'delta',
      anchor,
      ...(volumes === undefined ? {} : { volumes }),
      entries: entries(),
    };
  }

  async read(id: ItemId, signal: AbortSignal): Promise<Item | undefined> {
    this.#check(signal, 'reading');
    const kept = this.#collection.kept(id);
    return kept === undefined ? undefined : itemOf(kept);
  }

  async *apply(edits: AsyncIterable<Edit>, signal: AbortSignal): AsyncGenerator<Receipt> {
    this.#check(signal, 'writing');
    if (this.info.readOnly) throw new CradleError('ReadOnly', `${this.info.label} is read-only`);
    const ours = new Set<ItemId>();
    const until = AbortSignal.any([signal, this.#closing.signal]);
    for await (const edit of withPauses(edits, PATIENCE, until)) {
      this.#check(signal, 'writing');
      if (edit !== undefined) yield await this.#one(edit, ours, until);
    }
  }

  watch(signal: AbortSignal): AsyncIterable<void> {
    return this.#collection.moved.watch(AbortSignal.any([signal, this.#closing.signal]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
  }

  async #one(edit: Edit, ours: Set<ItemId>, signal: AbortSignal): Promise<Receipt> {
    const { key } = edit;
    try {
      if (edit.kind === 'remove') {
        if (this.#current(edit.ref) !== undefined) this.#collection.remove(edit.ref.id);
        return { key, outcome: 'removed' };
      }
      const { item, replaces } = edit;
      if (replaces !== undefined) this.#mustBeCurrent(replaces);
      const bytes = await keepBody(item.body, signal);
      this.#check(signal, 'writing');
      // Looked at again: the body may have taken its time.
      if (replaces !== undefined) this.#mustBeCurrent(replaces);
      const twin = replaces === undefined ? this.#twin(item, bytes) : undefined;
      // What this very batch wrote is no duplicate, or two equal items would end as one.
      if (twin !== undefined && !ours.has(twin.ref.id)) return { key, outcome: 'duplicate', ref: twin.ref };
      const { ref } = this.#collection.put(item, bytes, replaces?.id);
      ours.add(ref.id);
      return { key, outcome: 'stored', ref };
    } catch (thrown) {
      const reason = asCradleError(thrown);
      if (reason.code === 'Cancelled') throw reason;
      return { key, outcome: 'refused', reason };
    }
  }

  #twin(item: Item, bytes: Uint8Array): Kept | undefined {
    const kept = item.name === undefined ? undefined : this.#collection.named(item.name);
    return kept !== undefined && Buffer.compare(kept.bytes, bytes) === 0 ? kept : undefined;
  }

  /** The item as it is now; undefined when it is gone. Fails when it is not the revision meant. */
  #current(ref: ItemRef): Kept | undefined {
    const { label } = this.info;
    if (!this.#collection.reachable(ref.volume))
      throw new CradleError('StoreUnavailable', `the volume ${ref.volume} of ${label} is not there`);
    const kept = this.#collection.kept(ref.id);
    if (kept !== undefined && kept.ref.revision !== ref.revision)
      throw new CradleError('ItemChanged', `${ref.name ?? ref.id} in ${label} has changed meanwhile`);
    return kept;
  }

  #mustBeCurrent(ref: ItemRef): void {
    if (this.#current(ref) === undefined)
      throw new CradleError('ItemChanged', `${ref.name ?? ref.id} is no longer in ${this.info.label}`);
  }

  /** The counter an anchor stands for; undefined when only a full listing can tell what happened since. */
  #counterOf(anchor: Anchor | undefined): number | undefined {
    const prefix = `${this.info.identity}@`;
    if (!anchor?.startsWith(prefix)) return undefined;
    const counter = Number(anchor.slice(prefix.length));
    const { horizon, counter: now } = this.#collection;
    return Number.isSafeInteger(counter) && counter >= horizon && counter <= now ? counter : undefined;
  }

  #check(signal: AbortSignal, what: string): void {
    if (this.#closing.signal.aborted) throw new CradleError('StoreUnavailable', `${this.info.label} is closed`);
    stopIfCancelled(signal, `${what} ${this.info.label}`);
  }
}
