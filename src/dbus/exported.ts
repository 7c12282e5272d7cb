import type { Caller } from './caller.js';
import { CradleError } from './errors.js';
import { dbus } from './names.js';
import {
  type LivePropertyName,
  type MethodName,
  type PropertyName,
  type PropertyShape,
  type Received,
  type ReceivedList,
  type Sent,
  type SentList,
  type Shape,
  type SignalName,
  signatureOf,
} from './shape.js';
import type { Dict, Variant } from './variant.js';

/** Sends a signal from the object an interface belongs to. */
export type Emit = (interfaceName: string, member: string, signature: string, body: readonly unknown[]) => void;

/** One interface of one object, as the dispatcher sees it: members are looked up in the shape before they are asked for. */
export interface Exported {
  readonly shape: Shape;
  read(property: string): Variant;
  readAll(): Dict;
  write(property: string, value: unknown, caller: Caller): Promise<void>;
  invoke(method: string, args: readonly unknown[], caller: Caller): Promise<readonly unknown[]>;
  /** Gives the interface its voice until it is detached; an interface belongs to one object at a time. */
  attach(emit: Emit): Disposable;
}

type MaybePromise<T> = T | Promise<T>;

/** What a method gives back: its one value, or a tuple of several; what one without out arguments gives is dropped. */
export type Result<Out extends readonly unknown[]> = Out extends readonly []
  ? unknown
  : Out extends readonly [infer One]
    ? One
    : Out;

type PropertyCode<P extends PropertyShape> = P['access'] extends 'readwrite'
  ? {
      get(): Sent[P['type']];
      /** Throws a CradleError to refuse. Call changed() once the value is in force. */
      set(value: Received[P['type']], caller: Caller): MaybePromise<void>;
    }
  : () => Sent[P['type']];

/** The code behind a shape: a getter for each property, a setter where it may be set, a function for each method. */
export interface Implementation<S extends Shape> {
  readonly properties: { readonly [P in PropertyName<S>]: PropertyCode<S['properties'][P]> };
  readonly methods: {
    readonly [M in MethodName<S>]: (
      ...args: [...ReceivedList<S['methods'][M]['in']>, caller: Caller]
    ) => MaybePromise<Result<SentList<S['methods'][M]['out']>>>;
  };
}

/** An interface that has code behind it; publish() puts it on the bus. */
export interface ExportedInterface<S extends Shape> extends Exported {
  /** Says that these properties have new values; told once a turn, or at the pace the shape allows. */
  changed(...names: LivePropertyName<S>[]): void;
  /** Tells all changes there are now, whatever the pace: a state shall not be told before what led to it. */
  flush(): void;
  /** Sends a signal, after every change that came before it. */
  emit<N extends SignalName<S>>(name: N, ...args: SentList<S['signals'][N]>): void;
}

export function exportInterface<const S extends Shape>(
  shape: S,
  implementation: Implementation<S>,
): ExportedInterface<S> {
  return new Interface(shape, implementation);
}

class Interface<S extends Shape> implements ExportedInterface<S> {
  #emit: Emit | undefined;
  readonly #changed = new Set<string>();
  readonly #told = new Map<string, number>();
  #turn: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    readonly shape: S,
    readonly implementation: Implementation<S>,
  ) {}

  read(property: string): Variant {
    const { type } = this.#property(property);
    const code: unknown = Reflect.get(this.implementation.properties, property);
    const get: unknown = typeof code === 'object' && code !== null ? Reflect.get(code, 'get') : code;
    if (typeof get !== 'function') throw new Error(`${this.shape.name}.${property} has no getter`);
    return { signature: type, value: Reflect.apply(get, code, []) };
  }

  readAll(): Dict {
    return Object.fromEntries(Object.keys(this.shape.properties).map((name) => [name, this.read(name)]));
  }

  async write(property: string, value: unknown, caller: Caller): Promise<void> {
    const code: unknown = Reflect.get(this.implementation.properties, property);
    const set: unknown = typeof code === 'object' && code !== null ? Reflect.get(code, 'set') : undefined;
    if (typeof set !== 'function') throw new Error(`${this.shape.name}.${property} has no setter`);
    await Reflect.apply(set, code, [value, caller]);
  }

  async invoke(method: string, args: readonly unknown[], caller: Caller): Promise<readonly unknown[]> {
    const code: unknown = Reflect.get(this.implementation.methods, method);
    const gives = this.shape.methods[method]?.out;
    if (typeof code !== 'function' || gives === undefined) throw new Error(`${this.shape.name}.${method} has no code`);
    const result: unknown = await Reflect.apply(code, this.implementation.methods, [...args, caller]);
    if (gives.length === 0) return [];
    if (gives.length === 1) return [result];
    if (!Array.isArray(result)) throw new Error(`${this.shape.name}.${method} gave one value for ${gives.length}`);
    return result;
  }

  attach(emit: Emit): Disposable {
    if (this.#emit !== undefined) throw new Error(`${this.shape.name} already belongs to an object`);
    this.#emit = emit;
    return {
      [Symbol.dispose]: () => {
        this.#tell(true);
        this.#emit = undefined;
        this.#changed.clear();
      },
    };
  }

  changed(...names: LivePropertyName<S>[]): void {
    if (this.#emit === undefined) return;
    for (const name of names) if (this.#property(name).access !== 'const') this.#changed.add(name);
    this.#turn ??= setImmediate(() => this.#tell(false));
  }

  flush(): void {
    this.#tell(true);
  }

  emit<N extends SignalName<S>>(name: N, ...args: SentList<S['signals'][N]>): void {
    const declared = this.shape.signals[name];
    if (declared === undefined) throw new Error(`${this.shape.name} has no signal ${name}`);
    this.#tell(true);
    this.#emit?.(this.shape.name, name, signatureOf(declared), args);
  }

  #property(name: string): PropertyShape {
    const found = this.shape.properties[name];
    if (found === undefined) throw new CradleError('NotFound', `${this.shape.name} has no property ${name}`);
    return found;
  }

  /** Tells of what changed and is due; of all of it when `now`. */
  #tell(now: boolean): void {
    clearImmediate(this.#turn);
    clearTimeout(this.#timer);
    this.#turn = undefined;
    this.#timer = undefined;
    const moment = performance.now();
    let wait = Number.POSITIVE_INFINITY;
    const due: [string, Variant][] = [];
    for (const name of this.#changed) {
      const { every = 0 } = this.#property(name);
      const left = (this.#told.get(name) ?? Number.NEGATIVE_INFINITY) + every - moment;
      if (left > 0 && !now) {
        wait = Math.min(wait, left);
        continue;
      }
      this.#changed.delete(name);
      if (every > 0) this.#told.set(name, moment);
      due.push([name, this.read(name)]);
    }
    if (Number.isFinite(wait)) this.#timer = setTimeout(() => this.#tell(false), wait);
    if (due.length > 0)
      this.#emit?.(dbus.properties, 'PropertiesChanged', 'sa{sv}as', [this.shape.name, Object.fromEntries(due), []]);
  }
}
