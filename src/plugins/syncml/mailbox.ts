/**
 * Passes values from one who makes them to one who takes them, each at his own pace. Ends, or fails, once all that was
 * put before has been taken.
 */
export class Mailbox<T> implements AsyncIterableIterator<T> {
  #values: T[] = [];
  #at = 0;
  #end: { readonly failure: unknown } | 'done' | undefined;
  #taker: (() => void) | undefined;
  #maker: (() => void) | undefined;

  put(...values: readonly T[]): void {
    if (this.#end !== undefined) return;
    this.#values.push(...values);
    this.#wakeTaker();
  }

  end(): void {
    this.#end ??= 'done';
    this.#wakeTaker();
  }

  fail(failure: unknown): void {
    this.#end ??= { failure };
    this.#wakeTaker();
  }

  /** Settles when all has been taken, or nobody takes any more. */
  async empty(): Promise<void> {
    while (this.#at < this.#values.length && this.#end === undefined)
      await new Promise<void>((resolve) => {
        this.#maker = resolve;
      });
  }

  async next(): Promise<IteratorResult<T>> {
    for (;;) {
      if (this.#at < this.#values.length) {
        const [value] = this.#values.slice(this.#at, ++this.#at);
        if (this.#at === this.#values.length) {
          this.#values = [];
          this.#at = 0;
          this.#wakeMaker();
        }
        if (value !== undefined) return { done: false, value };
        continue;
      }
      if (this.#end === 'done') return { done: true, value: undefined };
      if (this.#end !== undefined) throw this.#end.failure;
      await new Promise<void>((resolve) => {
        this.#taker = resolve;
      });
    }
  }

  async return(): Promise<IteratorResult<T>> {
    this.#values = [];
    this.#at = 0;
    this.#end = 'done';
    this.#wakeTaker();
    this.#wakeMaker();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #wakeTaker(): void {
    this.#taker?.();
    this.#taker = undefined;
  }

  #wakeMaker(): void {
    this.#maker?.();
    this.#maker = undefined;
  }
}
