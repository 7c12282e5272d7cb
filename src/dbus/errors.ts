/** What can go wrong, as a closed list; the last word of the D-Bus error name. docs/errors.md says what each means. */
export const ERROR_CODES = [
  'Failed',
  'Busy',
  'Cancelled',
  'InvalidArgs',
  'NotFound',
  'NotConnected',
  'NotIdentified',
  'NotOwner',
  'NeedsDecision',
  'MassDeletion',
  'StoreReplaced',
  'StoreUnavailable',
  'ReadOnly',
  'NoSpace',
  'ItemChanged',
  'InvalidItem',
  'PlanStale',
  'LimitsExceeded',
  'Timeout',
  'PluginFailed',
  'Unsupported',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** The one error class. Its code is also the last word of the D-Bus error name; its message is a sentence that names the thing. */
export class CradleError extends Error {
  /** The D-Bus error name, when somebody on the bus answered with it. */
  readonly remote: string | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions & { readonly remote?: string },
  ) {
    super(message, options);
    this.name = `CradleError.${code}`;
    this.remote = options?.remote;
  }
}

export const isErrorCode = (text: string): text is ErrorCode => ERROR_CODES.some((code) => code === text);

/** Any thrown value as a CradleError: itself, or wrapped as `code` with the original as its cause. */
export function asCradleError(thrown: unknown, code: ErrorCode = 'Failed'): CradleError {
  if (thrown instanceof CradleError) return thrown;
  if (thrown instanceof Error && thrown.name === 'AbortError')
    return new CradleError('Cancelled', 'the work was cancelled', { cause: thrown });
  return new CradleError(code, thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown });
}
