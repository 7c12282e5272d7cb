import { CradleError, type ErrorCode, isErrorCode } from './errors.js';
import { fromWire } from './marshal.js';
import { ERROR_PREFIX, standardErrors } from './names.js';
import type { Incoming, Outgoing } from './wire.js';

/** One method call to somebody on the bus. */
export interface Call {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature?: string;
  readonly body?: readonly unknown[];
  /** Milliseconds; 25,000 unless told. */
  readonly timeout?: number;
  readonly abort?: AbortSignal;
  /** Asks the bus not to start the service for this call. */
  readonly noAutoStart?: boolean;
}

/** What libdbus, GDBus and sd-bus wait as well. */
const DEFAULT_TIMEOUT = 25_000;
const ANSWER_VALUES = 1_000_000;

interface Waiting {
  readonly what: string;
  settle(outcome: { readonly body: readonly unknown[] } | { readonly error: CradleError }): void;
}

/** Our own calls that wait for their answers. */
export class Calls {
  readonly #waiting = new Map<number, Waiting>();
  #gone: CradleError | undefined;

  constructor(readonly send: (message: Outgoing) => number) {}

  make(call: Call): Promise<readonly unknown[]> {
    const what = `${call.destination} ${call.interface}.${call.member}`;
    return new Promise((resolve, reject) => {
      if (this.#gone !== undefined) return reject(this.#gone);
      const { abort } = call;
      if (abort?.aborted) return reject(cancelled(what, abort));
      const timeout = call.timeout ?? DEFAULT_TIMEOUT;
      const serial = this.send({
        kind: 'call',
        destination: call.destination,
        path: call.path,
        interface: call.interface,
        member: call.member,
        signature: call.signature ?? '',
        body: call.body ?? [],
        ...(call.noAutoStart === undefined ? {} : { noAutoStart: call.noAutoStart }),
      });
      const settle: Waiting['settle'] = (outcome) => {
        this.#waiting.delete(serial);
        clearTimeout(timer);
        abort?.removeEventListener('abort', onAbort);
        if ('error' in outcome) reject(outcome.error);
        else resolve(outcome.body);
      };
      const onAbort = (): void => settle({ error: cancelled(what, abort) });
      const timer = setTimeout(
        () => settle({ error: new CradleError('Timeout', `${what} did not answer within ${timeout} ms`) }),
        timeout,
      );
      abort?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.set(serial, { what, settle });
    });
  }

  /** Takes an answer; one that nobody waits for any more is dropped. */
  answer(message: Incoming): void {
    const waiting = this.#waiting.get(message.replySerial);
    if (waiting === undefined) return;
    try {
      waiting.settle(outcomeOf(message, waiting.what));
    } catch (error) {
      const reason = error instanceof CradleError ? error : new CradleError('Failed', String(error));
      waiting.settle({ error: reason });
    }
  }

  /** Every call, waiting or to come, fails with NotConnected from here on. */
  end(cause: Error | undefined): void {
    this.#gone = new CradleError('NotConnected', 'the connection to the message bus is gone', { cause });
    for (const waiting of [...this.#waiting.values()])
      waiting.settle({
        error: new CradleError('NotConnected', `the message bus went away while ${waiting.what} was awaited`, {
          cause,
        }),
      });
  }
}

function cancelled(what: string, abort: AbortSignal | undefined): CradleError {
  return new CradleError('Cancelled', `the call of ${what} was cancelled`, { cause: abort?.reason });
}

function outcomeOf(message: Incoming, what: string): Parameters<Waiting['settle']>[0] {
  if (message.body === undefined)
    return { error: new CradleError('LimitsExceeded', `the answer of ${what} is larger than Cradle accepts`) };
  const body = fromWire(message.signature, message.body, ANSWER_VALUES);
  if (message.kind === 'return') return { body };
  const [text] = body;
  return { error: remoteError(message.errorName, typeof text === 'string' ? text : '', what) };
}

const STANDARD: ReadonlyMap<string, ErrorCode> = new Map([
  [standardErrors.serviceUnknown, 'NotConnected'],
  [standardErrors.nameHasNoOwner, 'NotConnected'],
  [standardErrors.disconnected, 'NotConnected'],
  [standardErrors.noReply, 'Timeout'],
  [standardErrors.timeout, 'Timeout'],
  [standardErrors.timedOut, 'Timeout'],
  [standardErrors.unknownObject, 'NotFound'],
  [standardErrors.unknownMethod, 'Unsupported'],
  [standardErrors.unknownInterface, 'Unsupported'],
  [standardErrors.unknownProperty, 'Unsupported'],
  [standardErrors.notSupported, 'Unsupported'],
  [standardErrors.invalidArgs, 'InvalidArgs'],
  [standardErrors.propertyReadOnly, 'InvalidArgs'],
  [standardErrors.limitsExceeded, 'LimitsExceeded'],
]);

function remoteError(name: string, text: string, what: string): CradleError {
  const own = name.startsWith(ERROR_PREFIX) ? name.slice(ERROR_PREFIX.length) : '';
  const code = isErrorCode(own)
    ? own
    : (STANDARD.get(name) ?? (name.startsWith(standardErrors.spawn) ? 'NotConnected' : 'Failed'));
  return new CradleError(code, text === '' ? `${what} failed with ${name}` : text, { remote: name });
}
