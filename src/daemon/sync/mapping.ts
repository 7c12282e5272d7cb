import type { Anchor, ItemId, ItemRef } from '../../plugins/contract.js';
import type { FirstSync, Side } from './side.js';

/** Where both sides stood when they last agreed. */
export interface Agreement {
  /** Undefined until a first sync has run through: both sides are listed in full. */
  readonly anchors: { readonly left: Anchor; readonly right: Anchor } | undefined;
  readonly leftIdentity: string;
  readonly rightIdentity: string;
  /** How a first sync that has begun and not run through meets unpaired items; undefined afterwards. */
  readonly firstSync: FirstSync | undefined;
  /** Direction and filter it was made under. */
  readonly terms: string;
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

/** A pair without all that a first glance does not need: 100,000 of these fit in memory. */
export interface PairOutline {
  readonly left: Outline;
  readonly right: Outline;
}

export interface Outline {
  readonly id: ItemId;
  readonly revision: string;
  readonly volume: string | undefined;
}

/**
 * Written before a side is touched, so that an interrupted run knows its own hand when it sees it again. A batch of them
 * is forgotten as a whole: some of those that are found may have been carried out and noted down.
 */
export type Intent =
  | {
      readonly kind: 'put';
      readonly side: Side;
      /** What is copied: the item of the other side, as it was read. */
      readonly from: ItemRef;
      /** Undefined until a large body has been read to its end; before that the store cannot have taken it. */
      readonly digest: string | undefined;
      /** What is replaced; undefined for a new item. */
      readonly over: ItemRef | undefined;
    }
  | { readonly kind: 'remove'; readonly side: Side; readonly ref: ItemRef };

/**
 * An item that was seen changed, new or gone and has not been dealt with. With the anchors moved on, the store will not
 * tell of it again, so it is remembered: what is pending and what is mapped are together all there was at the anchors.
 */
export interface Pending {
  readonly side: Side;
  readonly id: ItemId;
  /** Undefined: gone. */
  readonly ref: ItemRef | undefined;
  /** Whether the next session shall try again even when nothing else moved; false where direction or filter leave it out. */
  readonly retry: boolean;
  /** A first sync that keeps the other side meant to remove it. */
  readonly surplus?: true;
}

/** One durable step of a session. */
export interface Progress {
  /** Replaces pairs that hold either id. */
  readonly join?: readonly Pair[];
  /** Forgets the pairs that hold these ids on that side. */
  readonly part?: readonly { readonly side: Side; readonly id: ItemId }[];
  /** What is left of a pair that is forgotten. The anchors stay where they are, so no listing would tell of it. */
  readonly pend?: readonly Pending[];
  /** One batch. */
  readonly intend?: readonly Intent[];
  /** Forgets these batches. */
  readonly fulfil?: readonly IntentBatch[];
}

/** Names a batch of intents. */
export type IntentBatch = number;

/** Remembers which items are the same item, and what both sides looked like when they agreed. */
export interface MappingTable {
  readonly agreement: Agreement | undefined;
  readonly size: number;
  /** Pairs whose item on that side lives on one of these volumes or on none; all when undefined. */
  count(side: Side, volumes: ReadonlySet<string> | undefined): number;
  pairs(): Iterable<Pair>;
  outlines(): Iterable<PairOutline>;
  find(side: Side, id: ItemId): Pair | undefined;
  intents(): readonly Intent[];
  pending(): readonly Pending[];
  /** Whether anything pending asks to be tried again. */
  readonly restless: boolean;
  /**
   * Durable when it returns, as a whole or not at all: an interrupted session keeps what it has done. Gives the name of
   * the batch of intents, if there was one.
   */
  advance(progress: Progress): IntentBatch | undefined;
  /** Begins a first sync: forgets everything and remembers whose agreement it shall be. */
  begin(agreement: Agreement): void;
  /** Forgets all intents, once what they left behind has been recognised. */
  forgetIntents(): void;
  /** Only a whole session may move the anchors. `pending` replaces what was pending; undefined leaves it. */
  agree(agreement: Agreement, pending: readonly Pending[] | undefined): void;
  /** Forgets everything: pairs, intents, what is pending and the agreement. */
  clear(): void;
}
