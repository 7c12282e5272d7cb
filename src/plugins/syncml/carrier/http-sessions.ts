import { randomBytes } from 'node:crypto';
import type { Packet } from './carrier.js';
import type { HttpLimits } from './http-limits.js';
import { household } from './http-rate.js';
import { digestOf, OpenSession } from './http-session.js';

/** The name of the token in the query of a RespURI. */
export const TOKEN = 'session';

const TOKEN_OCTETS = 18;
/** Last replies of sessions that are over. */
const MOST_LAST_REPLIES = 32;
const LONGEST_LAST_REPLY = 256 * 1024;

/** All sessions of a listener, by the token that their clients were given, which nobody else can guess. */
export class HttpSessions {
  readonly #limits: HttpLimits;
  readonly #open = new Map<string, OpenSession>();
  readonly #replies = new Map<string, { readonly digest: string; readonly packet: Packet }>();

  constructor(limits: HttpLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#open.size;
  }

  find(token: string): OpenSession | undefined {
    return this.#open.get(token);
  }

  /** The session that this message began, if its client got no reply and so asks at the first address once more. */
  begunWith(bytes: Uint8Array, peer: string): OpenSession | undefined {
    const digest = digestOf(bytes);
    for (const session of this.#open.values()) if (session.opening === digest && session.peer === peer) return session;
    return undefined;
  }

  /** The last reply of a session that is over, for a client that missed it and sends the same message again. */
  lastReply(token: string, bytes: Uint8Array): Packet | undefined {
    const last = this.#replies.get(token);
    return last !== undefined && last.digest === digestOf(bytes) ? last.packet : undefined;
  }

  /** A new one; undefined when there are too many, in all or of that address. */
  begin(peer: string, respUriFor: (token: string) => string): OpenSession | undefined {
    const { sessions, sessionsOfAddress } = this.#limits;
    const here = household(peer);
    const ofAddress = [...this.#open.values()].filter((one) => household(one.peer) === here).length;
    if (this.#open.size >= sessions || ofAddress >= sessionsOfAddress) return undefined;
    const token = randomBytes(TOKEN_OCTETS).toString('base64url');
    const session = new OpenSession(peer, respUriFor(token), this.#limits, ({ last }) => {
      this.#open.delete(token);
      if (last !== undefined) this.#keep(token, last);
    });
    this.#open.set(token, session);
    return session;
  }

  #keep(token: string, last: { readonly digest: string; readonly packet: Packet }): void {
    if (last.packet.bytes.length > LONGEST_LAST_REPLY) return;
    this.#replies.set(token, last);
    setTimeout(() => this.#replies.delete(token), this.#limits.idle).unref();
    const [oldest] = this.#replies.keys();
    if (this.#replies.size > MOST_LAST_REPLIES && oldest !== undefined) this.#replies.delete(oldest);
  }

  all(): readonly OpenSession[] {
    return [...this.#open.values()];
  }
}
