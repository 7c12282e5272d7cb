import type { ItemId } from '../../plugins/contract.js';
import type { Side } from './job.js';
import type { Intent, IntentBatch, MappingTable, Pair, Pending } from './mapping.js';

/** A receipt waits at most so long for company before it is written down, in milliseconds. */
const PATIENCE = 500;
/** So many receipts are written down at once; more than a feed reads ahead, so that each of its rounds is one commit. */
const BATCH = 1_024;

/**
 * Writes receipts and intents into the mapping, several at once. A receipt that waits is covered by its intent, which is
 * durable already: after a crash the item is recognised.
 */
export class Journal {
  readonly #mapping: MappingTable;
  #join: Pair[] = [];
  #part: { readonly side: Side; readonly id: ItemId }[] = [];
  #pend: Pending[] = [];
  #fulfil: IntentBatch[] = [];
  /** Batches of which some intents await their receipts, and how many. */
  readonly #open = new Map<IntentBatch, number>();
  #waiting = 0;
  #last = performance.now();

  constructor(mapping: MappingTable) {
    this.#mapping = mapping;
  }

  /** `former` is the id its desktop half had before, where that has changed. */
  join(pair: Pair, former: ItemId | undefined): void {
    if (former !== undefined) this.#part.push({ side: 'left', id: former });
    this.#join.push(pair);
  }

  part(side: Side, id: ItemId, widow: Pending | undefined): void {
    this.#part.push({ side, id });
    if (widow !== undefined) this.#pend.push(widow);
  }

  /** One intent of each of these batches has got its receipt. */
  fulfil(batches: readonly IntentBatch[]): void {
    this.#waiting++;
    for (const batch of batches) {
      const left = (this.#open.get(batch) ?? 1) - 1;
      this.#open.set(batch, left);
      if (left > 0) continue;
      this.#open.delete(batch);
      this.#fulfil.push(batch);
    }
  }

  /** Writes what has gathered, if it is enough or has waited long enough. */
  settle(): void {
    if (this.#waiting >= BATCH || performance.now() - this.#last > PATIENCE) this.flush();
  }

  /** Writes all that has gathered, and what is intended next, in one durable step. */
  flush(intend: readonly Intent[] = []): readonly IntentBatch[] {
    const [join, part, pend, fulfil] = [this.#join, this.#part, this.#pend, this.#fulfil];
    const batch = this.#mapping.advance({ join, part, pend, fulfil, intend });
    this.#join = [];
    this.#part = [];
    this.#pend = [];
    this.#fulfil = [];
    this.#waiting = 0;
    this.#last = performance.now();
    if (batch === undefined) return [];
    this.#open.set(batch, intend.length);
    return [batch];
  }

  /** Whether that item is half of a pair with another than this one. */
  isTaken(side: Side, id: ItemId, partner: Side, by: ItemId): boolean {
    this.flush();
    const pair = this.#mapping.find(side, id);
    return pair !== undefined && pair[partner].ref.id !== by;
  }
}
