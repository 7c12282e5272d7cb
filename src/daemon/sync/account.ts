import { type Outcome, type Refusal, SIDES, type Side, type SideCounts, type Tally } from './job.js';
import type { Pending } from './mapping.js';

/** Refused items and attic copies are told one by one up to this many; beyond they are counted. */
const TOLD = 100;

type Numbers = { -readonly [K in keyof SideCounts]: number };

/** What a session has done so far, and what it had to leave for the next. */
export class Account {
  readonly #counts: Readonly<Record<Side, Numbers>> = {
    left: { created: 0, changed: 0, removed: 0 },
    right: { created: 0, changed: 0, removed: 0 },
  };
  readonly #refused: Refusal[] = [];
  readonly #kept: string[] = [];
  readonly #pending: Readonly<Record<Side, Map<string, Pending>>> = { left: new Map(), right: new Map() };
  readonly #planned: number;
  readonly #conflicts: number;
  #done = 0;
  #joined = 0;
  #refusedCount = 0;
  #keptCount = 0;

  constructor(planned: number, conflicts: number) {
    this.#planned = planned;
    this.#conflicts = conflicts;
  }

  get tally(): Tally {
    // A discarded item makes work that nobody planned.
    return { done: this.#done, planned: Math.max(this.#planned, this.#done), conflicts: this.#conflicts };
  }

  get outcome(): Outcome {
    return {
      left: { ...this.#counts.left },
      right: { ...this.#counts.right },
      joined: this.#joined,
      conflicts: this.#conflicts,
      refused: [...this.#refused],
      refusedCount: this.#refusedCount,
      kept: [...this.#kept],
      keptCount: this.#keptCount,
    };
  }

  /** What the next session has to look at again. */
  get pending(): readonly Pending[] {
    return SIDES.flatMap((side) => [...this.#pending[side].values()]);
  }

  count(side: Side, what: keyof SideCounts): void {
    this.#counts[side][what]++;
  }

  /** So many of the planned items are dealt with, one way or another. */
  step(items: number): void {
    this.#done += items;
  }

  join(): void {
    this.#joined++;
  }

  keep(path: string): void {
    this.#keptCount++;
    if (this.#kept.length < TOLD) this.#kept.push(path);
  }

  refuse(refusal: Refusal): void {
    this.#refusedCount++;
    if (this.#refused.length < TOLD) this.#refused.push(refusal);
  }

  /** To be looked at again next time. */
  pend(news: readonly Pending[]): void {
    for (const each of news) {
      const before = this.#pending[each.side].get(each.id);
      // Of two words about one item the one that asks for another try counts.
      if (before === undefined || each.retry) this.#pending[each.side].set(each.id, each);
    }
  }
}
