import { asCradleError, type CradleError, type ErrorCode } from '../../dbus/errors.js';
import type { Peer, Store, Wish } from '../../plugins/contract.js';
import type { Binding, StorePair } from '../state/binding.js';
import { type Execution, execute } from '../sync/execute.js';
import type { Job, Outcome, Tally } from '../sync/job.js';
import { commit, compare, type Plan } from '../sync/plan.js';
import type { SessionHost } from './host.js';
import type { SessionWork } from './machine.js';
import { sum } from './tally.js';

/** What became of one pair of stores. */
export interface PairResult {
  readonly pair: StorePair;
  readonly outcome: Outcome | undefined;
  readonly error: CradleError | undefined;
  /** What the device's user asked for, this once. */
  readonly wish: Wish | undefined;
}

/** These end the whole session; anything else ends one pair, and the other pairs go on. */
const FATAL: ReadonlySet<ErrorCode> = new Set(['NotConnected', 'Cancelled', 'NotOwner', 'Timeout']);

/** How long flushing and unmounting may take, in milliseconds: a slow card with a full cache. */
const RELEASE_TIME = 120_000;

/** Milliseconds between two words on progress: nobody reads faster. */
const PROGRESS_INTERVAL = 100;

interface Work {
  readonly pair: StorePair;
  wish?: Wish | undefined;
  job?: Job;
  plan?: Plan;
  tally: Tally;
  execution?: Execution;
  error?: CradleError;
}

/** One attempt at a session: opens both sides, compares, exchanges, commits, and closes all it opened. */
export class Run implements SessionWork, AsyncDisposable {
  readonly #host: SessionHost;
  readonly #session: number;
  readonly #binding: Binding;
  readonly #works: readonly Work[];
  readonly #open: Store[] = [];
  #peer: Peer | undefined;

  constructor(host: SessionHost, session: number, binding: Binding) {
    this.#host = host;
    this.#session = session;
    this.#binding = binding;
    this.#works = binding.pairs.map((pair) => ({ pair, tally: { done: 0, planned: 0, conflicts: 0 } }));
  }

  get results(): readonly PairResult[] {
    return this.#works.map(({ pair, execution, error, wish }) => ({ pair, outcome: execution?.outcome, error, wish }));
  }

  async connect(signal: AbortSignal): Promise<void> {
    const device = this.#host.device(this.#binding.device);
    const peer = await this.#host.connect(device, signal);
    // Kept before anything else may fail, so that it is closed whatever happens.
    this.#peer = peer;
    this.#host.released(device.id, false);
    signal.throwIfAborted();
    await this.#host.learn(device.id, peer.evidence);
    signal.throwIfAborted();
    await this.#each(async (work) => {
      if (peer.chosen === true && peer.stores.every(({ name }) => name !== work.pair.device)) return;
      const right = await peer.open(work.pair.device, signal);
      this.#open.push(right);
      work.wish = right.wish;
      const left = await this.#host.openDesktop(work.pair.desktop, signal);
      this.#open.push(left);
      work.job = this.#host.job(this.#session, this.#binding, work.pair, left, right);
    });
  }

  compare(signal: AbortSignal): Promise<void> {
    return this.#each(async (work) => {
      if (work.job === undefined) return;
      work.plan = await compare(work.job, signal);
      work.tally = { ...work.tally, planned: work.plan.total };
    });
  }

  async exchange(progress: (tally: Tally) => void, signal: AbortSignal): Promise<void> {
    let told = Number.NEGATIVE_INFINITY;
    const report = (now = performance.now()) => {
      if (now - told < PROGRESS_INTERVAL) return;
      told = now;
      progress(sum(this.#works.map((work) => work.tally)));
    };
    report();
    await this.#each(async (work) => {
      if (work.job === undefined || work.plan === undefined) return;
      work.execution = execute(work.job, work.plan, signal);
      for await (const tally of work.execution) {
        work.tally = tally;
        report();
      }
    });
    report(Number.POSITIVE_INFINITY);
  }

  async commit(): Promise<void> {
    await this.#each(async (work) => {
      const { job, plan, execution } = work;
      if (job !== undefined && plan !== undefined && execution !== undefined) commit(job, plan, execution);
    });
    // The pairs that could be agreed are; the session still says that one was not.
    const failed = this.#works.find((work) => work.error !== undefined);
    if (failed?.error !== undefined) throw failed.error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Whatever one of them says on closing, the others are closed too.
    const closing = this.#open.splice(0).map((store) => store[Symbol.asyncDispose]());
    for (const result of await Promise.allSettled(closing))
      if (result.status === 'rejected') this.#host.log.warn('a store did not close', { error: result.reason });
    const peer = this.#peer;
    this.#peer = undefined;
    if (peer === undefined) return;
    try {
      await peer.release?.(AbortSignal.timeout(RELEASE_TIME));
      this.#host.released(this.#binding.device, true);
    } catch (error) {
      this.#host.log.info('the device is not released', { error });
    }
    try {
      await peer[Symbol.asyncDispose]();
    } catch (error) {
      this.#host.log.warn('the device did not close', { error });
    }
  }

  async #each(step: (work: Work) => Promise<void>): Promise<void> {
    let first: CradleError | undefined;
    for (const work of this.#works) {
      if (work.error !== undefined) continue;
      try {
        await step(work);
      } catch (thrown) {
        const error = asCradleError(thrown);
        if (FATAL.has(error.code)) throw error;
        work.error = error;
        first ??= error;
        this.#host.log.warn(`${work.pair.device} with ${work.pair.desktop}: ${error.message}`, { code: error.code });
      }
    }
    if (first !== undefined && this.#works.every((work) => work.error !== undefined)) throw first;
  }
}
