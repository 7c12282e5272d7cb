import { CradleError } from '../../src/dbus/errors.js';
import type { DeviceId } from '../../src/hal/device.js';
import type { Call, Login, Peer, PluginContext, ProtocolPlugin, Reception, Wish } from '../../src/plugins/contract.js';
import { MemoryCollection } from '../../src/plugins/memory/collection.js';
import { MemoryStore } from '../../src/plugins/memory/store.js';
import { until } from '../support/until.js';

/** A call as the one who made it saw it. */
export interface MadeCall {
  /** What the far side was told of itself. */
  readonly context: PluginContext;
  /** Settles when it was ended well, or just closed. */
  readonly over: Promise<'released' | 'closed'>;
}

/** Rules that make devices of accounts of this protocol. */
export const callingRules = (protocol = 'calling'): string => `
[Account of ${protocol}]
MatchFact=account.protocol=${protocol}
DeviceId=account
Kind=account
Model=\${account.label}
Plugin=${protocol}
Transport=http
Store.contacts=\${account.store.contacts:-book} text/vcard
Store.notes=\${account.store.notes:-memo} text/plain

[Phone of ${protocol} that calls]
MatchFact=account.protocol=${protocol}
MatchFact=account.role=caller
Kind=phone
StartedBy=device
`;

/** A protocol of tests alone: phones that log in and call, and servers that can be called; each has stores in memory. */
export class CallingPhones implements ProtocolPlugin {
  readonly transports = ['http'];
  readonly options = {};
  readonly #stores = new Map<string, MemoryCollection>();
  readonly #calls: Call[] = [];
  #reception: Reception | undefined;
  #wake: () => void = () => {};
  /** Thrown by the next times it is to listen, one each. */
  readonly failures: Error[] = [];
  /** Where it says it listens; undefined to say nothing. */
  place: string | undefined = 'http://127.0.0.1:8219/';
  /** How often it has begun to listen, what settings it was given last, and whether it does now. */
  listens = 0;
  settings: ReadonlyMap<string, string> = new Map();
  listening = false;
  /** Times a server was called, and the logins used there. */
  readonly logins: (Login | undefined)[] = [];
  open = 0;
  /** What the phone's user asks for, by the store's name. */
  readonly wishes = new Map<string, Wish>();
  /** Does not heed that it shall end. */
  stubborn = false;
  #broken: Error | undefined;
  /** Awaited when a store is opened, so that a test can hold a session. */
  opening: () => Promise<void> = async () => {};

  constructor(readonly name = 'calling') {}

  /** What a device has under this name. */
  store(device: string, name: string): MemoryCollection {
    const key = `${device} ${name}`;
    const store = this.#stores.get(key) ?? new MemoryCollection({ name });
    this.#stores.set(key, store);
    return store;
  }

  async *accept(reception: Reception, signal: AbortSignal): AsyncGenerator<Call> {
    this.listens += 1;
    this.settings = reception.settings;
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    const wake = (): void => this.#wake();
    signal.addEventListener('abort', wake);
    this.#reception = reception;
    this.listening = true;
    try {
      if (this.place !== undefined) reception.listening?.(this.place);
      while (!signal.aborted || this.stubborn) {
        if (this.#broken !== undefined) throw this.#broken;
        const call = this.#calls.shift();
        if (call !== undefined) yield call;
        else
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
      }
    } finally {
      this.listening = false;
      this.#broken = undefined;
      signal.removeEventListener('abort', wake);
    }
  }

  /** Logs in as a phone does, and calls when it is let in. Fails with NotOwner when it is not. */
  async call(user: string, password: string, signal = AbortSignal.timeout(60_000)): Promise<MadeCall> {
    await until(() => this.listening);
    const context = await this.#reception?.caller(user, signal);
    const login = await context?.credentials(signal);
    if (context === undefined || login?.user !== user || login.password !== password)
      throw new CradleError('NotOwner', 'wrong user or password');
    return { context, over: this.ring(context.device.id) };
  }

  /** Calls as a device, whether it may or not. */
  ring(device: DeviceId): Promise<'released' | 'closed'> {
    const over = new Promise<'released' | 'closed'>((resolve) => {
      let released = false;
      this.#calls.push({
        device,
        peer: this.#peer(device, {
          release: async () => {
            released = true;
          },
          close: () => resolve(released ? 'released' : 'closed'),
        }),
      });
    });
    this.#wake();
    return over;
  }

  /** Ends listening with this failure. */
  fail(error: Error): void {
    this.#broken = error;
    this.#wake();
  }

  async connect(context: PluginContext, signal: AbortSignal): Promise<Peer> {
    this.logins.push(await context.credentials(signal));
    return this.#peer(context.device.id, { release: async () => {}, close: () => {} });
  }

  #peer(device: DeviceId, ends: { release: () => Promise<void>; close: () => void }): Peer {
    this.open += 1;
    return {
      evidence: new Map(),
      stores: ['calendar', 'contacts', 'notes'].map((name) => this.store(device, name).info),
      open: async (name) => {
        await this.opening();
        const store = new MemoryStore(this.store(device, name));
        const wish = this.wishes.get(name);
        return wish === undefined ? store : Object.assign(store, { wish });
      },
      release: ends.release,
      [Symbol.asyncDispose]: async () => {
        this.open -= 1;
        ends.close();
      },
    };
  }
}
