import type { Clock } from '../../src/hal/clock.js';

/** Time that stands still until a test lets it go on. */
export class ScriptedClock implements Clock {
  #now = 0;
  readonly #waiting = new Set<{ readonly at: number; readonly work: () => void }>();

  /** How many are waiting for their time. */
  get waiting(): number {
    return this.#waiting.size;
  }

  after(milliseconds: number, work: () => void): Disposable {
    const entry = { at: this.#now + milliseconds, work };
    this.#waiting.add(entry);
    return { [Symbol.dispose]: () => this.#waiting.delete(entry) };
  }

  /** Lets so many milliseconds pass; what is due is done in its order, and what it leads to is done, too. */
  async pass(milliseconds: number): Promise<void> {
    const until = this.#now + milliseconds;
    for (;;) {
      await settleDown();
      const at = [...this.#waiting].reduce((soonest, entry) => Math.min(soonest, entry.at), Number.POSITIVE_INFINITY);
      if (at > until) break;
      this.#now = at;
      for (const entry of [...this.#waiting].filter((waiting) => waiting.at === at))
        if (this.#waiting.delete(entry)) entry.work();
    }
    this.#now = until;
    await settleDown();
  }
}

/** Lets everything happen that needs no time to pass. */
export async function settleDown(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
