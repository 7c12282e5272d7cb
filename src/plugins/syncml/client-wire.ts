import { CradleError } from '../../dbus/errors.js';
import { TimeLimit, unlessAborted } from '../../hal/transports/deadline.js';
import type { Log, Wish } from '../contract.js';
import type { Conversation, Outcome, Outgoing } from './dialogue/conversation.js';
import { drain, type Storeroom } from './drain.js';
import { Redelivery } from './replica/redelivery.js';
import type { Wire } from './wire.js';

/** Milliseconds for the rest of a session in which nobody waited for the outcomes. */
const GRACE = 3_000;

/** Slow syncs a server may ask for before it is told anything. */
const MOST_SLOW = 3;

export interface ClientWireParts {
  /** The greeting that the peer began with; its session takes in the server's news. */
  readonly first: Conversation;
  /** Begins another session with all datastores. */
  readonly greet: (signal: AbortSignal) => Promise<Conversation>;
  readonly rooms: ReadonlyMap<string, Storeroom>;
  readonly log: Log;
}

/**
 * The device is a SyncML server. A client has to speak first, and the engine wants to know both sides before it decides:
 * so one session sends nothing and takes in the server's news, and a second one brings ours, if there is anything.
 */
export class ClientWire implements Wire {
  readonly #parts: ClientWireParts;
  readonly #closing = new AbortController();
  /** Datastores whose news were taken in and not asked for yet. */
  readonly #fresh = new Set<string>();
  #waiting: Conversation | undefined;
  #sending: Conversation | undefined;
  /** Whoever sent changes went before he knew what became of them. */
  #isLeft = false;
  /** One session at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: ClientWireParts) {
    this.#parts = parts;
    this.#waiting = parts.first;
  }

  gather(datastore: string, signal: AbortSignal): Promise<void> {
    return this.#inTurn(signal, async (until) => {
      if (this.#fresh.delete(datastore)) return;
      await this.#endSending(until);
      const conversation = this.#waiting ?? (await this.#parts.greet(until));
      this.#waiting = undefined;
      await this.#takeIn(conversation, until);
      if (!this.#fresh.delete(datastore)) throw missing(conversation, datastore);
    });
  }

  async *send(datastore: string, changes: AsyncIterable<Outgoing>, signal: AbortSignal): AsyncGenerator<Outcome> {
    const conversation = await this.#inTurn(signal, (until) => this.#open(until));
    const session = conversation.datastores.get(datastore);
    if (session === undefined) throw missing(conversation, datastore);
    this.#isLeft = true;
    yield* session.apply(changes, signal);
    this.#isLeft = false;
  }

  wish(): Wish | undefined {
    return undefined;
  }

  async finish(signal: AbortSignal): Promise<void> {
    using limit = this.#isLeft ? new TimeLimit(GRACE) : undefined;
    await this.#inTurn(limit === undefined ? signal : AbortSignal.any([signal, limit.signal]), async (until) => {
      const { rooms, log } = this.#parts;
      if (this.#waiting !== undefined) {
        const conversation = this.#waiting;
        this.#waiting = undefined;
        await this.#takeIn(conversation, until);
      }
      for (const [name, { holdings, form }] of rooms) {
        if (!Redelivery.isNeeded(holdings)) continue;
        const conversation = await this.#open(until);
        const session = conversation.datastores.get(name);
        if (session === undefined) continue;
        await new Redelivery(holdings, form, log).run(
          (items, stop, count) => session.apply(items, stop, { count, last: true }),
          until,
        );
      }
      await this.#endSending(until);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    const open = [this.#waiting, this.#sending];
    this.#waiting = undefined;
    this.#sending = undefined;
    for (const conversation of open) await conversation?.[Symbol.asyncDispose]();
  }

  /** A session that may be told something: one that asks for all we have is used to learn all that it has. */
  async #open(signal: AbortSignal): Promise<Conversation> {
    if (this.#waiting !== undefined) {
      const conversation = this.#waiting;
      this.#waiting = undefined;
      await this.#takeIn(conversation, signal);
    }
    for (let slow = 0; this.#sending === undefined; slow++) {
      if (slow === MOST_SLOW) throw new CradleError('PluginFailed', 'the server asks for a slow sync again and again');
      const conversation = await this.#parts.greet(signal);
      const asksForAll = [...conversation.datastores.values()].some(({ mode }) => mode !== 'two-way');
      if (asksForAll) await this.#takeIn(conversation, signal);
      else this.#sending = conversation;
    }
    // Who asks from here on wants to know what has become of it.
    this.#fresh.clear();
    return this.#sending;
  }

  async #endSending(signal: AbortSignal): Promise<void> {
    const conversation = this.#sending;
    this.#sending = undefined;
    if (conversation !== undefined) await this.#takeIn(conversation, signal);
    // These are news for the next session, not for one that has listed already.
    this.#fresh.clear();
  }

  /** All the server tells, then the end of the session. */
  async #takeIn(conversation: Conversation, signal: AbortSignal): Promise<void> {
    const { rooms, log } = this.#parts;
    try {
      await Promise.all(
        [...conversation.datastores].map(async ([name, session]) => {
          const room = rooms.get(name);
          if (room !== undefined) await drain(session, room, log, signal);
          this.#fresh.add(name);
        }),
      );
      await conversation.finish(signal);
    } finally {
      await conversation[Symbol.asyncDispose]();
    }
  }

  async #inTurn<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const until = AbortSignal.any([signal, this.#closing.signal]);
    const before = this.#turn;
    const mine = before.then(
      () => work(until),
      () => work(until),
    );
    this.#turn = mine.catch(() => undefined);
    return unlessAborted(mine, 'the session with the server', until);
  }
}

const missing = ({ refusals }: Conversation, datastore: string): CradleError =>
  refusals.get(datastore) ?? new CradleError('StoreUnavailable', `the server has no ${datastore}`);
