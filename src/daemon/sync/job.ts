import type { Item, ItemRef, Store } from '../../plugins/contract.js';
import type { MappingTable } from './mapping.js';

/** Left is the desktop, right the device, always. */
export type Side = 'left' | 'right';
export const other = (side: Side): Side => (side === 'left' ? 'right' : 'left');

export type FirstSync = 'combine' | 'keep-left' | 'keep-right';
export type Direction = 'both' | 'to-left' | 'to-right';

export interface Conflict {
  readonly left: Item | undefined;
  readonly right: Item | undefined;
}

/** `both` keeps the two as items of their own on both sides; against a deletion it keeps the edit. */
export type Resolution = 'left' | 'right' | 'both';
export type ConflictPolicy = (conflict: Conflict) => Resolution;

/** Keeps what a sync overwrites or removes, so that nothing is ever silently lost. */
export interface Attic {
  /** Tells where the copy went, for the history and the log. */
  keep(
    side: Side,
    ref: ItemRef,
    item: Item,
    why: 'lost-conflict' | 'overwritten' | 'removed',
    signal: AbortSignal,
  ): Promise<string>;
}

/** One pair of stores to bring into agreement. */
export interface Job {
  readonly left: Store;
  readonly right: Store;
  readonly mapping: MappingTable;
  readonly policy: ConflictPolicy;
  readonly direction: Direction;
  /** What to do when nothing is mapped yet, or the mapping no longer holds; undefined: stop with NeedsDecision. */
  readonly firstSync: FirstSync | undefined;
  /** Answers of a person to an earlier stop. */
  readonly allowMassDeletion: boolean;
  readonly allowReplaced: boolean;
  /** Decides what is wanted on the device, by name and reference; an unwanted item leaves the device, never the desktop. */
  readonly wanted: (ref: ItemRef) => boolean;
  readonly attic: Attic;
}

export interface Tally {
  readonly done: number;
  readonly planned: number;
  readonly conflicts: number;
}

/** What a session did to one side. */
export interface SideCounts {
  readonly created: number;
  readonly changed: number;
  readonly removed: number;
}

export interface Outcome {
  readonly left: SideCounts;
  readonly right: SideCounts;
  /** Pairs found equal without copying. */
  readonly joined: number;
  readonly conflicts: number;
  readonly refused: readonly { readonly side: Side; readonly name: string; readonly reason: string }[];
}
