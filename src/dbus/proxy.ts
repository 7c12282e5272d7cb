import type { Bus } from './bus.js';
import { CradleError } from './errors.js';
import { dbus } from './names.js';
import {
  type Argument,
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
  type View,
  type WritablePropertyName,
} from './shape.js';
import { isOfType, parseSignature } from './signature.js';
import type { Options } from './variant.js';
import { isReceived, viewOf } from './view.js';

export interface CallLimits {
  /** Milliseconds; 25,000 unless told. */
  readonly timeout?: number;
  readonly abort?: AbortSignal;
  readonly noAutoStart?: boolean;
}

/** One interface of somebody else's object. All calls fail with a CradleError, as Bus.call does. */
export interface Remote<S extends Shape> {
  readonly path: string;
  readonly shape: S;
  /** The out arguments as a list, typed by the shape; fails with Failed when the other side answers otherwise. */
  call<M extends MethodName<S>>(
    method: M,
    args: SentList<S['methods'][M]['in']>,
    limits?: CallLimits,
  ): Promise<ReceivedList<S['methods'][M]['out']>>;
  get<P extends PropertyName<S>>(name: P, limits?: CallLimits): Promise<Received[S['properties'][P]['type']]>;
  getAll(limits?: CallLimits): Promise<View<S>>;
  set<P extends WritablePropertyName<S>>(
    name: P,
    value: Sent[S['properties'][P]['type']],
    limits?: CallLimits,
  ): Promise<void>;
  on<N extends SignalName<S>>(
    signal: N,
    handler: (...args: ReceivedList<S['signals'][N]>) => void,
  ): Promise<AsyncDisposable>;
  /** Tells the names and new values whenever some of the properties changed. */
  onChanged(handler: (changed: Options) => void): Promise<AsyncDisposable>;
}

export function proxy<const S extends Shape>(bus: Bus, destination: string, path: string, shape: S): Remote<S> {
  const ask = (
    interfaceName: string,
    member: string,
    signature: string,
    body: readonly unknown[],
    limits: CallLimits = {},
  ): Promise<readonly unknown[]> =>
    bus.call({ destination, path, interface: interfaceName, member, signature, body, ...limits });
  const propertyOf = (name: string): PropertyShape => {
    const found = shape.properties[name];
    if (found === undefined) throw new CradleError('NotFound', `${shape.name} has no property ${name}`);
    return found;
  };

  return {
    path,
    shape,
    async call(method, args, limits) {
      const declared = shape.methods[method];
      if (declared === undefined) throw new CradleError('NotFound', `${shape.name} has no method ${method}`);
      const answer = await ask(shape.name, method, signatureOf(declared.in), args, limits);
      if (isAnswer(shape, method, answer)) return answer;
      throw new CradleError('Failed', `${destination} answered ${method} with other types than it should`);
    },
    async get(name, limits) {
      const [value] = await ask(dbus.properties, 'Get', 'ss', [shape.name, name], limits);
      if (isValue(shape, name, value)) return value;
      throw new CradleError('Failed', `${destination} gave a ${typeof value} for ${name}, which has another type`);
    },
    async getAll(limits) {
      const [values] = await ask(dbus.properties, 'GetAll', 's', [shape.name], limits);
      return viewOf(shape, isReceived('a{sv}', values) ? values : new Map());
    },
    async set(name, value, limits) {
      const { type } = propertyOf(name);
      await ask(dbus.properties, 'Set', 'ssv', [shape.name, name, { signature: type, value }], limits);
    },
    on(name, handler) {
      return bus.subscribe({ sender: destination, path, interface: shape.name, member: name }, ({ body }) => {
        if (isSignalBody(shape, name, body)) handler(...body);
      });
    },
    onChanged(handler) {
      const match = {
        sender: destination,
        path,
        interface: dbus.properties,
        member: 'PropertiesChanged',
        arg0: shape.name,
      };
      return bus.subscribe(match, ({ body: [, changed] }) => {
        if (isReceived('a{sv}', changed)) handler(changed);
      });
    },
  };
}

function isListOf(declared: readonly Argument[], values: readonly unknown[]): boolean {
  const types = parseSignature(signatureOf(declared));
  return values.length === types.length && types.every((type, index) => isOfType(type, values[index]));
}

function isAnswer<S extends Shape, M extends MethodName<S>>(
  shape: S,
  method: M,
  values: readonly unknown[],
): values is ReceivedList<S['methods'][M]['out']> {
  return isListOf(shape.methods[method]?.out ?? [], values);
}

function isSignalBody<S extends Shape, N extends SignalName<S>>(
  shape: S,
  name: N,
  values: readonly unknown[],
): values is ReceivedList<S['signals'][N]> {
  return isListOf(shape.signals[name] ?? [], values);
}

function isValue<S extends Shape, P extends PropertyName<S>>(
  shape: S,
  name: P,
  value: unknown,
): value is Received[S['properties'][P]['type']] {
  const type = shape.properties[name]?.type;
  return type !== undefined && isReceived(type, value);
}
