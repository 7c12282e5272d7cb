import type { Item, ItemRef, Store } from '../../plugins/contract.js';
import type { MappingTable } from './mapping.js';
import type { FirstSync, Side } from './side.js';

export { type FirstSync, other, SIDES, type Side } from './side.js';

/**
 * `to-right` brings the desktop's news to the device, its deletions too, and never touches the desktop.
 * `to-left` brings in what the device has and never touches the device; what the device loses stays on the desktop.
 */
export type Direction = 'both' | 'to-left' | 'to-right';

/**
 * What somebody asked for at the device, this once. `to-left` and `to-right` bring across the news of one side, its
 * deletions too; those of the other wait for the next session. `mirror-to-left` makes the desktop what the device is.
 */
export type OneOff = 'to-left' | 'to-right' | 'mirror-to-left';

export interface Conflict {
  /** Undefined: removed on that side. */
  readonly left: Item | undefined;
  readonly right: Item | undefined;
}

/** `both` keeps the two as items of their own on both sides; against a deletion it keeps the edit. */
export type Resolution = 'left' | 'right' | 'both';
export type ConflictPolicy = (conflict: Conflict) => Resolution;

/** Keeps what a sync overwrites or removes, so that nothing is ever silently lost. */
export interface Attic {
  /** Durable when it settles; tells where the copy went, for the history and the log. */
  keep(side: Side, ref: ItemRef, item: Item, why: 'lost-conflict' | 'removed', signal: AbortSignal): Promise<string>;
}

/** One pair of stores to bring into agreement. */
export interface Job {
  readonly left: Store;
  readonly right: Store;
  readonly mapping: MappingTable;
  readonly policy: ConflictPolicy;
  readonly direction: Direction;
  /** Narrows the direction for this session alone. */
  readonly wish?: OneOff | undefined;
  /** What to do when nothing is mapped yet; undefined: stop with NeedsDecision. */
  readonly firstSync: FirstSync | undefined;
  /** Answers of a person to an earlier stop. */
  readonly allowMassDeletion: boolean;
  /** Voids the mapping of a replaced store and combines. */
  readonly allowReplaced: boolean;
  /** Decides what is wanted on the device, by name and reference; an unwanted item leaves the device, never the desktop. */
  readonly wanted: (ref: ItemRef) => boolean;
  /** Names what `wanted` goes by; when it or the direction differs from last time, all is looked at in full. */
  readonly terms: string;
  readonly attic: Attic;
}

/** Whether this session may write that side: `never` by the binding's direction, `later` by the wish of this once. */
export function mayWrite({ direction, wish }: Pick<Job, 'direction' | 'wish'>, side: Side): 'now' | 'later' | 'never' {
  if (direction !== 'both' && direction !== `to-${side}`) return 'never';
  return wish === undefined || wish.endsWith(`to-${side}`) ? 'now' : 'later';
}

/** How far a session is, in items to be written or removed. */
export interface Tally {
  readonly done: number;
  readonly planned: number;
  readonly conflicts: number;
}

/** What a session does, or did, to one side. */
export interface SideCounts {
  readonly created: number;
  readonly changed: number;
  readonly removed: number;
}

/** An item that was left as it was, and why; it is tried again next time. */
export interface Refusal {
  /** The side that would have been written. */
  readonly side: Side;
  readonly name: string;
  readonly reason: string;
}

/** What a session did; true at every moment of it, also after it failed. */
export interface Outcome {
  readonly left: SideCounts;
  readonly right: SideCounts;
  /** Pairs found equal without copying. */
  readonly joined: number;
  readonly conflicts: number;
  /** The first hundred of them. */
  readonly refused: readonly Refusal[];
  readonly refusedCount: number;
  /** Where the attic put what was overwritten or removed: the first hundred. */
  readonly kept: readonly string[];
  readonly keptCount: number;
}
