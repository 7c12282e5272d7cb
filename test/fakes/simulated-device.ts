import { CradleError } from '../../src/dbus/errors.js';
import type { Evidence } from '../../src/hal/device.js';
import type { Peer, PluginContext, ProtocolPlugin, Store } from '../../src/plugins/contract.js';
import { MemoryCollection } from '../../src/plugins/memory/collection.js';
import { MemoryStore } from '../../src/plugins/memory/store.js';

/** A device with its own little stores that answers as it is told to: the far side of a session. */
export class SimulatedDevice implements ProtocolPlugin {
  readonly name = 'simulated';
  readonly transports = ['block'];
  readonly options = {};
  readonly stores = new Map<string, MemoryCollection>();
  /** Connections that are open now, and that there have been. */
  open = 0;
  connections = 0;
  releases = 0;
  /** Awaited by connect(), so that a test can hold it. */
  greeting: (signal: AbortSignal) => Promise<void> = async () => {};
  /** What it says of itself. */
  words: Evidence = new Map();
  /** Wraps each store that is opened, to make it behave badly. */
  behave: (store: Store) => Store = (store) => store;

  constructor(...stores: readonly string[]) {
    for (const name of stores) this.stores.set(name, new MemoryCollection({ name }));
  }

  store(name: string): MemoryCollection {
    const store = this.stores.get(name);
    if (store === undefined) throw new CradleError('NotFound', `the device has no store ${name}`);
    return store;
  }

  async connect(_context: PluginContext, signal: AbortSignal): Promise<Peer> {
    this.connections += 1;
    await this.greeting(signal);
    this.open += 1;
    return {
      evidence: this.words,
      stores: [...this.stores.values()].map((store) => store.info),
      open: async (name) => this.behave(new MemoryStore(this.store(name))),
      release: async () => {
        this.releases += 1;
      },
      [Symbol.asyncDispose]: async () => {
        this.open -= 1;
      },
    };
  }
}
