import { CradleError } from '../../dbus/errors.js';
import type { Device, Evidence } from '../../hal/device.js';
import type { Log, Peer, Store, StoreInfo } from '../contract.js';
import { formFor } from './content/forms.js';
import { type Datastore, datastoresOf, infoOf } from './datastores.js';
import type { Conversation } from './dialogue/conversation.js';
import type { Storeroom } from './drain.js';
import { factsOf } from './facts.js';
import type { SyncmlOptions } from './options.js';
import type { Lease } from './replica/lender.js';
import type { Room } from './replica/outbox.js';
import { SyncmlStore } from './store.js';
import type { Wire } from './wire.js';

export interface SyncmlPeerParts {
  readonly device: Device;
  readonly options: SyncmlOptions;
  /** What was agreed on when the device was greeted. */
  readonly conversation: Conversation;
  readonly lease: Lease;
  /** What the device knows us by, where somebody has to tell it. */
  readonly ourName?: string;
  /** How the stores reach the device, once it is known how its contents are to be read. */
  readonly wire: (rooms: ReadonlyMap<string, Storeroom>) => Wire;
  readonly log: Log;
}

/** A SyncML device that has been greeted, in either role. */
export class SyncmlPeer implements Peer {
  readonly evidence: Evidence;
  /** Those alone that are part of this session, or were to be and failed. */
  readonly stores: readonly StoreInfo[];
  readonly #parts: SyncmlPeerParts;
  readonly #datastores: ReadonlyMap<string, Datastore>;
  readonly #rooms: ReadonlyMap<string, Storeroom>;
  readonly #wire: Wire;
  readonly #open = new Set<Store>();

  constructor(parts: SyncmlPeerParts) {
    this.#parts = parts;
    const { conversation, device, options } = parts;
    const { replica } = parts.lease;
    const { information } = conversation.peer;
    const role = conversation.role;
    const datastores = datastoresOf(device, information);
    const habits = { options, role, utc: information?.utc ?? false };
    this.#datastores = new Map(datastores.map((one) => [one.name, one]));
    this.#rooms = new Map(
      datastores.map((one) => [one.name, { holdings: replica.holdings(one.name), form: formFor(one, habits) }]),
    );
    const facts = factsOf(conversation.peer, role === 'server' && !device.evidence.has('at.model'));
    const { ourName } = parts;
    this.evidence = ourName === undefined ? facts : new Map([...facts, ['syncml.client-id', ourName]]);
    this.stores = datastores
      .filter(({ name }) => conversation.datastores.has(name) || conversation.refusals.has(name))
      .map((one) => infoOf(one, device, replica.instance));
    this.#wire = parts.wire(this.#rooms);
  }

  async open(name: string): Promise<Store> {
    const { device, conversation, lease, options, log } = this.#parts;
    const datastore = this.#datastores.get(name);
    const room = this.#rooms.get(name);
    if (datastore === undefined || room === undefined)
      throw new CradleError('NotFound', `the device has no store ${JSON.stringify(name)}`);
    if (!conversation.datastores.has(name)) {
      const cause = conversation.refusals.get(name);
      const why = cause === undefined ? 'was not part of this session' : `is not to be had: ${cause.message}`;
      throw new CradleError('StoreUnavailable', `${name} (${datastore.uri}) ${why}`, { cause });
    }
    const store = new SyncmlStore({
      ...room,
      info: infoOf(datastore, device, lease.replica.instance),
      instance: lease.replica.instance,
      over: lease.over,
      wire: this.#wire,
      room: roomOf(datastore),
      maxObjectSize: options.maxObjectSize,
      log,
    });
    this.#open.add(store);
    return store;
  }

  /** Leads the session to its end: what is left is taken in and brought, and the anchors move. */
  async release(signal: AbortSignal): Promise<void> {
    const { over } = this.#parts.lease;
    try {
      await this.#wire.finish(AbortSignal.any([signal, over]));
    } catch (error) {
      throw over.aborted ? over.reason : error;
    }
  }

  /** Without release() before, the session is suspended where the device can, and goes on another time. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const store of this.#open) await store[Symbol.asyncDispose]();
    this.#open.clear();
    using _lease = this.#parts.lease;
    await this.#wire[Symbol.asyncDispose]();
  }
}

/** DSMem: nought means that the device does not say. */
function roomOf({ information }: Datastore): Room {
  const { maxIds = 0, maxBytes = 0, shared = false } = information?.memory ?? {};
  return { ...(maxIds > 0 ? { items: maxIds } : {}), ...(maxBytes > 0 && !shared ? { bytes: maxBytes } : {}) };
}
