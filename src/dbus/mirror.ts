import type { Bus, Signal } from './bus.js';
import { asCradleError } from './errors.js';
import { BUS_NAME, dbus, paths } from './names.js';
import type { Shape, View } from './shape.js';
import type { Options } from './variant.js';
import { isReceived, viewOf } from './view.js';

export type TreeChange =
  /** Everything is known anew: at the beginning, and whenever the other side was restarted. */
  | { readonly kind: 'reset' }
  /** The other side is gone, and all its objects with it. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'added' | 'removed'; readonly path: string; readonly interfaces: readonly string[] }
  | {
      readonly kind: 'changed';
      readonly path: string;
      readonly interface: string;
      readonly properties: readonly string[];
    };

type Objects = ReadonlyMap<string, ReadonlyMap<string, Options>>;

/** What somebody's ObjectManager tells of, kept up to date. */
export interface Mirror extends AsyncDisposable {
  /** False while nobody owns the name. */
  readonly present: boolean;
  readonly paths: readonly string[];
  view<S extends Shape>(path: string, shape: S): View<S> | undefined;
  /** Every object that has the interface, in the order of their paths. */
  all<S extends Shape>(shape: S): readonly { readonly path: string; readonly view: View<S> }[];
}

export interface MirrorOptions {
  readonly destination?: string;
  readonly root?: string;
  readonly noAutoStart?: boolean;
  /** Heard after the mirror itself has changed. */
  readonly changed?: (change: TreeChange) => void;
}

/** Begins to mirror; resolves once all objects are known, or once it is known that nobody owns the name. */
export async function watchTree(bus: Bus, options: MirrorOptions = {}): Promise<Mirror> {
  const mirror = new TreeMirror(bus, options);
  await mirror.open();
  return mirror;
}

class TreeMirror implements Mirror {
  readonly #destination: string;
  readonly #root: string;
  readonly #subscriptions: AsyncDisposable[] = [];
  #objects = new Map<string, Map<string, Map<string, unknown>>>();
  #owner: string | undefined;
  /** Signals that come while the whole is being asked for; replayed upon it they end in the same state. */
  #early: Signal[] | undefined;
  #loading: Promise<void> = Promise.resolve();

  constructor(
    readonly bus: Bus,
    readonly options: MirrorOptions,
  ) {
    this.#destination = options.destination ?? BUS_NAME;
    this.#root = options.root ?? paths.root;
  }

  get present(): boolean {
    return this.#owner !== undefined;
  }

  get paths(): readonly string[] {
    return [...this.#objects.keys()].sort();
  }

  view<S extends Shape>(path: string, shape: S): View<S> | undefined {
    const values = this.#objects.get(path)?.get(shape.name);
    return values === undefined ? undefined : viewOf(shape, values);
  }

  all<S extends Shape>(shape: S): readonly { readonly path: string; readonly view: View<S> }[] {
    return this.paths.flatMap((path) => {
      const view = this.view(path, shape);
      return view === undefined ? [] : [{ path, view }];
    });
  }

  async open(): Promise<void> {
    const hear = (signal: Signal): void => {
      if (this.#early === undefined) this.#apply(signal);
      else this.#early.push(signal);
    };
    const sender = this.#destination;
    const watch = (match: Parameters<Bus['subscribe']>[0]) => this.bus.subscribe({ sender, ...match }, hear);
    this.#subscriptions.push(
      await watch({ path: this.#root, interface: dbus.objectManager }),
      await watch({ pathNamespace: this.#root, interface: dbus.properties, member: 'PropertiesChanged' }),
    );
    if (this.options.noAutoStart !== true) await this.#start();
    this.#subscriptions.push(await this.bus.watchName(sender, (owner) => this.#owned(owner)));
    await this.#loading;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#subscriptions.map((one) => one[Symbol.asyncDispose]()));
  }

  /** Lets the bus start the service when it can; it fails harmlessly where one runs that is not installed. */
  async #start(): Promise<void> {
    const call = { destination: dbus.name, path: dbus.path, interface: dbus.interface };
    await this.bus
      .call({ ...call, member: 'StartServiceByName', signature: 'su', body: [this.#destination, 0] })
      .catch((error: unknown) => {
        // Nobody there and nobody to be started is a state, not a failure.
        if (asCradleError(error).remote === undefined) throw error;
      });
  }

  #owned(owner: string | undefined): void {
    const before = this.#owner;
    this.#owner = owner;
    if (owner === undefined) {
      this.#objects.clear();
      if (before !== undefined) this.options.changed?.({ kind: 'gone' });
      return;
    }
    this.#early = [];
    const loading = this.#load(owner);
    this.#loading = loading;
    // open() hears of a failure of the first loading; a later one leaves what signals tell.
    loading.catch(() => {
      this.#early = undefined;
    });
  }

  async #load(owner: string): Promise<void> {
    const [objects] = await this.bus.call({
      destination: owner,
      path: this.#root,
      interface: dbus.objectManager,
      member: 'GetManagedObjects',
    });
    if (this.#owner !== owner) return;
    this.#objects = new Map();
    if (isReceived('a{oa{sa{sv}}}', objects)) this.#adopt(objects);
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const signal of early) if (signal.sender === owner) this.#take(signal);
    this.options.changed?.({ kind: 'reset' });
  }

  #adopt(objects: Objects): void {
    for (const [path, interfaces] of objects) this.#add(path, interfaces);
  }

  #add(path: string, interfaces: ReadonlyMap<string, Options>): void {
    const object = this.#objects.get(path) ?? new Map<string, Map<string, unknown>>();
    for (const [name, values] of interfaces) object.set(name, new Map(values));
    this.#objects.set(path, object);
  }

  #apply(signal: Signal): void {
    const change = this.#take(signal);
    if (change !== undefined) this.options.changed?.(change);
  }

  #take(signal: Signal): TreeChange | undefined {
    const [first, second, third] = signal.body;
    if (typeof first !== 'string') return undefined;
    if (signal.member === 'InterfacesAdded' && isReceived('a{sa{sv}}', second)) {
      this.#add(first, second);
      return { kind: 'added', path: first, interfaces: [...second.keys()] };
    }
    if (signal.member === 'InterfacesRemoved' && isReceived('as', second)) return this.#remove(first, second);
    if (signal.member === 'PropertiesChanged' && isReceived('a{sv}', second)) {
      const values = this.#objects.get(signal.path)?.get(first);
      if (values === undefined) return undefined;
      for (const [name, value] of second) values.set(name, value);
      const gone = isReceived('as', third) ? third : [];
      for (const name of gone) values.delete(name);
      return { kind: 'changed', path: signal.path, interface: first, properties: [...second.keys(), ...gone] };
    }
    return undefined;
  }

  #remove(path: string, interfaces: readonly string[]): TreeChange | undefined {
    const object = this.#objects.get(path);
    if (object === undefined) return undefined;
    for (const name of interfaces) object.delete(name);
    if (object.size === 0) this.#objects.delete(path);
    return { kind: 'removed', path, interfaces };
  }
}
