import type { Anchor, ItemRef } from '../../plugins/contract.js';
import type { Side } from './job.js';

/** Where both sides stood when they last agreed. */
export interface Agreement {
  readonly left: Anchor;
  readonly right: Anchor;
  readonly leftIdentity: string;
  readonly rightIdentity: string;
}

/** One side of a pair as it was when both sides agreed. */
export interface Known {
  readonly ref: ItemRef;
  /** SHA-256 of the body, base64url: tells an edit from a mere touch. */
  readonly digest: string;
}

export interface Pair {
  readonly left: Known;
  readonly right: Known;
}

/** Written before a side is touched, so that an interrupted run knows its own hand when it sees it again. */
export interface Intent {
  readonly side: Side;
  /** What is copied: the item of the other side, as it was read. */
  readonly from: Known;
  /** What is replaced; undefined for a new item. */
  readonly over: ItemRef | undefined;
}

/** Remembers which items are the same item, and what both sides looked like when they agreed. */
export interface MappingTable {
  readonly agreement: Agreement | undefined;
  readonly size: number;
  pairs(): Iterable<Pair>;
  find(side: Side, id: string): Pair | undefined;
  /** Durable at once: an interrupted session keeps what it has done. Replaces pairs that hold either id. */
  join(pairs: readonly Pair[]): void;
  part(pairs: readonly Pair[]): void;
  intents(): Iterable<Intent>;
  intend(intents: readonly Intent[]): void;
  /** Forgets the intents of these source ids on that side. */
  fulfil(side: Side, fromIds: readonly string[]): void;
  /** Only a whole session may move the anchors. */
  agree(agreement: Agreement): void;
  /** Forgets everything: pairs, intents and agreement. */
  clear(): void;
}
