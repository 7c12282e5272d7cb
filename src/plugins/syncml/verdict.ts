import { CradleError, type ErrorCode } from '../../dbus/errors.js';

/** What a status says of a change that was sent. */
export type Verdict =
  | { readonly kind: 'done' }
  /** The device does not have what was to be changed. */
  | { readonly kind: 'lost' }
  /** The device says that it has this already. */
  | { readonly kind: 'known' }
  | { readonly kind: 'refused'; readonly reason: CradleError };

/** Response status codes that mean something for one item: Representation Protocol 1.2, section 10. */
const REASONS: ReadonlyMap<number, readonly [ErrorCode, string]> = new Map([
  [400, ['InvalidItem', 'could not make sense of it']],
  [401, ['ReadOnly', 'does not let us write it']],
  [403, ['ReadOnly', 'does not let us write it']],
  [405, ['ReadOnly', 'lets nobody write it']],
  [406, ['Unsupported', 'has no such function']],
  [407, ['ReadOnly', 'does not let us write it']],
  [408, ['Timeout', 'took too long over it']],
  [409, ['ItemChanged', 'has another version of it by now']],
  [411, ['InvalidItem', 'wants to know its size first']],
  [412, ['InvalidItem', 'found it incomplete']],
  [413, ['InvalidItem', 'found it too large']],
  [414, ['InvalidItem', 'found its name too long']],
  [415, ['InvalidItem', 'does not take its format']],
  [416, ['InvalidItem', 'found it too large']],
  [417, ['Busy', 'asks to try again later']],
  [419, ['ItemChanged', 'kept its own version of it']],
  [420, ['NoSpace', 'is full']],
  [424, ['InvalidItem', 'got another size than was announced']],
  [425, ['ReadOnly', 'does not let us write it']],
  [500, ['Failed', 'failed with it']],
  [501, ['Unsupported', 'has no such function']],
  [503, ['Busy', 'cannot take it now']],
  [506, ['Failed', 'failed in processing it']],
  [510, ['Failed', 'could not store it']],
  [511, ['Failed', 'failed with it']],
  [514, ['Cancelled', 'broke it off']],
]);

/** `what` begins the sentence with the store, such as `the phone's contacts`. */
export function verdictOf(kind: 'add' | 'replace' | 'delete', code: number, what: string): Verdict {
  if (code >= 200 && code < 300 && code !== 215) return { kind: 'done' };
  if (kind !== 'add' && (code === 404 || code === 410)) return kind === 'delete' ? { kind: 'done' } : { kind: 'lost' };
  if (kind === 'add' && code === 418) return { kind: 'known' };
  const [error, words] = REASONS.get(code) ?? ['Failed', 'did not take it'];
  // A code of ours would end the whole session.
  const own: ErrorCode = error === 'Cancelled' || error === 'Timeout' ? 'Failed' : error;
  return { kind: 'refused', reason: new CradleError(own, `${what} ${words} (status ${code})`) };
}
