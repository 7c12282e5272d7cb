import type { Caller } from './caller.js';
import { type Call, Calls } from './calls.js';
import { CradleError } from './errors.js';
import type { Exported } from './exported.js';
import { dbus } from './names.js';
import { Objects } from './objects.js';
import { type Signal, type SignalMatch, Signals } from './signals.js';
import { type Incoming, type Outgoing, Wire } from './wire.js';

export { type Environment, sessionBusAddress, systemBusAddress } from './address.js';
export type { Caller } from './caller.js';
export type { Call } from './calls.js';
export type { Signal, SignalMatch } from './signals.js';

/** One connection to a message bus. Which library carries it is known only to wire.ts and marshal.ts. */
export interface Bus extends AsyncDisposable {
  readonly uniqueName: string;
  /** Settles, never rejects, when the connection is gone for good. */
  readonly ended: Promise<void>;
  /**
   * Fails with a CradleError: Timeout; NotConnected when the bus or the other side is gone; a code that fits the
   * remote error, else Failed. Its `remote` is the D-Bus error name, where somebody answered with one.
   */
  call(call: Call): Promise<readonly unknown[]>;
  subscribe(match: SignalMatch, handler: (signal: Signal) => void): Promise<AsyncDisposable>;
  /** Tells the owner now and at each change; undefined while nobody owns the name. */
  watchName(name: string, handler: (owner: string | undefined) => void): Promise<AsyncDisposable>;
  /** Fails with Busy when somebody else owns the name. */
  own(name: string): Promise<void>;
  caller(uniqueName: string): Promise<Caller>;
  /** Puts one object with its interfaces at a path; disposing takes it away. */
  publish(path: string, interfaces: readonly Exported[]): Disposable;
  /** Sends a signal; silently nothing once the bus is gone. */
  emit(path: string, interfaceName: string, member: string, signature: string, body: readonly unknown[]): void;
}

export interface BusOptions {
  /** A D-Bus server address: sessionBusAddress(env), systemBusAddress(env), or another. */
  readonly address: string;
  readonly abort?: AbortSignal;
  /** Hears what went wrong in our own code behind the bus: a handler that threw, an answer of the wrong type. */
  readonly unexpected?: (error: unknown) => void;
}

/** Fails with NotConnected when no bus answers at the address, Cancelled when aborted. */
export async function connectBus(options: BusOptions): Promise<Bus> {
  const connection = new Connection(options);
  await connection.open();
  return connection;
}

const OWNED = 1;
const OWNED_ALREADY = 4;
const DO_NOT_QUEUE = 4;
const CLOSING_TIME = 1_000;

class Connection implements Bus {
  uniqueName = '';
  readonly ended: Promise<void>;
  readonly #callers = new Map<string, Promise<Caller>>();
  readonly #calls: Calls;
  readonly #signals: Signals;
  readonly #objects: Objects;
  #wire: Wire | undefined;
  #end: () => void = () => {};

  constructor(readonly options: BusOptions) {
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    const unexpected = options.unexpected ?? (() => {});
    this.#calls = new Calls((message) => this.#send(message));
    this.#signals = new Signals((call) => this.call(call), unexpected);
    this.#objects = new Objects({
      send: (message) => void this.#send(message),
      caller: (name) => this.caller(name),
      unexpected,
    });
  }

  async open(): Promise<void> {
    const { address, abort } = this.options;
    const events = {
      message: (message: Incoming): void => this.#receive(message),
      ended: (cause: Error | undefined): void => {
        this.#wire = undefined;
        this.#calls.end(cause);
        this.#objects.end();
        this.#end();
      },
    };
    this.#wire = await Wire.open(address, events, abort);
    try {
      const [name] = await this.#ask('Hello', '', [], abort);
      this.uniqueName = String(name);
    } catch (error) {
      this.#wire?.destroy();
      throw error;
    }
  }

  call(call: Call): Promise<readonly unknown[]> {
    return this.#calls.make(call);
  }

  subscribe(match: SignalMatch, handler: (signal: Signal) => void): Promise<AsyncDisposable> {
    return this.#signals.subscribe(match, handler);
  }

  watchName(name: string, handler: (owner: string | undefined) => void): Promise<AsyncDisposable> {
    return this.#signals.watchName(name, handler);
  }

  async own(name: string): Promise<void> {
    const [result] = await this.#ask('RequestName', 'su', [name, DO_NOT_QUEUE]);
    if (result !== OWNED && result !== OWNED_ALREADY)
      throw new CradleError('Busy', `somebody else already runs as ${name} on this bus`);
  }

  caller(uniqueName: string): Promise<Caller> {
    const known = this.#callers.get(uniqueName);
    if (known !== undefined) return known;
    const asked = this.#learn(uniqueName);
    this.#callers.set(uniqueName, asked);
    asked.catch(() => this.#callers.delete(uniqueName));
    return asked;
  }

  publish(path: string, interfaces: readonly Exported[]): Disposable {
    return this.#objects.publish(path, interfaces);
  }

  emit(path: string, interfaceName: string, member: string, signature: string, body: readonly unknown[]): void {
    if (this.#wire === undefined) return;
    this.#send({ kind: 'signal', path, interface: interfaceName, member, signature, body });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const wire = this.#wire;
    if (wire === undefined) return this.ended;
    // What is sent from now on would be lost behind the end.
    this.#wire = undefined;
    wire.end();
    const tooLong = setTimeout(() => wire.destroy(), CLOSING_TIME);
    await this.ended;
    clearTimeout(tooLong);
  }

  /** Asked after the watch began: a caller that vanishes in between is not remembered for ever. */
  async #learn(uniqueName: string): Promise<Caller> {
    const forget = (): void => {
      this.#callers.delete(uniqueName);
      // Disposed a turn later, when the watch it ends has been handed over.
      setImmediate(() => void watch[Symbol.asyncDispose]());
    };
    const watch = await this.#signals.watchName(uniqueName, (owner) => {
      if (owner === undefined) forget();
    });
    try {
      const [credentials] = await this.#ask('GetConnectionCredentials', 's', [uniqueName]);
      return callerFrom(uniqueName, credentials);
    } catch (error) {
      await watch[Symbol.asyncDispose]();
      throw error;
    }
  }

  #ask(member: string, signature: string, body: readonly unknown[], abort?: AbortSignal): Promise<readonly unknown[]> {
    const { name: destination, path, interface: interfaceName } = dbus;
    const call = { destination, path, interface: interfaceName, member, signature, body };
    return this.call(abort === undefined ? call : { ...call, abort });
  }

  #send(message: Outgoing): number {
    if (this.#wire === undefined) throw new CradleError('NotConnected', 'the connection to the message bus is gone');
    return this.#wire.send(message);
  }

  #receive(message: Incoming): void {
    if (message.kind === 'signal') this.#signals.receive(message);
    else if (message.kind === 'call') this.#objects.receive(message);
    else this.#calls.answer(message);
  }
}

function callerFrom(name: string, credentials: unknown): Caller {
  if (credentials instanceof Map) {
    const uid: unknown = credentials.get('UnixUserID');
    const pid: unknown = credentials.get('ProcessID');
    if (typeof uid === 'number') return { name, uid, pid: typeof pid === 'number' ? pid : 0 };
  }
  throw new CradleError('Failed', `the bus does not say who ${name} is`);
}
