import type { Bus } from '../../dbus/bus.js';
import { CradleError } from '../../dbus/errors.js';
import { paths } from '../../dbus/names.js';
import type { DeviceId } from '../../hal/device.js';
import type { Registry } from '../../hal/registry.js';
import type { Catalogue } from '../../plugins/catalogue.js';
import type { Log } from '../../plugins/contract.js';
import type { Ear } from '../alert/hearing.js';
import type { Secrets } from '../secrets/secrets.js';
import type { Contexts } from '../session/contexts.js';
import type { DesktopStores } from '../session/desktop-stores.js';
import type { Holds } from '../session/holds.js';
import type { Lines } from '../session/line.js';
import type { Presence } from '../session/presence.js';
import type { Queue } from '../session/queue.js';
import type { Binding, BindingId } from '../state/binding.js';
import type { State } from '../state/state.js';

/** Something that is wrong on this machine and that a person could mend. */
export interface Problem {
  /** `rule`, `settings`, `state`, `secrets` or `listener`. */
  readonly kind: string;
  /** A file, with its line where there is one. */
  readonly where: string;
  readonly message: string;
}

/** What a change was about, so that what shows it can be told anew. */
export type Subject =
  | { readonly kind: 'manager' }
  | { readonly kind: 'device'; readonly id: DeviceId }
  | { readonly kind: 'binding'; readonly id: BindingId };

/** All that the API's objects show and act on. */
export interface Domain {
  readonly bus: Bus;
  readonly state: State;
  readonly registry: Registry;
  readonly catalogue: Catalogue;
  readonly stores: DesktopStores;
  readonly queue: Queue;
  readonly holds: Holds;
  readonly presence: Presence;
  readonly contexts: Contexts;
  readonly lines: Lines;
  readonly secrets: Secrets;
  readonly log: Log;
  /** Whose daemon this is. */
  readonly login: string;
  readonly version: string;
  /** Ends when the daemon stops. */
  readonly signal: AbortSignal;
  problems(): readonly Problem[];
  /** How devices may call. */
  ears(): readonly Ear[];
  /** Models that rules name: manufacturer, model and kind. */
  models(): readonly { readonly manufacturer: string; readonly model: string; readonly kind: string }[];
  reloadRules(): Promise<void>;
  /** To be called after every change that came through the API. */
  touch(subject: Subject): void;
}

export const devicePath = (id: DeviceId): string => paths.of('device', id);
export const storePath = (name: string): string => paths.of('store', name);
export const bindingPath = (id: BindingId): string => paths.of('binding', id);
export const sessionPath = (number: number): string => paths.of('session', String(number));

/** Every device there is to show: those in reach, and those of ours that are away. */
export function knownDevices(domain: Domain): ReadonlySet<DeviceId> {
  return new Set([
    ...domain.registry.devices().map((device) => device.id),
    ...domain.state.devices.list().map((device) => device.id),
  ]);
}

/** Fails with NotFound: a caller may send any path. */
export function deviceAt(domain: Domain, path: string): DeviceId {
  for (const id of knownDevices(domain)) if (devicePath(id) === path) return id;
  throw new CradleError('NotFound', `there is no device at ${path.slice(0, 200)}`);
}

/** Fails with NotFound. */
export function bindingOf(domain: Domain, id: BindingId): Binding {
  const binding = domain.state.bindings.get(id);
  if (binding === undefined) throw new CradleError('NotFound', `the binding ${id} is no more`);
  return binding;
}

/** Milliseconds since the epoch as the API's microseconds. */
export const microseconds = (milliseconds: number): bigint => BigInt(Math.trunc(milliseconds)) * 1000n;
