/** Tells any number of watchers that something moved. Pulses that come while a watcher is busy melt into one. */
export class Pulse implements Disposable {
  readonly #wake = new Set<() => void>();
  #ended = false;

  get watched(): boolean {
    return this.#wake.size > 0;
  }

  fire(): void {
    for (const wake of this.#wake) wake();
  }

  /** Yields after each pulse; ends when aborted or when the source is closed. Listens from the call on. */
  watch(signal: AbortSignal): AsyncIterable<void> {
    let pending = false;
    let resume: (() => void) | undefined;
    const wake = () => {
      pending = true;
      resume?.();
    };
    const end = () => {
      this.#wake.delete(wake);
      signal.removeEventListener('abort', end);
      resume?.();
    };
    const over = () => this.#ended || signal.aborted;
    if (!over()) {
      this.#wake.add(wake);
      signal.addEventListener('abort', end);
    }
    async function* pulses() {
      try {
        while (!over()) {
          if (!pending)
            await new Promise<void>((resolve) => {
              resume = resolve;
            });
          if (over()) return;
          pending = false;
          yield;
        }
      } finally {
        end();
      }
    }
    return pulses();
  }

  [Symbol.dispose](): void {
    this.#ended = true;
    this.fire();
    this.#wake.clear();
  }
}
