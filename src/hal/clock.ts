/** Time as hal needs it, so that a test can turn it by hand. */
export interface Clock {
  /** Calls `work` once after so many milliseconds, unless disposed before. */
  after(milliseconds: number, work: () => void): Disposable;
}

export const systemClock: Clock = {
  after(milliseconds, work) {
    const timer = setTimeout(work, milliseconds);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};

/** Settles after so many milliseconds, or at once when aborted; never rejects. */
export function pause(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const finish = (): void => {
      timer[Symbol.dispose]();
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = clock.after(milliseconds, finish);
    signal.addEventListener('abort', finish, { once: true });
  });
}
