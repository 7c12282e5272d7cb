import { LIMITS } from '../codec/limits.js';

/** What callers may ask of us. Times are milliseconds. */
export interface HttpLimits {
  /** Octets of one message. */
  readonly body: number;
  /** Octets of all messages that are just coming in or wait to be dealt with. */
  readonly bodies: number;
  /** Octets of the header fields of a request. */
  readonly header: number;
  readonly connections: number;
  readonly sessions: number;
  readonly sessionsOfAddress: number;
  /** Requests a second, in the long run. */
  readonly requestsOfAddress: number;
  /** For a request to come in whole. */
  readonly request: number;
  /** Between the reply to one request of a session and the next. */
  readonly idle: number;
  /** For our side to have a reply. */
  readonly answer: number;
}

export const HTTP_LIMITS: HttpLimits = {
  body: LIMITS.bytes,
  bodies: 4 * LIMITS.bytes,
  header: 16 * 1024,
  connections: 128,
  sessions: 64,
  sessionsOfAddress: 16,
  requestsOfAddress: 50,
  request: 120_000,
  idle: 600_000,
  answer: 180_000,
};
