import type { Exported } from './exported.js';

/** Who called us, as the bus vouches for it. */
export interface Caller {
  /** The unique bus name, such as `:1.42`. */
  readonly name: string;
  readonly uid: number;
  readonly pid: number;
}

export interface Call {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature?: string;
  readonly body?: readonly unknown[];
  /** Milliseconds; 25,000 unless told. */
  readonly timeout?: number;
  readonly abort?: AbortSignal;
  /** Asks the bus not to start the service for this call. */
  readonly noAutoStart?: boolean;
}

/** A match on signals (D-Bus specification, "Match Rules"). */
export interface SignalMatch {
  /** A well-known name stays matched when its owner restarts. */
  readonly sender?: string;
  readonly path?: string;
  readonly pathNamespace?: string;
  readonly interface?: string;
  readonly member?: string;
  readonly arg0?: string;
}

export interface Signal {
  readonly sender: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature: string;
  /** Variants are opened, `a{sv}` are Maps, 64-bit integers are bigint, `ay` is Uint8Array. */
  readonly body: readonly unknown[];
}

/** One connection to a message bus. Which library carries it is known only to bus.ts and exported.ts. */
export interface Bus extends AsyncDisposable {
  readonly uniqueName: string;
  /** Settles, never rejects, when the connection is gone for good. */
  readonly ended: Promise<void>;
  /** Fails with a CradleError: Timeout, NotConnected when the bus is gone, Failed with the remote error's name otherwise. */
  call(call: Call): Promise<readonly unknown[]>;
  subscribe(match: SignalMatch, handler: (signal: Signal) => void): Promise<AsyncDisposable>;
  /** Tells the owner now and at each change; undefined while nobody owns the name. */
  watchName(name: string, handler: (owner: string | undefined) => void): Promise<AsyncDisposable>;
  /** Fails with Busy when somebody else owns the name. */
  own(name: string): Promise<void>;
  caller(uniqueName: string): Promise<Caller>;
  /** Puts one object with its interfaces at a path; disposing takes it away. */
  publish(path: string, interfaces: readonly Exported[]): Disposable;
  emit(path: string, interfaceName: string, member: string, signature: string, body: readonly unknown[]): void;
}
