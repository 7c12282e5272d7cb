import { stopIfCancelled } from '../../cancel.js';

/** Wakes everybody who waits for something to have moved; who wakes looks for himself what. */
export class Bell {
  readonly #waiting = new Set<(rung: boolean) => void>();

  ring(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake(true);
  }

  /** True at the next ring, false after so many milliseconds without one. Fails with Cancelled when aborted; `what` names the work. */
  async next(what: string, signal: AbortSignal, milliseconds = Number.POSITIVE_INFINITY): Promise<boolean> {
    stopIfCancelled(signal, what);
    let timer: NodeJS.Timeout | undefined;
    let wake = (_: boolean): void => {};
    const give = (): void => wake(false);
    try {
      const rung = await new Promise<boolean>((resolve) => {
        wake = resolve;
        this.#waiting.add(wake);
        signal.addEventListener('abort', give);
        if (Number.isFinite(milliseconds)) timer = setTimeout(give, milliseconds);
      });
      stopIfCancelled(signal, what);
      return rung;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(wake);
      signal.removeEventListener('abort', give);
    }
  }
}
