import { CradleError } from '../../dbus/errors.js';
import { sizeOf } from '../body.js';
import { stopIfCancelled } from '../cancel.js';
import type { Anchor, Edit, Entry, Item, ItemId, Listing, Receipt, Store, StoreInfo } from '../contract.js';
import { quoted } from '../folder/item-names.js';
import type { Shelf } from './shelf.js';
import { Target } from './target.js';

/** An edit and the shelf it is for. */
type Routed =
  | { readonly shelf: Shelf; readonly edit: Edit }
  | { readonly shelf?: undefined; readonly refused: Receipt };

/** A store of a device: the same folders on each of its volumes. Every listing is full. */
export class StorageStore implements Store {
  readonly info: StoreInfo;
  readonly #shelves: readonly Shelf[];
  readonly #closing = new AbortController();

  constructor(info: StoreInfo, shelves: readonly Shelf[]) {
    this.info = info;
    this.#shelves = shelves;
  }

  async list(_since: Anchor | undefined, signal: AbortSignal): Promise<Listing> {
    this.#check(signal);
    const volumes = new Set(this.#shelves.map((shelf) => shelf.volume.key));
    return { scope: 'full', anchor: 'none', volumes, entries: this.#entries(this.#until(signal)) };
  }

  async read(id: ItemId, signal: AbortSignal): Promise<Item | undefined> {
    this.#check(signal);
    const shelf = this.#shelfOf(id);
    if (shelf === undefined) throw this.#elsewhere(id);
    return shelf.read(id, signal);
  }

  async *apply(edits: AsyncIterable<Edit>, signal: AbortSignal): AsyncGenerator<Receipt> {
    this.#check(signal);
    if (this.info.readOnly) throw new CradleError('ReadOnly', `${this.info.label} is read-only`);
    const iterator = edits[Symbol.asyncIterator]();
    const target = new Target(this.#shelves);
    const next = () => this.#route(iterator, target);
    try {
      for (let routed = await next(); routed !== undefined; ) {
        const { shelf } = routed;
        if (shelf === undefined) {
          yield routed.refused;
          routed = await next();
          continue;
        }
        // Edits for one shelf go in one apply; what is not for this shelf ends it.
        const run = new Run(shelf, routed.edit, next);
        yield* shelf.apply(run.edits(), this.#until(signal));
        routed = run.following;
      }
    } finally {
      // Not awaited: a source that is stuck cannot be made to end.
      iterator.return?.()?.catch(() => undefined);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    for (const shelf of this.#shelves) await shelf[Symbol.asyncDispose]();
  }

  async *#entries(signal: AbortSignal): AsyncGenerator<Entry> {
    for (const shelf of this.#shelves) yield* shelf.entries(signal);
    this.#check(signal);
    // A medium that went meanwhile must not look like an empty one.
    for (const { volume } of this.#shelves)
      if (!(await volume.alive()))
        throw new CradleError('NotConnected', `${volume.root.path} is gone: the device was unplugged`);
  }

  async #route(iterator: AsyncIterator<Edit>, target: Target): Promise<Routed | undefined> {
    const result = await iterator.next();
    if (result.done === true) return undefined;
    const edit = result.value;
    const over = edit.kind === 'remove' ? edit.ref : edit.replaces;
    const shelf = over === undefined ? await target.choose(bytesOf(edit)) : this.#shelfOf(over.id);
    if (shelf !== undefined) return { shelf, edit };
    const reason = over === undefined ? this.#nowhere() : this.#elsewhere(over.id);
    return { refused: { key: edit.key, outcome: 'refused', reason } };
  }

  #shelfOf(id: ItemId): Shelf | undefined {
    return this.#shelves.find((shelf) => id.startsWith(shelf.prefix));
  }

  #elsewhere(id: ItemId): CradleError {
    return new CradleError('NotFound', `${quoted(id)} lies on no volume of ${this.info.label} that is there now`);
  }

  #nowhere(): CradleError {
    return new CradleError('ReadOnly', `no volume of ${this.info.label} can be written`);
  }

  #until(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.#closing.signal]);
  }

  #check(signal: AbortSignal): void {
    if (this.#closing.signal.aborted) throw new CradleError('StoreUnavailable', `${this.info.label} is closed`);
    stopIfCancelled(signal, `the work on ${this.info.label}`);
  }
}

/** The edits in a row that are for one shelf. */
class Run {
  /** What came after them, for another shelf or none; undefined at the end. */
  following: Routed | undefined;
  readonly #shelf: Shelf;
  readonly #first: Edit;
  readonly #next: () => Promise<Routed | undefined>;

  constructor(shelf: Shelf, first: Edit, next: () => Promise<Routed | undefined>) {
    this.#shelf = shelf;
    this.#first = first;
    this.#next = next;
  }

  async *edits(): AsyncGenerator<Edit> {
    yield this.#first;
    for (;;) {
      const routed = await this.#next();
      if (routed?.shelf === this.#shelf && routed !== undefined && 'edit' in routed) yield routed.edit;
      else {
        this.following = routed;
        return;
      }
    }
  }
}

const bytesOf = (edit: Edit): number => (edit.kind === 'put' ? sizeOf(edit.item.body) : 0);
