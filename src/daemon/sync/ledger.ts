import type { ItemId } from '../../plugins/contract.js';
import { SIDES, type Side } from './job.js';
import type { MappingTable, Outline, Pair } from './mapping.js';

/** A mapped item at first glance, and whether a full listing has shown it. */
export interface Glimpse {
  readonly revision: string;
  readonly volume: string | undefined;
  seen: boolean;
}

/** The mapping as a comparison sees it: the table, and on top of it what an interrupted session did and could not tell. */
export class Ledger {
  readonly #mapping: MappingTable;
  /** A mapping that no longer holds is not looked at. */
  readonly #void: boolean;
  readonly #adopted: Readonly<Record<Side, Map<ItemId, Pair>>> = { left: new Map(), right: new Map() };
  readonly #parted: Readonly<Record<Side, Set<ItemId>>> = { left: new Set(), right: new Set() };
  #glimpses: Readonly<Record<Side, Map<ItemId, Glimpse>>> | undefined;

  constructor(mapping: MappingTable, voided: boolean) {
    this.#mapping = mapping;
    this.#void = voided;
  }

  /** All mapped items of one side at first glance, read once. */
  glimpses(side: Side): ReadonlyMap<ItemId, Glimpse> {
    this.#glimpses ??= this.#load();
    return this.#glimpses[side];
  }

  glimpse(side: Side, id: ItemId): Glimpse | undefined {
    if (this.#glimpses !== undefined) return this.#glimpses[side].get(id);
    const known = this.find(side, id)?.[side].ref;
    return known === undefined ? undefined : { revision: known.revision, volume: known.volume, seen: false };
  }

  find(side: Side, id: ItemId): Pair | undefined {
    const adopted = this.#adopted[side].get(id);
    if (adopted !== undefined || this.#void || this.#parted[side].has(id)) return adopted;
    return this.#mapping.find(side, id);
  }

  /** Mapped items on attached volumes. */
  count(side: Side, volumes: ReadonlySet<string> | undefined): number {
    return this.#void ? 0 : this.#mapping.count(side, volumes) + this.#adopted[side].size;
  }

  *pairs(): Generator<Pair> {
    yield* this.#adopted.left.values();
    if (this.#void) return;
    for (const pair of this.#mapping.pairs()) if (!this.#parted.left.has(pair.left.ref.id)) yield pair;
  }

  /** Takes two items for a pair; the pairs that held either of them are no more, and are given back. */
  adopt(pair: Pair): readonly Pair[] {
    const former = SIDES.flatMap((side) => this.find(side, pair[side].ref.id) ?? []);
    for (const each of former) this.part(each);
    for (const side of SIDES) this.#adopted[side].set(pair[side].ref.id, pair);
    return former;
  }

  part(pair: Pair): void {
    for (const side of SIDES) {
      this.#adopted[side].delete(pair[side].ref.id);
      this.#parted[side].add(pair[side].ref.id);
    }
  }

  #load(): Readonly<Record<Side, Map<ItemId, Glimpse>>> {
    const left = new Map<ItemId, Glimpse>();
    const right = new Map<ItemId, Glimpse>();
    if (!this.#void)
      for (const pair of this.#mapping.outlines()) {
        left.set(pair.left.id, glimpseOf(pair.left));
        right.set(pair.right.id, glimpseOf(pair.right));
      }
    return { left, right };
  }
}

const glimpseOf = ({ revision, volume }: Outline): Glimpse => ({ revision, volume, seen: false });
