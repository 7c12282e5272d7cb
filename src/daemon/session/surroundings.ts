import { CradleError } from '../../dbus/errors.js';
import type { Device, DeviceId, Evidence, Sighting } from '../../hal/device.js';
import { waysInto } from '../../hal/reach.js';
import type { Registry } from '../../hal/registry.js';
import { ACCOUNT_SOURCE, accountKey } from '../../hal/sources/accounts.js';
import type { Catalogue } from '../../plugins/catalogue.js';
import type { Log, Peer, Store } from '../../plugins/contract.js';
import type { Binding, Question, StorePair } from '../state/binding.js';
import type { State } from '../state/state.js';
import type { FolderAttic } from '../sync/attic.js';
import type { Job } from '../sync/job.js';
import type { Contexts } from './contexts.js';
import type { DesktopStores } from './desktop-stores.js';
import type { SessionHost } from './host.js';
import type { Lines } from './line.js';
import type { Presence } from './presence.js';
import { jobTerms } from './terms.js';

/** The daemon as its sessions see it. */
export class Surroundings implements SessionHost {
  readonly log: Log;
  readonly #registry: Registry;
  readonly #catalogue: Catalogue;
  readonly #stores: DesktopStores;
  readonly #state: State;
  readonly #presence: Presence;
  readonly #attic: FolderAttic;
  readonly #contexts: Contexts;
  readonly #lines: Lines;

  constructor(parts: {
    readonly log: Log;
    readonly registry: Registry;
    readonly catalogue: Catalogue;
    readonly stores: DesktopStores;
    readonly state: State;
    readonly presence: Presence;
    readonly attic: FolderAttic;
    readonly contexts: Contexts;
    readonly lines: Lines;
  }) {
    this.log = parts.log;
    this.#registry = parts.registry;
    this.#catalogue = parts.catalogue;
    this.#stores = parts.stores;
    this.#state = parts.state;
    this.#presence = parts.presence;
    this.#attic = parts.attic;
    this.#contexts = parts.contexts;
    this.#lines = parts.lines;
  }

  device(id: DeviceId): Device {
    const device = this.#registry.get(id);
    if (device === undefined) throw new CradleError('NotConnected', `${id} is not plugged in`);
    return ours(device);
  }

  async connect(device: Device, signal: AbortSignal): Promise<Peer> {
    const line = this.#lines.of(device.id);
    if (line !== undefined) return line.join();
    if (device.identity.startedBy === 'device') throw mustCall(device);
    const name = device.identity.plugin ?? '';
    const plugin = this.#catalogue.protocols.get(name);
    if (plugin === undefined) throw new CradleError('Unsupported', `there is no plugin ${name}`);
    return plugin.connect(await this.#contexts.of(device), signal);
  }

  openDesktop(store: string, signal: AbortSignal): Promise<Store> {
    return this.#stores.open(store, signal);
  }

  async learn(id: DeviceId, facts: Evidence): Promise<void> {
    if (facts.size > 0) await this.#registry.evidence(id, facts);
    // Its own words may have told that it is somebody else's.
    ours(this.device(id));
  }

  released(id: DeviceId, safe: boolean): void {
    this.#presence.release(id, safe);
  }

  job(session: number, binding: Binding, pair: StorePair, left: Store, right: Store): Job {
    const answer = (question: Question) => this.#state.questions.answer(binding.id, question);
    const terms = jobTerms(binding, this.#registry.get(binding.device), right.info.contentTypes, answer, right.wish);
    const mapping = this.#state.mapping(binding.id, pair);
    return { left, right, mapping, attic: this.#attic.session(atticName(session)), ...terms };
  }
}

/** The device that an account stands for, once it has been identified. */
export function accountDevice(registry: Registry, name: string): Device | undefined {
  const key = accountKey(name);
  const isIt = (sighting: Sighting): boolean => sighting.source === ACCOUNT_SOURCE && sighting.key === key;
  return registry.devices().find((device) => device.sightings.some(isIt));
}

/** What to say where only the device can begin, and has not. */
export const mustCall = ({ id, identity }: Device): CradleError =>
  new CradleError('NotConnected', `${identity.model || id} cannot be called: start the sync on it, and it calls here`);

/** The attic's folder of a session. */
export const atticName = (session: number): string => `session-${session}`;

/** The device, if it may be opened: `other` never is, `offered` waits for its claim. */
export function ours(device: Device): Device {
  const name = device.identity.model || device.id;
  if (device.owner.kind === 'other')
    throw new CradleError('NotOwner', `${name} belongs to ${device.owner.login ?? 'somebody else'}`);
  if (device.owner.kind === 'offered') throw new CradleError('NotOwner', `${name} has not been claimed`);
  if (device.identity.plugin === undefined)
    throw new CradleError('NotIdentified', `no rule says how to talk to ${name}`);
  if (waysInto(device).length === 0) throw new CradleError('NotConnected', `${name} cannot be reached yet`);
  return device;
}
