import type { ItemId } from '../../plugins/contract.js';
import type { Side } from './job.js';
import type { Intent, MappingTable, Pair, Progress } from './mapping.js';

/** A receipt waits at most so long for company before it is written down, in milliseconds. */
const PATIENCE = 500;
/** So many receipts are written down at once. */
const BATCH = 512;

type Fulfilment = NonNullable<Progress['fulfil']>[number];

/**
 * Writes receipts and intents into the mapping, several at once. A receipt that waits is covered by its intent, which is
 * durable already: after a crash the item is recognised.
 */
export class Journal {
  readonly #mapping: MappingTable;
  #join: Pair[] = [];
  #part: { readonly side: Side; readonly id: ItemId }[] = [];
  #fulfil: Fulfilment[] = [];
  #last = performance.now();

  constructor(mapping: MappingTable) {
    this.#mapping = mapping;
  }

  /** `former` is the id its desktop half had before, where that has changed. */
  join(pair: Pair, former: ItemId | undefined): void {
    if (former !== undefined) this.#part.push({ side: 'left', id: former });
    this.#join.push(pair);
  }

  part(side: Side, id: ItemId): void {
    this.#part.push({ side, id });
  }

  fulfil(kind: Intent['kind'], side: Side, id: ItemId): void {
    this.#fulfil.push({ kind, side, id });
  }

  /** Writes what has gathered, if it is enough or has waited long enough. */
  settle(): void {
    const waiting = this.#join.length + this.#part.length + this.#fulfil.length;
    if (waiting >= BATCH || (waiting > 0 && performance.now() - this.#last > PATIENCE)) this.flush();
  }

  /** Writes all that has gathered, and what is intended next, in one durable step. */
  flush(intend: readonly Intent[] = []): void {
    this.#mapping.advance({ join: this.#join, part: this.#part, fulfil: this.#fulfil, intend });
    this.#join = [];
    this.#part = [];
    this.#fulfil = [];
    this.#last = performance.now();
  }

  /** Whether that item is half of a pair with another than this one. */
  isTaken(side: Side, id: ItemId, partner: Side, by: ItemId): boolean {
    this.flush();
    const pair = this.#mapping.find(side, id);
    return pair !== undefined && pair[partner].ref.id !== by;
  }
}
