import { CradleError } from '../dbus/errors.js';

/**
 * What a source gives, and an undefined in between when it has kept silent for so many milliseconds: time to finish what
 * has come so far. Fails with Cancelled when aborted, even while the source is silent.
 */
export async function* withPauses<T>(
  source: AsyncIterable<T>,
  patience: number,
  signal: AbortSignal,
): AsyncGenerator<T | undefined> {
  const iterator = source[Symbol.asyncIterator]();
  let over = false;
  try {
    for (;;) {
      const next = iterator.next();
      // Most sources answer at once; a timer for each item would cost more than the item.
      let result = await Promise.race([next, turn()]);
      result ??= await within(next, patience, signal);
      if (result === undefined) {
        yield undefined;
        result = await within(next, undefined, signal);
      }
      if (result === undefined || result.done === true) {
        over = true;
        return;
      }
      yield result.value;
    }
  } finally {
    // Not awaited: a source that is stuck cannot be made to end.
    if (!over) iterator.return?.()?.catch(() => undefined);
  }
}

const turn = (): Promise<undefined> => new Promise((resolve) => setImmediate(resolve, undefined));

/** Undefined after so many milliseconds; without them only the signal ends the wait. */
function within<T>(answer: Promise<T>, milliseconds: number | undefined, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer =
      milliseconds === undefined ? undefined : setTimeout(() => finish(() => resolve(undefined)), milliseconds);
    const abort = () =>
      finish(() => reject(new CradleError('Cancelled', 'the work was cancelled', { cause: signal.reason })));
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      settle();
    };
    signal.addEventListener('abort', abort);
    if (signal.aborted) return abort();
    answer.then(
      (value) => finish(() => resolve(value)),
      (error: unknown) => finish(() => reject(error)),
    );
  });
}
