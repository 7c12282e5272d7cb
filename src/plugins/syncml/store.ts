import { CradleError } from '../../dbus/errors.js';
import { stopIfCancelled } from '../cancel.js';
import type { Anchor, Edit, Item, ItemId, Listing, Log, Receipt, Store, StoreInfo, Wish } from '../contract.js';
import { flat } from '../flat.js';
import type { Form } from './content/form.js';
import { dispatch } from './replica/dispatch.js';
import type { Holdings } from './replica/holdings.js';
import { Outbox, type Room } from './replica/outbox.js';
import { Shelf } from './replica/shelf.js';
import type { Wire } from './wire.js';

export interface SyncmlStoreParts {
  readonly info: StoreInfo;
  readonly holdings: Holdings;
  /** Of the replica, as it was when the store was opened. */
  readonly instance: string;
  readonly form: Form;
  readonly wire: Wire;
  readonly room: Room;
  /** Aborted when the device has begun another session. */
  readonly over: AbortSignal;
  /** Bytes. */
  readonly maxObjectSize: number;
  readonly log: Log;
}

/** A datastore of a SyncML device: listed and read from the replica, written through it to the device. */
export class SyncmlStore implements Store {
  readonly info: StoreInfo;
  readonly wish?: Wish;
  readonly #parts: SyncmlStoreParts;
  readonly #shelf: Shelf;
  readonly #closing = new AbortController();

  constructor(parts: SyncmlStoreParts) {
    this.info = parts.info;
    this.#parts = parts;
    const wish = parts.wire.wish(parts.info.name);
    if (wish !== undefined) this.wish = wish;
    this.#shelf = new Shelf(parts.holdings, parts.instance);
  }

  async list(since: Anchor | undefined, signal: AbortSignal): Promise<Listing> {
    this.#check(signal);
    try {
      await this.#parts.wire.gather(this.info.name, this.#until(signal));
    } catch (error) {
      throw this.#inTruth(error);
    }
    this.#check(signal);
    const from = this.#shelf.counterOf(since);
    const anchor = this.#shelf.anchor;
    const entries = flat(this.#shelf.pages(from), () => this.#check(signal));
    return { scope: from === undefined ? 'full' : 'delta', anchor, entries };
  }

  async read(id: ItemId, signal: AbortSignal): Promise<Item | undefined> {
    this.#check(signal);
    return this.#shelf.read(id);
  }

  async *apply(edits: AsyncIterable<Edit>, signal: AbortSignal): AsyncGenerator<Receipt> {
    this.#check(signal);
    const { info, holdings, form, wire, room, maxObjectSize, log } = this.#parts;
    if (info.readOnly) throw new CradleError('ReadOnly', `${info.label} is read-only`);
    const outbox = new Outbox({ holdings, form, label: info.label, room, maxObjectSize, log });
    try {
      yield* dispatch(outbox, edits, (changes, until) => wire.send(info.name, changes, until), this.#until(signal));
    } catch (error) {
      throw this.#inTruth(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
  }

  /** What broke because the device has begun another session says so. */
  #inTruth(error: unknown): unknown {
    return this.#parts.over.aborted ? this.#parts.over.reason : error;
  }

  #until(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.#closing.signal, this.#parts.over]);
  }

  #check(signal: AbortSignal): void {
    if (this.#closing.signal.aborted) throw new CradleError('StoreUnavailable', `${this.info.label} is closed`);
    if (this.#parts.over.aborted) throw this.#parts.over.reason;
    stopIfCancelled(signal, `the work on ${this.info.label}`);
  }
}
