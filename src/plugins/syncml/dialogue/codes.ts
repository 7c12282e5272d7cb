import { CradleError, type ErrorCode } from '../../../dbus/errors.js';
import type { SyncMode } from './conversation.js';

/** Response status codes: Representation Protocol 1.2, section 10. */
export const STATUS = {
  inProgress: 101,
  ok: 200,
  added: 201,
  /** The credentials hold for the whole session. */
  authenticated: 212,
  chunkTaken: 213,
  /** Of a part of an Atomic that was left alone because another part failed. */
  notExecuted: 215,
  rolledBack: 216,
  badRequest: 400,
  badLogin: 401,
  forbidden: 403,
  notFound: 404,
  notAllowed: 405,
  unsupported: 406,
  noLogin: 407,
  noAnswer: 408,
  sizeRequired: 411,
  incomplete: 412,
  tooLarge: 413,
  unknownType: 415,
  objectTooLarge: 416,
  retryLater: 417,
  full: 420,
  wrongSize: 424,
  failed: 500,
  unavailable: 503,
  atomicFailed: 507,
  refreshRequired: 508,
  /** Something else is done than what was asked for. */
  otherMode: 509,
  cancelled: 514,
} as const;

/** Alert codes: DS Protocol 1.2, section 5.1; those of the sync modes are in `ALERT_OF`. */
export const ALERT = {
  display: 100,
  /** Go on with this package. */
  next: 222,
  /** The end of a large object never came. */
  endMissing: 223,
  suspend: 224,
  resume: 225,
} as const;

export const ALERT_OF: Readonly<Record<SyncMode, number>> = {
  'two-way': 200,
  slow: 201,
  'one-way-from-client': 202,
  'refresh-from-client': 203,
  'one-way-from-server': 204,
  'refresh-from-server': 205,
};

const MODES: ReadonlyMap<number, SyncMode> = new Map([
  [200, 'two-way'],
  [201, 'slow'],
  [202, 'one-way-from-client'],
  [203, 'refresh-from-client'],
  [204, 'one-way-from-server'],
  [205, 'refresh-from-server'],
  // What the server asks for in its alert; there are clients that repeat it.
  [206, 'two-way'],
  [207, 'one-way-from-client'],
  [208, 'refresh-from-client'],
  [209, 'one-way-from-server'],
  [210, 'refresh-from-server'],
]);

/** What an alert asks for; undefined for alerts of another kind. */
export const modeOfAlert = (code: number): SyncMode | undefined => MODES.get(code);

/** What the client has told so far is of no use to these: all comes anew. */
export const needsNoAnchors = (mode: SyncMode): boolean =>
  mode === 'slow' || mode === 'refresh-from-client' || mode === 'refresh-from-server';

export const takesFromClient = (mode: SyncMode): boolean =>
  mode !== 'one-way-from-server' && mode !== 'refresh-from-server';

export const takesFromServer = (mode: SyncMode): boolean =>
  mode !== 'one-way-from-client' && mode !== 'refresh-from-client';

export const isSuccess = (code: number): boolean => code >= 200 && code < 300;

/** A status that refuses a session or a datastore, as an error; `what` names what was refused. */
export function refusalOf(code: number, what: string): CradleError {
  const [error, why] = MEANINGS.get(code) ?? ['Failed', 'refused it'];
  return new CradleError(error, `${what}: the other side ${why} (status ${code})`);
}

const MEANINGS: ReadonlyMap<number, readonly [ErrorCode, string]> = new Map([
  [101, ['Busy', 'is busy']],
  [401, ['NotOwner', 'does not take the login']],
  [402, ['NotOwner', 'wants to be paid']],
  [403, ['NotOwner', 'does not allow it']],
  [404, ['NotFound', 'does not have it']],
  [405, ['Unsupported', 'does not allow that command']],
  [406, ['Unsupported', 'does not support that']],
  [407, ['NotOwner', 'wants a login']],
  [408, ['Timeout', 'waited too long']],
  [410, ['NotFound', 'no longer has it']],
  [415, ['Unsupported', 'does not know that type']],
  [417, ['Busy', 'asks to try again later']],
  [420, ['NoSpace', 'is full']],
  [501, ['Unsupported', 'does not support that command']],
  [503, ['Busy', 'is not available now']],
  [504, ['Timeout', 'waited too long for somebody else']],
  [505, ['Unsupported', 'does not speak this version of the document type']],
  [506, ['Failed', 'failed in processing it']],
  [511, ['Failed', 'had a failure that needs repair']],
  [513, ['Unsupported', 'does not speak this version of the protocol']],
  [514, ['Cancelled', 'cancelled it']],
]);

/** How an error of ours looks from outside. */
export function statusOfError(error: CradleError): number {
  switch (error.code) {
    case 'Busy':
      return STATUS.retryLater;
    case 'StoreUnavailable':
    case 'NotConnected':
      return STATUS.unavailable;
    case 'NotFound':
      return STATUS.notFound;
    case 'NotOwner':
      return STATUS.forbidden;
    case 'Unsupported':
      return STATUS.unsupported;
    case 'Cancelled':
      return STATUS.cancelled;
    default:
      return STATUS.failed;
  }
}
