import { setImmediate } from 'node:timers/promises';

/** Milliseconds of work at a stretch, after which others get their turn. */
const STRETCH = 6;

/** Keeps long runs of quick calls from holding up the rest of the daemon. */
export class Pace {
  #until = performance.now() + STRETCH;

  /** Whether it is the others' turn. Asked between two pieces of work; `turn` waits until it is ours again. */
  get over(): boolean {
    return performance.now() >= this.#until;
  }

  async turn(): Promise<void> {
    await setImmediate();
    this.#until = performance.now() + STRETCH;
  }
}
