import { setImmediate } from 'node:timers/promises';

/** Milliseconds of work at a stretch, after which others get their turn. */
const STRETCH = 6;

/** Keeps long runs of quick calls from holding up the rest of the daemon. */
export class Pace {
  #until = performance.now() + STRETCH;

  /** Call between two pieces of work. */
  async turn(): Promise<void> {
    if (performance.now() < this.#until) return;
    await setImmediate();
    this.#until = performance.now() + STRETCH;
  }
}
