/** Counts what is under way, so that a thing is let go of only when nobody is in the middle of using it. */
export class InUse {
  #count = 0;
  #idle: (() => void) | undefined;

  async run<T>(work: () => Promise<T>): Promise<T> {
    this.#count++;
    try {
      return await work();
    } finally {
      if (--this.#count === 0) this.#idle?.();
    }
  }

  /** Between two items nothing is under way: a consumer that pauses keeps nothing in use. */
  async *iterate<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
    let over = false;
    try {
      for (;;) {
        const result = await this.run(() => source.next());
        over = result.done === true;
        if (result.done === true) return;
        yield result.value;
      }
    } catch (error) {
      over = true;
      throw error;
    } finally {
      if (!over) await this.run(() => source.return(undefined));
    }
  }

  /** Settles when nothing is under way. */
  async idle(): Promise<void> {
    if (this.#count === 0) return;
    await new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
  }
}
