import { CradleError, type ErrorCode } from '../../dbus/errors.js';
import { hex } from './headers.js';

/** Request opcodes: IrDA OBEX 1.5, section 3.4. The highest bit is the final bit. */
export const OPCODE = {
  connect: 0x80,
  disconnect: 0x81,
  put: 0x02,
  get: 0x03,
  setPath: 0x85,
  action: 0x86,
  session: 0x87,
  abort: 0xff,
} as const;

export const FINAL = 0x80;

/** Response codes with the final bit: section 3.3.1. */
export const RESPONSE = {
  continue: 0x90,
  success: 0xa0,
  created: 0xa1,
  accepted: 0xa2,
  badRequest: 0xc0,
  unauthorized: 0xc1,
  forbidden: 0xc3,
  notFound: 0xc4,
  notAcceptable: 0xc6,
  timeout: 0xc8,
  conflict: 0xc9,
  preconditionFailed: 0xcc,
  tooLarge: 0xcd,
  unsupportedType: 0xcf,
  internalError: 0xd0,
  notImplemented: 0xd1,
  unavailable: 0xd3,
} as const;

/** What the other codes mean to us, and in words. */
const MEANINGS: Readonly<Record<number, readonly [ErrorCode, string]>> = {
  192: ['PluginFailed', 'bad request'],
  193: ['NotOwner', 'unauthorized'],
  194: ['NotOwner', 'payment required'],
  195: ['NotOwner', 'forbidden'],
  196: ['NotFound', 'not found'],
  197: ['Unsupported', 'method not allowed'],
  198: ['Unsupported', 'not acceptable'],
  199: ['NotOwner', 'proxy authentication required'],
  200: ['Timeout', 'request time-out'],
  201: ['Busy', 'conflict'],
  202: ['NotFound', 'gone'],
  203: ['PluginFailed', 'length required'],
  204: ['PluginFailed', 'precondition failed'],
  205: ['LimitsExceeded', 'requested entity too large'],
  206: ['PluginFailed', 'requested URL too large'],
  207: ['Unsupported', 'unsupported media type'],
  208: ['PluginFailed', 'internal server error'],
  209: ['Unsupported', 'not implemented'],
  210: ['PluginFailed', 'bad gateway'],
  211: ['Busy', 'service unavailable'],
  212: ['Timeout', 'gateway time-out'],
  213: ['Unsupported', 'HTTP version not supported'],
  224: ['NoSpace', 'database full'],
  225: ['Busy', 'database locked'],
};

/** True for the codes that say all went well: 0xa0 to 0xa6. */
export const isSuccess = (code: number): boolean => (code | FINAL) >= 0xa0 && (code | FINAL) <= 0xa6;

/** A response code as an error; `what` is what was asked for, such as `a GET of application/vnd.syncml+xml`. */
export function refusal(code: number, who: string, what: string): CradleError {
  const [meaning, words] = MEANINGS[code | FINAL] ?? ['PluginFailed', 'a code nobody knows'];
  return new CradleError(meaning, `${who} refuses ${what}: ${words} (${hex(code | FINAL)})`);
}

/** An error as the code that tells it best. */
export function responseFor(error: unknown): number {
  if (!(error instanceof CradleError)) return RESPONSE.internalError;
  switch (error.code) {
    case 'NotFound':
      return RESPONSE.notFound;
    case 'NotOwner':
      return RESPONSE.forbidden;
    case 'Busy':
    case 'NotConnected':
    case 'Cancelled':
      return RESPONSE.unavailable;
    case 'InvalidArgs':
    case 'InvalidItem':
    case 'PluginFailed':
      return RESPONSE.badRequest;
    case 'LimitsExceeded':
      return RESPONSE.tooLarge;
    case 'Unsupported':
      return RESPONSE.notImplemented;
    case 'Timeout':
      return RESPONSE.timeout;
    default:
      return RESPONSE.internalError;
  }
}
