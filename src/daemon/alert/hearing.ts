import { asCradleError } from '../../dbus/errors.js';
import { type Clock, pause } from '../../hal/clock.js';
import type { Account, AccountBook } from '../../hal/sources/accounts.js';
import { stopIfCancelled } from '../../plugins/cancel.js';
import type { Call, Log, PluginContext, ProtocolPlugin, Reception } from '../../plugins/contract.js';

export interface HearingParts {
  readonly accounts: AccountBook;
  /** What a plugin may see of the device that an account stands for; undefined while that may not be synced. */
  readonly context: (account: Account) => Promise<PluginContext | undefined>;
  /** Sees a call to its end; never rejects. */
  readonly put: (call: Call, protocol: string, signal: AbortSignal) => Promise<void>;
  /** Called when what an ear tells is different. */
  readonly changed: () => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** How one plugin listens. */
export interface Ear {
  readonly protocol: string;
  readonly state: 'starting' | 'listening' | 'failing';
  /** Where, in the plugin's own words; empty where it has not said. */
  readonly where: string;
  /** Why it does not listen; empty while it does. */
  readonly message: string;
}

/** Calls of one protocol that are seen to at once; more wait in the plugin. */
const MOST_CALLS = 8;
/** Milliseconds before a plugin that failed is tried again; twice as long each time. */
const FIRST_RETRY = 1_000;
const LAST_RETRY = 60_000;
/** Milliseconds without failure after which a plugin that does not say so is taken to listen. */
const TAKEN_TO_LISTEN = 5_000;
/** Milliseconds that a plugin may take to stop listening. */
const CLOSING_TIME = 10_000;

/** The accounts of those who may call through a protocol. */
export const callers = (book: AccountBook, protocol: string): readonly Account[] =>
  book.list().filter((account) => account.role === 'caller' && account.protocol === protocol);

/** One plugin listening under certain terms, begun anew whenever it fails. */
export class Hearing {
  readonly #parts: HearingParts;
  readonly #plugin: ProtocolPlugin;
  readonly #settings: ReadonlyMap<string, string>;
  readonly #stop = new AbortController();
  readonly #calls = new Set<Promise<void>>();
  readonly #running: Promise<void>;
  #retry = FIRST_RETRY;
  #ear: Ear;

  /** Begins when `ended` settles: two cannot listen at one place. */
  constructor(
    parts: HearingParts,
    plugin: ProtocolPlugin,
    settings: ReadonlyMap<string, string>,
    readonly terms: string,
    ended: Promise<unknown>,
  ) {
    this.#parts = parts;
    this.#plugin = plugin;
    this.#settings = settings;
    this.#ear = { protocol: plugin.name, state: 'starting', where: '', message: '' };
    this.#running = ended.then(() => this.#listen());
  }

  get ear(): Ear {
    return this.#ear;
  }

  /** Settles, never rejects, when it listens no more and its calls have ended; after a while at the latest. */
  async end(): Promise<void> {
    this.#stop.abort();
    const timer = new AbortController();
    const late = pause(this.#parts.clock, CLOSING_TIME, timer.signal).then(() => 'late' as const);
    const done = this.#running.then(() => Promise.all(this.#calls));
    if ((await Promise.race([done, late])) === 'late')
      this.#parts.log.warn(`${this.#plugin.name} does not stop listening`);
    timer.abort();
  }

  async #listen(): Promise<void> {
    const { log, clock } = this.#parts;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      let message = 'it stopped listening';
      try {
        await this.#hear(signal);
      } catch (thrown) {
        message = asCradleError(thrown, 'PluginFailed').message;
      }
      if (signal.aborted) return;
      if (this.#ear.message !== message) log.warn(`${this.#plugin.name} does not listen: ${message}`);
      this.#set({ state: 'failing', message });
      const wait = this.#retry;
      this.#retry = Math.min(wait * 2, LAST_RETRY);
      await pause(clock, wait, signal);
    }
  }

  async #hear(signal: AbortSignal): Promise<void> {
    const calls = this.#plugin.accept?.(this.#reception(), signal);
    if (calls === undefined) return;
    using _quiet = this.#parts.clock.after(TAKEN_TO_LISTEN, () => this.#works());
    for await (const call of calls) {
      this.#works();
      const seen = this.#parts.put(call, this.#plugin.name, signal);
      this.#calls.add(seen);
      void seen.then(() => this.#calls.delete(seen));
      if (this.#calls.size >= MOST_CALLS) await Promise.race(this.#calls);
      if (signal.aborted) return;
    }
  }

  #reception(): Reception {
    const { log, accounts, context } = this.#parts;
    return {
      log,
      settings: this.#settings,
      caller: async (user, signal) => {
        const account = callers(accounts, this.#plugin.name).find((one) => one.user === user);
        stopIfCancelled(signal, 'looking up a caller');
        return account === undefined ? undefined : context(account);
      },
      listening: (where) => {
        this.#works(where);
        log.info(`${this.#plugin.name} listens`, { where });
      },
    };
  }

  /** What has worked begins again soon when it fails. */
  #works(where = this.#ear.where): void {
    this.#retry = FIRST_RETRY;
    this.#set({ state: 'listening', where, message: '' });
  }

  #set(part: Partial<Ear>): void {
    const ear = { ...this.#ear, ...part };
    const news = JSON.stringify(ear) !== JSON.stringify(this.#ear);
    this.#ear = ear;
    if (news) this.#parts.changed();
  }
}
