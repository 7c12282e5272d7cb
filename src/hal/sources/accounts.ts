import type { DeviceSource, Sighting, SightingEvent } from '../device.js';
import { Ledger } from './ledger.js';

/** `server`: we log in there. `caller`: a phone or program that logs in here. */
export const ACCOUNT_ROLES = ['server', 'caller'] as const;
export type AccountRole = (typeof ACCOUNT_ROLES)[number];

/** A partner of no plug: a server we log in to, or a phone or program that logs in to us. Never holds a secret. */
export interface Account {
  /** Lasting and unique, a word of lower-case letters, digits and hyphens. */
  readonly name: string;
  /** The plugin that talks to it, such as `syncml`. */
  readonly protocol: string;
  readonly role: AccountRole;
  /** What a person calls it. */
  readonly label: string;
  /** Where the server is, without user and password; empty for a caller. */
  readonly url: string;
  /** The name to log in under, here or there; empty where nobody logs in. */
  readonly user: string;
  /** Addresses of its stores by our names for them; empty: those its rules name. */
  readonly stores: ReadonlyMap<string, string>;
  /** Milliseconds since the epoch: tells it from a later one of the same name. */
  readonly created: number;
}

/** Where accounts are kept. */
export interface AccountBook {
  list(): readonly Account[];
  onChange(listener: () => void): Disposable;
}

/** The name of this source, and the subsystem of what it sees. */
export const ACCOUNT_SOURCE = 'account';

/** The accounts somebody has set up: devices too, always in reach. */
export class AccountSource implements DeviceSource {
  readonly name = ACCOUNT_SOURCE;
  readonly #book: AccountBook;

  constructor(book: AccountBook) {
    this.#book = book;
  }

  async *watch(signal: AbortSignal): AsyncGenerator<SightingEvent> {
    const ledger = new Ledger();
    let wake = (): void => {};
    const stirred = (): void => wake();
    using _book = this.#book.onChange(stirred);
    signal.addEventListener('abort', stirred);
    try {
      for (let settled = false; !signal.aborted; settled = true) {
        // Made before looking, so that what comes after the look still wakes.
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        this.#compare(ledger);
        yield* ledger.take();
        if (!settled) yield { kind: 'settled' };
        else await woken;
      }
    } finally {
      signal.removeEventListener('abort', stirred);
    }
  }

  #compare(ledger: Ledger): void {
    const accounts = this.#book.list();
    const keys = new Set(accounts.map(({ name }) => accountKey(name)));
    for (const key of ledger.keys()) if (!keys.has(key)) ledger.absent(key);
    for (const account of accounts) ledger.present(accountSighting(account), String(account.created));
  }
}

/** The key of an account's sighting. */
export const accountKey = (name: string): string => `${ACCOUNT_SOURCE}:${name}`;

/** An account as rules see it; docs/evidence.md lists its facts. */
export function accountSighting(account: Account): Sighting {
  const { name, protocol, role, label, url, user, stores } = account;
  const facts = new Map<string, string>([
    ['subsystem', ACCOUNT_SOURCE],
    ['account', name],
    ['account.protocol', protocol],
    ['account.role', role],
    ['account.label', label],
    ['account.url', url],
    ['account.user', user],
    ['account.stores', [...stores.keys()].sort().join(';')],
  ]);
  for (const [fact, value] of facts) if (value === '') facts.delete(fact);
  for (const [store, address] of stores) facts.set(`account.store.${store}`, address);
  return { key: accountKey(name), source: ACCOUNT_SOURCE, body: accountKey(name), evidence: facts };
}
