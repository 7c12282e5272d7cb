import type { Bus } from '../../dbus/bus.js';
import type { ExportedInterface } from '../../dbus/exported.js';
import { ObjectTree } from '../../dbus/object-tree.js';
import type { LivePropertyName, Shape } from '../../dbus/shape.js';
import type { DeviceId } from '../../hal/device.js';
import type { Session, SessionResult } from '../session/session.js';
import type { BindingId } from '../state/binding.js';
import { bindingObject } from './binding-object.js';
import { deviceObject } from './device-object.js';
import { bindingPath, type Domain, devicePath, knownDevices, type Subject, sessionPath, storePath } from './domain.js';
import { managerObject } from './manager-object.js';
import { finishedDetails, sessionObject } from './session-object.js';
import { storeObject } from './store-object.js';

/** How long a session stays to be read after its end, in milliseconds. */
const SESSION_AFTERLIFE = 30_000;

/** Something on the bus that can be asked to tell what has changed of it. */
interface Shown {
  refresh(): void;
  remove(): void;
}

interface ShownSession {
  readonly shown: Shown;
  /** Tells now what has changed, its progress included. */
  moved(): void;
  finish(result: SessionResult): void;
}

/** Keeps the objects on the bus equal to what there is: adds, removes, and tells exactly the properties that changed. */
export class Publisher implements Disposable {
  readonly #domain: Domain;
  readonly #tree: ObjectTree;
  readonly #manager: Shown;
  readonly #devices = new Map<DeviceId, Shown>();
  readonly #stores = new Map<string, Shown>();
  readonly #bindings = new Map<BindingId, Shown>();
  readonly #sessions = new Map<number, ShownSession>();
  readonly #afterlife = new Set<NodeJS.Timeout>();
  readonly #subscriptions: readonly Disposable[];

  constructor(domain: Domain, bus: Bus) {
    this.#domain = domain;
    const manager = managerObject(domain);
    this.#tree = new ObjectTree(bus, [manager]);
    this.#manager = { refresh: differ(manager), remove() {} };
    for (const { address } of domain.stores.list()) this.#store(address.name);
    for (const id of knownDevices(domain)) this.#device(id);
    for (const { id } of domain.state.bindings.list()) this.#binding(id);
    this.#subscriptions = [
      domain.registry.onProbing(() => this.#manager.refresh()),
      domain.registry.onEvent(({ device }) => this.#device(device.id)),
      domain.stores.onChange((name) => this.#store(name)),
      domain.queue.onEvent((event) => {
        if (event.kind === 'added') this.#added(event.session);
        else if (event.kind === 'ended') this.#ended(event.session, event.result);
        else if (event.moved) this.#sessions.get(event.session.number)?.moved();
        else {
          this.#sessions.get(event.session.number)?.shown.refresh();
          return;
        }
        this.#bindings.get(event.session.binding.id)?.refresh();
        this.#devices.get(event.session.binding.device)?.refresh();
      }),
    ];
  }

  /** Tells what a change through the API, or of the daemon's own, has made different. */
  refresh(subject: Subject): void {
    if (subject.kind === 'manager') this.#manager.refresh();
    else if (subject.kind === 'device') this.#device(subject.id);
    else this.#binding(subject.id);
  }

  [Symbol.dispose](): void {
    for (const timer of this.#afterlife) clearTimeout(timer);
    for (const subscription of this.#subscriptions) subscription[Symbol.dispose]();
    this.#tree[Symbol.dispose]();
  }

  #device(id: DeviceId): void {
    const { registry, state } = this.#domain;
    const exists = registry.get(id) !== undefined || state.devices.get(id) !== undefined;
    this.#keep(this.#devices, id, exists, () => this.#show(devicePath(id), deviceObject(this.#domain, id)));
  }

  #store(name: string): void {
    const exists = this.#domain.stores.get(name) !== undefined;
    this.#keep(this.#stores, name, exists, () => this.#show(storePath(name), storeObject(this.#domain, name)));
  }

  #binding(id: BindingId): void {
    const exists = this.#domain.state.bindings.get(id) !== undefined;
    this.#keep(this.#bindings, id, exists, () => this.#show(bindingPath(id), bindingObject(this.#domain, id)));
  }

  #keep<K>(shown: Map<K, Shown>, key: K, exists: boolean, show: () => Shown): void {
    const now = shown.get(key);
    if (!exists) {
      now?.remove();
      shown.delete(key);
    } else if (now === undefined) shown.set(key, show());
    else now.refresh();
  }

  #show<const S extends Shape>(path: string, object: ExportedInterface<S>): Shown {
    this.#tree.add(path, [object]);
    return { refresh: differ(object), remove: () => this.#tree.remove(path) };
  }

  #added(session: Session): void {
    const object = sessionObject(this.#domain, session);
    const shown = this.#show(sessionPath(session.number), object);
    this.#sessions.set(session.number, {
      shown,
      moved: () => {
        shown.refresh();
        object.flush();
      },
      finish: (result) => object.emit('Finished', result.state, finishedDetails(result)),
    });
  }

  #ended(session: Session, result: SessionResult): void {
    const entry = this.#sessions.get(session.number);
    if (entry === undefined) return;
    entry.shown.refresh();
    entry.finish(result);
    this.#sessions.delete(session.number);
    const timer = setTimeout(() => {
      this.#afterlife.delete(timer);
      entry.shown.remove();
    }, SESSION_AFTERLIFE).unref();
    this.#afterlife.add(timer);
  }
}

/** Compares an object with what was told of it last, and tells the difference. */
function differ<S extends Shape>(object: ExportedInterface<S>): () => void {
  const live = Object.entries(object.shape.properties).flatMap(([name, { access }]) =>
    access !== 'const' && isLive(object, name) ? [name] : [],
  );
  const read = (name: string): string => fingerprint(object.read(name).value);
  const told = new Map<string, string>(live.map((name) => [name, read(name)]));
  return () => {
    for (const name of live) {
      const now = read(name);
      if (told.get(name) === now) continue;
      told.set(name, now);
      object.changed(name);
    }
  };
}

const isLive = <S extends Shape>(object: ExportedInterface<S>, name: string): name is LivePropertyName<S> =>
  object.shape.properties[name] !== undefined && object.shape.properties[name].access !== 'const';

const fingerprint = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part)) ?? '';
