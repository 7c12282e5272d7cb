import type { ItemId, ItemRef } from '../../plugins/contract.js';
import { type Job, mayWrite, type Side, type SideCounts } from './job.js';
import type { Known, Pending } from './mapping.js';
import type { Sight } from './scan.js';
import { type Join, nameOf, type Put, type Remove, type Step } from './step.js';

/** What a plan would do, in numbers. */
export interface PlanCounts {
  readonly left: SideCounts;
  readonly right: SideCounts;
  /** Pairs found equal without copying. */
  readonly joined: number;
  readonly conflicts: number;
}

type Numbers = { -readonly [K in keyof SideCounts]: number };

/** A plan while it is being made. */
export class Draft {
  readonly steps: Step[] = [];
  readonly #job: Job;
  readonly #counts: Readonly<Record<Side, Numbers>> = {
    left: { created: 0, changed: 0, removed: 0 },
    right: { created: 0, changed: 0, removed: 0 },
  };
  #joined = 0;
  #conflicts = 0;
  #total = 0;

  constructor(job: Job) {
    this.#job = job;
  }

  get counts(): PlanCounts {
    return { ...this.#counts, joined: this.#joined, conflicts: this.#conflicts };
  }

  /** Items to be written or removed. */
  get total(): number {
    return this.#total;
  }

  /** Puts across, or leaves it where the direction forbids. */
  put(to: Side, sight: Sight, over: ItemRef | undefined, options: PutOptions): void {
    if (this.#heldBack(to, options.news)) return;
    if (options.why === 'conflict' && !options.counted) this.#conflicts++;
    this.#counts[to][over === undefined ? 'created' : 'changed']++;
    this.#total++;
    const { why, news, keep = false, former } = options;
    const item = sight.item === undefined ? {} : { item: sight.item };
    const mapped = former === undefined ? {} : { former };
    this.steps.push({ kind: 'put', to, from: sight.ref, over, why, keep, news, ...item, ...mapped });
  }

  remove(on: Side, ref: ItemRef, options: Pick<Remove, 'why' | 'mapped' | 'news' | 'keep' | 'widow'>): void {
    if (this.#heldBack(on, options.news)) return;
    this.#counts[on].removed++;
    this.#total++;
    this.steps.push({ kind: 'remove', on, ref, ...options });
  }

  fork(left: Sight, right: Sight, name: string, news: readonly Pending[], former: ItemId | undefined): void {
    this.#conflicts++;
    this.#counts.left.created++;
    this.#counts.right.created++;
    this.#counts.right.changed++;
    this.#total += 3;
    const mapped = former === undefined ? {} : { former };
    this.steps.push({ kind: 'fork', left: left.ref, right: right.ref, name, news, ...mapped });
  }

  join(left: Known, right: Known, why: Join['why'], former?: ItemId): void {
    if (why === 'same') this.#joined++;
    this.steps.push({ kind: 'join', pair: { left, right }, why, ...(former === undefined ? {} : { former }) });
  }

  part(side: Side, id: ItemId, widow?: Pending): void {
    this.steps.push({ kind: 'part', side, id, widow });
  }

  /** Leaves it alone until something else brings it up: the direction, the filter or a volume that is away say so. */
  leave(news: readonly Pending[]): void {
    this.steps.push({ kind: 'leave', news: news.map((each) => ({ ...each, retry: false })), refusal: undefined });
  }

  /** Leaves it alone this time: it could not be read, or has just gone. */
  postpone(news: readonly Pending[], side: Side, reason?: string): void {
    const named = news.find((each) => each.ref !== undefined) ?? news[0];
    const name = named?.ref === undefined ? (named?.id ?? '') : nameOf(named.ref);
    const refusal = reason === undefined ? undefined : { side, name, reason };
    this.steps.push({ kind: 'leave', news, refusal });
  }

  /** Whether that side may not be written now; what is not done then is noted: the next session tries what only this one left. */
  #heldBack(side: Side, news: readonly Pending[]): boolean {
    const when = mayWrite(this.#job, side);
    if (when === 'never') this.leave(news);
    else if (when === 'later') this.postpone(news, side);
    return when !== 'now';
  }

  /** In the order of execution; within a kind by name, which also is the order the mapping likes best. */
  sorted(): readonly Step[] {
    return this.steps.sort((a, b) => ORDER[a.kind] - ORDER[b.kind] || compareText(keyOf(a), keyOf(b)));
  }
}

export interface PutOptions {
  readonly why: Put['why'];
  readonly news: readonly Pending[];
  /** Whether what it replaces goes to the attic first. */
  readonly keep?: boolean;
  /** The second step of a conflict that is counted already. */
  readonly counted?: boolean;
  /** The id the desktop half is mapped under, where that has changed. */
  readonly former?: ItemId | undefined;
}

/** Removals before puts: what is put may take the name of what goes. */
const ORDER = { part: 0, join: 1, leave: 2, remove: 3, put: 4, fork: 5 } as const;

function keyOf(step: Step): string {
  switch (step.kind) {
    case 'join':
      return step.pair.left.ref.id;
    case 'put':
      return step.from.id;
    case 'remove':
      return step.ref.id;
    case 'fork':
      return step.left.id;
    case 'part':
      return step.id;
    case 'leave':
      return '';
  }
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The half of a pair that stays when the pair is forgotten; nothing is to be done about it by itself. */
export const widowOf = (side: Side, ref: ItemRef): Pending => ({ side, id: ref.id, ref, retry: false });

/** What to remember of an item that looks different, and is not dealt with. */
export function newsOf(side: Side, id: string, sight: Sight | undefined): readonly Pending[] {
  if (sight === undefined) return [{ side, id, ref: undefined, retry: true }];
  const { ref, surplus } = sight;
  const now: Pending = { side, id: ref.id, ref, retry: true, ...(surplus ? { surplus } : {}) };
  // Known under another id before: that it is gone from there is part of the news.
  return ref.id === id ? [now] : [now, { side, id, ref: undefined, retry: true }];
}
