import { CradleError } from '../../dbus/errors.js';

/**
 * Does `work` until it is done. Fails with Timeout once so many milliseconds have passed and with Cancelled when aborted,
 * whether the work heeds its signal or not; `what` names it, such as `the answer of /dev/ttyACM0`.
 */
export async function within<T>(
  milliseconds: number,
  what: string,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  stopIfAborted(signal, what);
  const limit = new AbortController();
  let refuse = (_: CradleError): void => {};
  const refused = new Promise<never>((_, reject) => {
    refuse = (error) => {
      reject(error);
      limit.abort(error);
    };
  });
  const cancel = (): void => refuse(cancelled(signal, what));
  const timer = setTimeout(
    () => refuse(new CradleError('Timeout', `${what} did not come within ${milliseconds} ms`)),
    milliseconds,
  );
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await Promise.race([work(limit.signal), refused]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
  }
}

/** Settles as `work` does, or fails with Cancelled when aborted before; `work` itself goes on. */
export async function unlessAborted<T>(work: Promise<T>, what: string, signal: AbortSignal): Promise<T> {
  stopIfAborted(signal, what);
  let cancel = (): void => {};
  const refused = new Promise<never>((_, reject) => {
    cancel = () => reject(cancelled(signal, what));
  });
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await Promise.race([work, refused]);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

export function stopIfAborted(signal: AbortSignal, what: string): void {
  if (signal.aborted) throw cancelled(signal, what);
}

/** The reason of an abort stands when it is one of ours: a time limit further up stays a Timeout. */
const cancelled = (signal: AbortSignal, what: string): CradleError =>
  signal.reason instanceof CradleError
    ? signal.reason
    : new CradleError('Cancelled', `${what} was cancelled`, { cause: signal.reason });

/** A signal that aborts after so many milliseconds; keeps the process alive as long, which AbortSignal.timeout() does not. */
export class TimeLimit implements Disposable {
  readonly signal: AbortSignal;
  readonly #timer: NodeJS.Timeout;

  constructor(milliseconds: number) {
    const controller = new AbortController();
    this.signal = controller.signal;
    this.#timer = setTimeout(() => controller.abort(), Math.max(0, Math.round(milliseconds)));
  }

  get passed(): boolean {
    return this.signal.aborted;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
