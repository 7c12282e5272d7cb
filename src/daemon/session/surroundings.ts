import { CradleError } from '../../dbus/errors.js';
import type { Device, DeviceId, Evidence } from '../../hal/device.js';
import { waysInto } from '../../hal/reach.js';
import type { Registry } from '../../hal/registry.js';
import type { Catalogue } from '../../plugins/catalogue.js';
import type { Log, PluginContext, ProtocolPlugin, Store } from '../../plugins/contract.js';
import type { Binding, Question, StorePair } from '../state/binding.js';
import type { State } from '../state/state.js';
import type { FolderAttic } from '../sync/attic.js';
import type { Job } from '../sync/job.js';
import type { Contexts } from './contexts.js';
import type { DesktopStores } from './desktop-stores.js';
import type { SessionHost } from './host.js';
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

  constructor(parts: {
    readonly log: Log;
    readonly registry: Registry;
    readonly catalogue: Catalogue;
    readonly stores: DesktopStores;
    readonly state: State;
    readonly presence: Presence;
    readonly attic: FolderAttic;
    readonly contexts: Contexts;
  }) {
    this.log = parts.log;
    this.#registry = parts.registry;
    this.#catalogue = parts.catalogue;
    this.#stores = parts.stores;
    this.#state = parts.state;
    this.#presence = parts.presence;
    this.#attic = parts.attic;
    this.#contexts = parts.contexts;
  }

  device(id: DeviceId): Device {
    const device = this.#registry.get(id);
    if (device === undefined) throw new CradleError('NotConnected', `${id} is not plugged in`);
    return ours(device);
  }

  context(device: Device): Promise<PluginContext> {
    return this.#contexts.of(device);
  }

  protocol(name: string): ProtocolPlugin {
    const plugin = this.#catalogue.protocols.get(name);
    if (plugin === undefined) throw new CradleError('Unsupported', `there is no plugin ${name}`);
    return plugin;
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
    const terms = jobTerms(binding, this.#registry.get(binding.device), right.info.contentTypes, answer);
    const mapping = this.#state.mapping(binding.id, pair);
    return { left, right, mapping, attic: this.#attic.session(atticName(session)), ...terms };
  }
}

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
