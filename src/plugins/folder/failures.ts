import { CradleError, type ErrorCode } from '../../dbus/errors.js';
import { codeOf } from './files.js';

/** What the store was about when a system call failed. */
export interface Attempt {
  /** A verb such as `read`. */
  readonly doing: 'read' | 'write' | 'list' | 'open';
  /** What it was done to, as a person would find it. */
  readonly path: string;
}

const WHOLE_STORE = new Set<ErrorCode>(['NoSpace', 'NotConnected', 'StoreUnavailable', 'Cancelled', 'LimitsExceeded']);

/** Whether a failure with one item would meet all the others too. A folder within may be read-only by itself. */
export const stopsTheStore = (error: CradleError): boolean =>
  WHOLE_STORE.has(error.code) || codeOf(error.cause) === 'EROFS';

/** The errno(3) names of a medium that is no longer there or no longer answers. */
const LOST = new Set([
  'ENODEV',
  'ENXIO',
  'EIO',
  'ENOMEDIUM',
  'ESTALE',
  'ENOTCONN',
  'ESHUTDOWN',
  'EUCLEAN',
  'ETIMEDOUT',
]);

/** A failed system call as a sentence with a code; a CradleError stays as it is. */
export function failureOf(error: unknown, { doing, path }: Attempt): CradleError {
  if (error instanceof CradleError) return error;
  const errno = codeOf(error);
  const fail = (code: ErrorCode, words: string) => new CradleError(code, words, { cause: error });
  if (errno === undefined) return fail('Failed', `could not ${doing} ${path}: ${String(error)}`);
  if (errno === 'ENOSPC') return fail('NoSpace', `there is no space left to ${doing} ${path}`);
  if (errno === 'EDQUOT') return fail('NoSpace', `the disk quota does not allow to ${doing} ${path}`);
  if (errno === 'EFBIG') return fail('InvalidItem', `${path} is larger than its filesystem allows`);
  if (errno === 'EROFS') return fail('ReadOnly', `${path} lies on a read-only filesystem`);
  if (errno === 'EACCES' || errno === 'EPERM')
    return doing === 'write'
      ? fail('ReadOnly', `the permissions do not allow to write ${path}`)
      : fail(doing === 'read' ? 'InvalidItem' : 'StoreUnavailable', `the permissions do not allow to ${doing} ${path}`);
  if (LOST.has(errno)) return fail('StoreUnavailable', `${path} cannot be reached any more (${errno})`);
  if (errno === 'ENAMETOOLONG') return fail('InvalidItem', `the name ${path} is too long`);
  if (errno === 'EILSEQ' || errno === 'EINVAL') return fail('InvalidItem', `${path} is no name for this filesystem`);
  if (errno === 'ELOOP') return fail('InvalidItem', `${path} leads through a symbolic link`);
  if (errno === 'ENOENT' || errno === 'ENOTDIR')
    return doing === 'open' || doing === 'list'
      ? fail('StoreUnavailable', `the folder ${path} is not there`)
      : fail('ItemChanged', `${path} is not there any more`);
  if (errno === 'EEXIST' || errno === 'EISDIR' || errno === 'ENOTEMPTY')
    return fail('ItemChanged', `something else of the name ${path} is there`);
  return fail('Failed', `could not ${doing} ${path} (${errno})`);
}
