import type { Login } from '../../contract.js';
import { makeCredentials } from '../auth/credentials.js';
import { makeHmac } from '../auth/hmac.js';
import type { Version } from '../codec/document.js';
import type { Challenge, Credentials } from '../message/message.js';
import { STATUS } from './codes.js';
import type { SessionMemory } from './conversation.js';
import { BOTH_SCHEMES, type LoginScheme } from './plan.js';

/** A server that still wants another proof after these does not like any of ours. */
const MOST_ATTEMPTS = 4;

/** How a client proves who it is, and for how long a server remembers: Representation Protocol 1.2, section 7. */
export class Proof {
  readonly #login: Login | undefined;
  readonly #schemes: readonly LoginScheme[];
  readonly #tried = new Set<LoginScheme>();
  #scheme: LoginScheme;
  #nonce: Uint8Array | undefined;
  /** The nonce came in this session, so it cannot be stale. */
  #isFresh = false;
  #attempts = 0;
  /** The server remembers us for the rest of the session. */
  #isRemembered = false;

  constructor(
    login: Login | undefined,
    schemes: readonly LoginScheme[] = BOTH_SCHEMES,
    readonly version: Version,
    readonly memory: SessionMemory,
  ) {
    this.#login = login;
    this.#schemes = schemes;
    this.#scheme = schemes[0] ?? 'md5';
    this.#nonce = memory.nonce('ours');
  }

  credentials(): Credentials | undefined {
    if (this.#login === undefined || this.#isRemembered || this.#scheme === 'hmac') return undefined;
    return makeCredentials(this.#scheme, this.#login, this.version, this.#nonce);
  }

  /** What goes beside a message, where that is how it is proved; each message then. */
  sign(bytes: Uint8Array): string | undefined {
    if (this.#login === undefined || this.#scheme !== 'hmac') return undefined;
    return makeHmac(bytes, this.#login, this.#nonce ?? new Uint8Array());
  }

  /** By 212 for the session, by 200 for this message alone. */
  accepted(code: number, challenge: Challenge | undefined): void {
    if (code === STATUS.authenticated) this.#isRemembered = true;
    this.#attempts = 0;
    this.#tried.clear();
    this.#isFresh = false;
    this.#learn(challenge);
  }

  /** 401 or 407. True when there is something left to try. */
  refused(challenge: Challenge | undefined): boolean {
    this.#isRemembered = false;
    if (this.#login === undefined || ++this.#attempts >= MOST_ATTEMPTS) return false;
    const hadItsChance = this.#scheme === 'basic' || this.#isFresh;
    if (hadItsChance) this.#tried.add(this.#scheme);
    const wanted = challenge?.scheme ?? this.#schemes.find((one) => !this.#tried.has(one));
    const scheme = this.#schemes.find((one) => one === wanted && !this.#tried.has(one));
    if (scheme === undefined) return false;
    this.#scheme = scheme;
    this.#isFresh = this.#learn(challenge);
    return true;
  }

  #learn(challenge: Challenge | undefined): boolean {
    const nonce = challenge?.nextNonce;
    if (nonce === undefined) return false;
    this.#nonce = nonce;
    this.memory.setNonce('ours', nonce);
    return true;
  }
}
