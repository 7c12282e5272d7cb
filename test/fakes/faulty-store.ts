import { CradleError } from '../../src/dbus/errors.js';
import type {
  Anchor,
  Edit,
  Entry,
  Item,
  ItemId,
  Listing,
  Receipt,
  Store,
  StoreInfo,
} from '../../src/plugins/contract.js';

/** Where something may go wrong. */
export type Moment = 'list' | 'read' | 'edit' | 'receipt';
/**
 * `refuse`: the item is not taken, or cannot be read. `cut`: the store is gone before anything happens. `lose`: the edit
 * is done and the reply never comes. `vanish`: the item is not there when it is read. Others of a moment pass.
 */
export type Fault = 'refuse' | 'cut' | 'lose' | 'vanish';

export interface Misbehaviour {
  /** Asked at each moment what shall go wrong. */
  fault?(moment: Moment): Fault | undefined;
  /** Told of each moment, before it: a test may abort, change the world or pull the plug. */
  before?(moment: Moment): void;
  /** Gives all receipts at the end of a batch, the last first, as a SyncML phone does. */
  readonly late?: boolean;
}

/** A real store that misbehaves on demand: it refuses, loses replies, goes away, answers late. */
export class FaultyStore implements Store {
  readonly #store: Store;
  readonly #misbehaviour: Misbehaviour;

  constructor(store: Store, misbehaviour: Misbehaviour) {
    this.#store = store;
    this.#misbehaviour = misbehaviour;
  }

  get info(): StoreInfo {
    return this.#store.info;
  }

  async list(since: Anchor | undefined, signal: AbortSignal): Promise<Listing> {
    if (this.#strike('list') === 'cut') throw this.#gone();
    const listing = await this.#store.list(since, signal);
    return { ...listing, entries: this.#entries(listing.entries) };
  }

  async *#entries(entries: AsyncIterable<Entry>): AsyncGenerator<Entry> {
    for await (const entry of entries) yield entry;
  }

  async read(id: ItemId, signal: AbortSignal): Promise<Item | undefined> {
    const fault = this.#strike('read');
    if (fault === 'cut') throw this.#gone();
    if (fault === 'vanish') return undefined;
    if (fault === 'refuse') throw new CradleError('InvalidItem', `${id} cannot be read today`);
    return this.#store.read(id, signal);
  }

  async *apply(edits: AsyncIterable<Edit>, signal: AbortSignal): AsyncGenerator<Receipt> {
    const refused: Receipt[] = [];
    const held: Receipt[] = [];
    for await (const receipt of this.#store.apply(this.#passing(edits, refused), signal)) {
      yield* refused.splice(0);
      const fault = this.#strike('receipt');
      if (fault === 'lose' || fault === 'cut') throw this.#gone();
      if (this.#misbehaviour.late) held.push(receipt);
      else yield receipt;
    }
    yield* refused;
    yield* held.reverse();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store[Symbol.asyncDispose]();
  }

  async *#passing(edits: AsyncIterable<Edit>, refused: Receipt[]): AsyncGenerator<Edit> {
    for await (const edit of edits) {
      const fault = this.#strike('edit');
      if (fault === 'cut') throw this.#gone();
      if (fault === 'refuse') {
        const reason = new CradleError('InvalidItem', 'the store does not like this one');
        refused.push({ key: edit.key, outcome: 'refused', reason });
      } else yield edit;
    }
  }

  #strike(moment: Moment): Fault | undefined {
    this.#misbehaviour.before?.(moment);
    return this.#misbehaviour.fault?.(moment);
  }

  #gone(): CradleError {
    return new CradleError('NotConnected', `${this.info.label} went away`);
  }
}
