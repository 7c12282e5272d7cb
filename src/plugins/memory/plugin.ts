import type { Store, StoreAddress, StorePlugin } from '../contract.js';
import { MemoryCollection } from './collection.js';
import { MemoryStore } from './store.js';

/** Collections that live as long as the daemon, one for each address: for trying things out, and for tests. */
export class MemoryPlugin implements StorePlugin {
  readonly name = 'memory';
  readonly #collections = new Map<string, MemoryCollection>();

  async discover(): Promise<readonly StoreAddress[]> {
    return [];
  }

  async look(): Promise<{ readonly readOnly: boolean }> {
    return { readOnly: false };
  }

  async open(store: StoreAddress): Promise<Store> {
    return new MemoryStore(this.collection(store));
  }

  /** The data set behind an address, made when first asked for. */
  collection(store: StoreAddress): MemoryCollection {
    let collection = this.#collections.get(store.address);
    if (collection === undefined) {
      const { name, label, icon, contentTypes } = store;
      collection = new MemoryCollection({ name, label, icon, contentTypes });
      this.#collections.set(store.address, collection);
    }
    return collection;
  }
}
