import { CradleError } from '../../dbus/errors.js';
import { unlessAborted } from '../../hal/transports/deadline.js';
import type { Log, Wish } from '../contract.js';
import { takesFromServer } from './dialogue/codes.js';
import type { Conversation, DatastoreSession, Outcome, Outgoing, SyncMode } from './dialogue/conversation.js';
import { drain, type Storeroom } from './drain.js';
import { Redelivery } from './replica/redelivery.js';
import type { Wire } from './wire.js';

/** What is still on its way when a session ends is waited for at most so long, in milliseconds. */
const GRACE = 60_000;

const WISHES: Partial<Record<SyncMode, Wish>> = {
  'one-way-from-client': 'to-desktop',
  'refresh-from-client': 'mirror-to-desktop',
  'one-way-from-server': 'to-device',
};

/** The device is the SyncML client and has begun a session: it tells all it has to tell, then it is told. */
export class ServerWire implements Wire {
  readonly #conversation: Conversation;
  readonly #rooms: ReadonlyMap<string, Storeroom>;
  readonly #log: Log;
  readonly #closing = new AbortController();
  #draining: ReadonlyMap<string, Promise<void>> | undefined;

  constructor(conversation: Conversation, rooms: ReadonlyMap<string, Storeroom>, log: Log) {
    this.#conversation = conversation;
    this.#rooms = rooms;
    this.#log = log;
  }

  async gather(datastore: string, signal: AbortSignal): Promise<void> {
    await unlessAborted(this.#drained(datastore), `the device's news of ${datastore}`, signal);
  }

  send(datastore: string, changes: AsyncIterable<Outgoing>, signal: AbortSignal): AsyncIterable<Outcome> {
    const session = this.#session(datastore);
    if (!takesFromServer(session.mode))
      throw new CradleError('ReadOnly', `the device asked for nothing to be written to ${datastore} this time`);
    return session.apply(changes, signal);
  }

  wish(datastore: string): Wish | undefined {
    const mode = this.#conversation.datastores.get(datastore)?.mode;
    return mode === undefined ? undefined : WISHES[mode];
  }

  /** The other datastores that were agreed on are taken in as well: the session moves the anchors of all. */
  async finish(signal: AbortSignal): Promise<void> {
    const { datastores } = this.#conversation;
    const patience = AbortSignal.any([signal, AbortSignal.timeout(GRACE)]);
    for (const [name, session] of datastores) {
      await unlessAborted(this.#drained(name), `the device's news of ${name}`, patience);
      const room = this.#rooms.get(name);
      if (room === undefined || !takesFromServer(session.mode) || !Redelivery.isNeeded(room.holdings)) continue;
      const redelivery = new Redelivery(room.holdings, room.form, this.#log);
      await redelivery.run((changes, until, count) => session.apply(changes, until, { count, last: true }), signal);
    }
    await this.#conversation.finish(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#conversation[Symbol.asyncDispose]();
  }

  /** Side by side, whichever is asked for: what waits to be taken in is held in memory. */
  #drained(datastore: string): Promise<void> {
    this.#draining ??= new Map(
      [...this.#conversation.datastores].map(([name, session]) => {
        const room = this.#rooms.get(name);
        const drained =
          room === undefined
            ? Promise.reject(new CradleError('Failed', `nobody takes in ${name}`))
            : drain(session, room, this.#log, this.#closing.signal);
        drained.catch(() => undefined);
        return [name, drained];
      }),
    );
    return this.#draining.get(datastore) ?? Promise.reject(this.#missing(datastore));
  }

  #session(datastore: string): DatastoreSession {
    const session = this.#conversation.datastores.get(datastore);
    if (session === undefined) throw this.#missing(datastore);
    return session;
  }

  #missing(datastore: string): CradleError {
    const { refusals } = this.#conversation;
    return refusals.get(datastore) ?? new CradleError('StoreUnavailable', `the device did not bring ${datastore}`);
  }
}
