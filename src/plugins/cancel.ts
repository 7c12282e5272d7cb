import { CradleError } from '../dbus/errors.js';

/** Fails with Cancelled once the signal is aborted; `what` names the work, such as `listing pictures`. */
export function stopIfCancelled(signal: AbortSignal, what: string): void {
  if (signal.aborted) throw new CradleError('Cancelled', `${what} was cancelled`, { cause: signal.reason });
}
