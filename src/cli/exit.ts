import { type CradleError, type ErrorCode, isErrorCode } from '../dbus/errors.js';
import { ERROR_PREFIX } from '../dbus/names.js';

/** What the program ends with; cradle(1) documents them. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  noDaemon: 3,
  notFound: 4,
  needsDecision: 5,
  partial: 6,
  /** As a shell reports SIGINT. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A command line that makes no sense; the message says why. */
export class UsageError extends Error {}

/** Nobody serves Cradle's name on the bus, or there is no bus. */
export class NoDaemonError extends Error {}

/** A word that names no device, binding or store, or several. */
export class NotFoundError extends Error {
  constructor(
    message: string,
    readonly candidates: readonly string[] = [],
  ) {
    super(message);
  }
}

const QUESTIONS: readonly ErrorCode[] = ['NeedsDecision', 'MassDeletion', 'StoreReplaced'];

export function exitOf(error: CradleError): ExitCode {
  if (QUESTIONS.includes(error.code)) return EXIT.needsDecision;
  if (error.code === 'NotFound') return EXIT.notFound;
  return error.code === 'Cancelled' ? EXIT.interrupted : EXIT.failed;
}

/** The code in an error name of ours, such as a session's ErrorName. */
export function codeIn(errorName: string): ErrorCode | undefined {
  const code = errorName.startsWith(ERROR_PREFIX) ? errorName.slice(ERROR_PREFIX.length) : '';
  return isErrorCode(code) ? code : undefined;
}

export const isQuestion = (code: ErrorCode | undefined): boolean => code !== undefined && QUESTIONS.includes(code);
