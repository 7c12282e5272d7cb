import type { Scope } from '../test/support/scope.js';
import { family, peakMemory, processorTime } from './process.js';

/** Milliseconds between two looks at who is there. */
const EVERY = 100;

/** A program of several processes, some of which come and go. */
export class Household {
  /** The most that any one of its processes had in memory so far, in megabytes. */
  peak = 0;
  readonly #pids: readonly number[];

  private constructor(pids: readonly number[]) {
    this.#pids = pids;
  }

  /** `pids`: those that stay; their children, and what these start, belong to them. */
  static watch(scope: Scope, pids: readonly number[]): Household {
    const household = new Household(pids);
    let looking: Promise<void> | undefined;
    const timer = setInterval(() => {
      looking ??= household.#look().finally(() => {
        looking = undefined;
      });
    }, EVERY);
    scope.after(() => {
      clearInterval(timer);
      return looking;
    });
    return household;
  }

  /** Seconds of processor time of all of them so far, those that are gone included. */
  async processorTime(): Promise<number> {
    const times = await Promise.all((await family(this.#pids)).map((pid) => processorTime(pid).catch(() => 0)));
    return times.reduce((sum, time) => sum + time, 0);
  }

  async #look(): Promise<void> {
    const peaks = await Promise.all((await family(this.#pids)).map((pid) => peakMemory(pid).catch(() => 0)));
    this.peak = Math.max(this.peak, ...peaks);
  }
}
