/** Where it is written down what has to be undone in the end; the context of a test of node:test is one. */
export interface Scope {
  after(undo: () => unknown): void;
}

/** A scope for programs that are no tests: undoes everything, the last first, whatever fails on the way. */
export class Undo implements Scope, AsyncDisposable {
  readonly #steps: (() => unknown)[] = [];
  #over = false;

  /** What comes too late, when all is undone already, is undone at once. */
  after(undo: () => unknown): void {
    if (this.#over) void Promise.resolve(undo()).catch(() => {});
    else this.#steps.push(undo);
  }

  /** Fails, once all is undone, with the first thing that could not be. */
  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop())
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    this.#over = true;
    if (failures.length > 0) throw failures[0];
  }
}
