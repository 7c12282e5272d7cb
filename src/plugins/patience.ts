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
  let silence = (): void => {};
  let interruption = (): void => {};
  // One timer for all items, wound up anew for each: most sources answer at once.
  const timer = setTimeout(() => silence(), patience);
  const abort = () => interruption();
  signal.addEventListener('abort', abort);

  const wait = (next: Promise<IteratorResult<T>>, patiently: boolean): Promise<IteratorResult<T> | undefined> =>
    new Promise((resolve, reject) => {
      silence = patiently ? () => {} : () => resolve(undefined);
      interruption = () => reject(new CradleError('Cancelled', 'the work was cancelled', { cause: signal.reason }));
      if (!patiently) timer.refresh();
      if (signal.aborted) interruption();
      next.then(resolve, reject);
    });

  let over = false;
  try {
    for (;;) {
      const next = iterator.next();
      let result = await wait(next, false);
      if (result === undefined) {
        yield undefined;
        result = await wait(next, true);
      }
      if (result === undefined || result.done === true) {
        over = true;
        return;
      }
      yield result.value;
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    // Not awaited: a source that is stuck cannot be made to end.
    if (!over) iterator.return?.()?.catch(() => undefined);
  }
}
