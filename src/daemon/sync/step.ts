import type { Item, ItemId, ItemRef } from '../../plugins/contract.js';
import type { Refusal, Side } from './job.js';
import type { Pair, Pending } from './mapping.js';

/** One thing a session would do. Plain data, so that a plan can be shown to a person before it is done. */
export type Step = Put | Remove | Fork | Join | Part | Leave;

/** Copies an item of the other side. */
export interface Put {
  readonly kind: 'put';
  readonly to: Side;
  readonly from: ItemRef;
  /** What it replaces; undefined: a new item. */
  readonly over: ItemRef | undefined;
  readonly why: 'new' | 'edited' | 'conflict';
  /** Whether what it replaces goes to the attic first. */
  readonly keep: boolean;
  /** The item, where it is at hand already. */
  readonly item?: Item;
  /** The id its desktop half is mapped under, where that has changed. */
  readonly former?: ItemId;
  /** What to remember should it not come to pass. */
  readonly news: readonly Pending[];
}

export interface Remove {
  readonly kind: 'remove';
  readonly on: Side;
  readonly ref: ItemRef;
  /** Its id in the mapping, where it is mapped. */
  readonly mapped: ItemId | undefined;
  /** `unwanted` by the filter, `surplus` when a first sync keeps the other side, `discarded` by the other store. */
  readonly why: 'gone' | 'unwanted' | 'surplus' | 'discarded';
  readonly keep: boolean;
  readonly news: readonly Pending[];
  /** The other half of its pair, where that stays. */
  readonly widow?: Pending;
}

/**
 * Two items of one name and different content, of which both stay: the device's gets a name of its own on both sides.
 * It is copied first and overwritten afterwards, so that it is never in one place only.
 */
export interface Fork {
  readonly kind: 'fork';
  readonly left: ItemRef;
  readonly right: ItemRef;
  /** The new name of the device's version. */
  readonly name: string;
  /** The id its desktop half is mapped under, where that has changed. */
  readonly former?: ItemId;
  readonly news: readonly Pending[];
}

/** Takes two items for one; nothing is copied. */
export interface Join {
  readonly kind: 'join';
  readonly pair: Pair;
  /** The id its desktop half is mapped under, where that has changed. */
  readonly former?: ItemId;
  /** `touched`: paired before, and a revision moved without the content. */
  readonly why: 'same' | 'touched' | 'own-hand';
}

/** Forgets a pair; nothing is removed. */
export interface Part {
  readonly kind: 'part';
  readonly side: Side;
  readonly id: ItemId;
  /** The half that is still there. */
  readonly widow: Pending | undefined;
}

/** Leaves something for another time. */
export interface Leave {
  readonly kind: 'leave';
  readonly news: readonly Pending[];
  /** Undefined where direction or filter leave it out, which is no failure. */
  readonly refusal: Refusal | undefined;
}

export const nameOf = (ref: ItemRef): string => ref.name ?? ref.id;
