import { setTimeout as sleep } from 'node:timers/promises';
import { CradleError } from '../../dbus/errors.js';
import type { Catalogue } from '../../plugins/catalogue.js';
import type { Log, Store, StoreAddress, StorePlugin } from '../../plugins/contract.js';

/** Stores the user has added; kept in the daemon's state. */
export interface AddedStores {
  list(): readonly StoreAddress[];
  add(store: StoreAddress): void;
  remove(name: string): void;
}

/** A desktop store as last seen. */
export interface DesktopStore {
  readonly address: StoreAddress;
  readonly available: boolean;
  readonly readOnly: boolean;
  readonly added: boolean;
}

/** How long a store may take to answer when it is only looked at, in milliseconds. */
const LOOK_TIME = 10_000;

/** The data sets of this desktop: what the plugins find by themselves, and what the user added. */
export class DesktopStores {
  readonly #catalogue: Catalogue;
  readonly #added: AddedStores;
  readonly #log: Log;
  readonly #known = new Map<string, DesktopStore>();
  readonly #listeners = new Set<(name: string) => void>();

  constructor(catalogue: Catalogue, added: AddedStores, log: Log) {
    this.#catalogue = catalogue;
    this.#added = added;
    this.#log = log;
  }

  /** Looks for stores anew; a plugin that fails is logged and has none. */
  async discover(signal: AbortSignal): Promise<void> {
    const found = new Map<string, StoreAddress>();
    for (const plugin of this.#catalogue.stores.values()) {
      try {
        for (const address of await plugin.discover(signal))
          if (!found.has(address.name)) found.set(address.name, address);
      } catch (error) {
        this.#log.warn(`${plugin.name} found no stores`, { error });
      }
    }
    const added = new Set<string>();
    for (const address of this.#added.list()) {
      found.set(address.name, address);
      added.add(address.name);
    }
    for (const name of [...this.#known.keys()]) if (!found.has(name)) this.#forget(name);
    for (const address of found.values())
      this.#set({ address, available: false, readOnly: false, added: added.has(address.name) });
    await Promise.all([...found.keys()].map((name) => this.look(name, signal)));
  }

  list(): readonly DesktopStore[] {
    return [...this.#known.values()];
  }

  get(name: string): DesktopStore | undefined {
    return this.#known.get(name);
  }

  /** Tells the name of each store that came, went or changed. */
  onChange(listener: (name: string) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** Adds a store of the user's and looks whether it opens. Fails with InvalidArgs, StoreUnavailable. */
  async add(address: StoreAddress, signal: AbortSignal): Promise<DesktopStore> {
    const known = this.list().find(
      (store) => store.address.provider === address.provider && store.address.address === address.address,
    );
    if (known !== undefined) return known;
    if (this.#known.has(address.name))
      throw new CradleError('InvalidArgs', `there is a store named ${address.name} already`);
    const { readOnly } = await this.#inspect(address, signal);
    const store = { address, available: true, readOnly, added: true };
    this.#added.add(address);
    this.#set(store);
    return store;
  }

  /** Forgets a store of the user's; its items stay where they are. */
  remove(name: string): void {
    const store = this.#known.get(name);
    if (store === undefined) throw new CradleError('NotFound', `there is no desktop store named ${name}`);
    if (!store.added) throw new CradleError('Unsupported', `${name} is found by itself and cannot be removed`);
    this.#added.remove(name);
    this.#forget(name);
  }

  async open(name: string, signal: AbortSignal): Promise<Store> {
    const known = this.#known.get(name);
    if (known === undefined) throw new CradleError('NotFound', `there is no desktop store named ${name}`);
    try {
      const store = await this.#plugin(known.address).open(known.address, signal);
      this.#set({ ...known, available: true, readOnly: store.info.readOnly });
      return store;
    } catch (error) {
      this.#set({ ...known, available: false });
      throw error;
    }
  }

  /** Sees whether a store is there, without touching it. */
  async look(name: string, signal: AbortSignal): Promise<void> {
    const known = this.#known.get(name);
    if (known === undefined) return;
    try {
      const { readOnly } = await this.#inspect(known.address, signal);
      this.#set({ ...known, available: true, readOnly });
    } catch (error) {
      this.#log.debug(`${name} cannot be opened now`, { error });
      this.#set({ ...known, available: false });
    }
  }

  /** Bounded: a dead network mount must not hold up the daemon. */
  async #inspect(address: StoreAddress, signal: AbortSignal): Promise<{ readonly readOnly: boolean }> {
    const looking = this.#plugin(address).look(address, AbortSignal.any([signal, AbortSignal.timeout(LOOK_TIME)]));
    const timer = new AbortController();
    try {
      return await Promise.race([
        looking,
        sleep(LOOK_TIME, undefined, { signal: timer.signal }).then(() => {
          throw new CradleError('Timeout', `${address.label} did not answer in ${LOOK_TIME / 1000} s`);
        }),
      ]);
    } finally {
      timer.abort();
    }
  }

  #plugin(address: StoreAddress): StorePlugin {
    const plugin = this.#catalogue.stores.get(address.provider);
    if (plugin === undefined)
      throw new CradleError('Unsupported', `there is no plugin ${address.provider} for the store ${address.name}`);
    return plugin;
  }

  #set(store: DesktopStore): void {
    this.#known.set(store.address.name, store);
    this.#tell(store.address.name);
  }

  #forget(name: string): void {
    this.#known.delete(name);
    this.#tell(name);
  }

  #tell(name: string): void {
    for (const listener of this.#listeners) listener(name);
  }
}
