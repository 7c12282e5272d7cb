import { stopIfCancelled } from '../../plugins/cancel.js';
import { Account } from './account.js';
import { Exchange } from './exchange.js';
import type { Change } from './feed.js';
import type { Job, Outcome, Tally } from './job.js';
import type { Pair, Pending } from './mapping.js';
import type { Plan } from './plan.js';
import type { Fork, Put, Remove, Step } from './step.js';

/** Pairs noted down at once. */
const BATCH = 512;

/** A plan being done: tells how far it is, and at the end what it did. */
export class Execution implements AsyncIterable<Tally> {
  readonly #account: Account;
  readonly #run: AsyncGenerator<Tally, Outcome, undefined>;

  constructor(job: Job, plan: Plan, signal: AbortSignal) {
    this.#account = new Account(plan.total, plan.counts.conflicts);
    this.#run = run(job, plan, this.#account, signal);
  }

  /** What has been done so far; true also after a failure. */
  get outcome(): Outcome {
    return this.#account.outcome;
  }

  /** What it had to leave for the next session. */
  get pending(): readonly Pending[] {
    return this.#account.pending;
  }

  next(): Promise<IteratorResult<Tally, Outcome>> {
    return this.#run.next();
  }

  [Symbol.asyncIterator](): AsyncGenerator<Tally, Outcome, undefined> {
    return this.#run;
  }
}

/**
 * Does what a plan says. Every receipt is durable soon after it came, intents are durable before a store sees the edit;
 * the anchors stay where they are, that is commit's business. A refused item is counted and left for next time; a store
 * that fails as a whole ends the session with its error. First the desktop takes in what the device has, then the device.
 */
export const execute = (job: Job, plan: Plan, signal: AbortSignal): Execution => new Execution(job, plan, signal);

async function* run(
  job: Job,
  plan: Plan,
  account: Account,
  signal: AbortSignal,
): AsyncGenerator<Tally, Outcome, undefined> {
  stopIfCancelled(signal, 'exchanging');
  if (plan.opening !== undefined) job.mapping.begin(plan.opening);
  note(job, plan, account);
  const sorted = sortOut(plan.steps);
  const exchange = new Exchange(job, account, signal);
  let left: readonly Change[] = [...sorted.left, ...sorted.forks];
  let right: readonly Change[] = sorted.right;
  while (left.length + right.length > 0) {
    yield* exchange.side('left', left);
    yield* exchange.side('right', right);
    // What had to wait until something else was safe, or came up meanwhile.
    left = exchange.followUps('left');
    right = exchange.followUps('right');
  }
  return account.outcome;
}

type Edits = readonly (Put | Remove)[];

function sortOut(steps: readonly Step[]): {
  readonly left: Edits;
  readonly right: Edits;
  readonly forks: readonly Fork[];
} {
  const left: (Put | Remove)[] = [];
  const right: (Put | Remove)[] = [];
  const forks: Fork[] = [];
  for (const step of steps)
    if (step.kind === 'put') (step.to === 'left' ? left : right).push(step);
    else if (step.kind === 'remove') (step.on === 'left' ? left : right).push(step);
    else if (step.kind === 'fork') forks.push(step);
  return { left, right, forks };
}

/** Writes down what needs no store: pairs found and lost. What an interrupted session left behind is settled by them. */
function note(job: Job, plan: Plan, account: Account): void {
  let join: Pair[] = [];
  let part: { readonly side: 'left' | 'right'; readonly id: string }[] = [];
  let pend: Pending[] = [];
  const flush = (): void => {
    job.mapping.advance({ join, part, pend });
    join = [];
    part = [];
    pend = [];
  };
  // Parts come before joins: a pair may be forgotten and one of its halves found in another.
  for (const step of plan.steps) {
    if (step.kind === 'part') {
      part.push(step);
      if (step.widow !== undefined) pend.push(step.widow);
      if (step.widow !== undefined) account.pend([step.widow]);
    } else if (step.kind === 'join') {
      if (step.former !== undefined) part.push({ side: 'left', id: step.former });
      join.push(step.pair);
      if (step.why === 'same') account.join();
    } else if (step.kind === 'leave') {
      account.pend(step.news);
      if (step.refusal !== undefined) account.refuse(step.refusal);
    }
    if (join.length + part.length >= BATCH) flush();
  }
  flush();
  if (plan.opening === undefined && !plan.quiet && job.mapping.intents().length > 0) job.mapping.forgetIntents();
}
