import type { Binding, BindingId } from '../state/binding.js';
import type { Notifier, Raise } from './notifier.js';

/** The longest a timer of Node can run, in milliseconds; longer waits are taken in steps. */
const LONGEST_WAIT = 2 ** 31 - 1;

/** Alerts bindings whose interval has passed. Sleeps until the next one is due: there is no tick. */
export class TimerNotifier implements Notifier {
  readonly name = 'timer';
  readonly #bindings: () => readonly Binding[];
  readonly #lastAttempt: (binding: BindingId) => number;
  readonly #raise: Raise;
  #timer: NodeJS.Timeout | undefined;

  /**
   * `bindings` gives those that could run now: one whose device is away is not waited for, its plug is.
   * `lastAttempt` gives when a session of the binding last ended, in milliseconds since the epoch; 0 for never.
   */
  constructor(bindings: () => readonly Binding[], lastAttempt: (binding: BindingId) => number, raise: Raise) {
    this.#bindings = bindings;
    this.#lastAttempt = lastAttempt;
    this.#raise = raise;
  }

  /** Called when bindings, their reach, or the time of their last session changed. */
  reschedule(): void {
    this.#wait(new Set());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
  }

  /** Those already rung wait for the end of their session, which calls reschedule(). */
  #wait(rung: Set<BindingId>): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const now = Date.now();
    let next = Number.POSITIVE_INFINITY;
    for (const binding of this.#bindings()) if (!rung.has(binding.id)) next = Math.min(next, this.#due(binding, now));
    if (!Number.isFinite(next)) return;
    const wait = Math.min(Math.max(next - now, 0), LONGEST_WAIT);
    this.#timer = setTimeout(() => this.#ring(rung), wait).unref();
  }

  #ring(rung: Set<BindingId>): void {
    const now = Date.now();
    for (const binding of this.#bindings()) {
      if (rung.has(binding.id) || this.#due(binding, now) > now) continue;
      rung.add(binding.id);
      this.#raise({ binding: binding.id, cause: 'timer' });
    }
    this.#wait(rung);
  }

  #due(binding: Binding, now: number): number {
    if (!binding.enabled || binding.interval === 0 || !binding.triggers.includes('timer'))
      return Number.POSITIVE_INFINITY;
    const last = this.#lastAttempt(binding.id);
    // A last session that lies in the future is a clock that jumped back: it must not silence the timer for years.
    return (last > now ? 0 : last) + binding.interval * 1000;
  }
}
