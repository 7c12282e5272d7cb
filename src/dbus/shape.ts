import type { Dict, Options, Variant } from './variant.js';

/** The D-Bus types our API uses, as we give them, and those of services that tests stand in for. */
export interface Sent {
  s: string;
  o: string;
  b: boolean;
  i: number;
  u: number;
  d: number;
  x: bigint;
  t: bigint;
  v: Variant;
  ay: Uint8Array;
  aay: readonly Uint8Array[];
  as: readonly string[];
  ao: readonly string[];
  '(so)': readonly [string, string];
  '(uo)': readonly [number, string];
  'a(so)': readonly (readonly [string, string])[];
  'a(ss)': readonly (readonly [string, string])[];
  'a{ss}': Readonly<Record<string, string>>;
  'a{su}': Readonly<Record<string, number>>;
  'a{sv}': Dict;
  'aa{sv}': readonly Dict[];
  'a(oa{sv})': readonly (readonly [string, Dict])[];
  'a{sa{sv}}': Readonly<Record<string, Dict>>;
  'a{oa{sa{sv}}}': Readonly<Record<string, Readonly<Record<string, Dict>>>>;
}

export type Signature = keyof Sent;

/** The same types as we are given them: dictionaries are Maps, variants are opened. */
export interface Received
  extends Omit<Sent, 'v' | 'a{ss}' | 'a{su}' | 'a{sv}' | 'aa{sv}' | 'a(oa{sv})' | 'a{sa{sv}}' | 'a{oa{sa{sv}}}'> {
  v: unknown;
  'a{ss}': ReadonlyMap<string, string>;
  'a{su}': ReadonlyMap<string, number>;
  'a{sv}': Options;
  'aa{sv}': readonly Options[];
  'a(oa{sv})': readonly (readonly [string, Options])[];
  'a{sa{sv}}': ReadonlyMap<string, Options>;
  'a{oa{sa{sv}}}': ReadonlyMap<string, ReadonlyMap<string, Options>>;
}

/** `const` never changes while the object lives; the others tell of every change. */
export type Access = 'const' | 'read' | 'readwrite';

export interface PropertyShape<S extends Signature = Signature, A extends Access = Access> {
  readonly type: S;
  readonly access: A;
  /** Changes are told at most once in so many milliseconds. */
  readonly every?: number;
}

export interface Argument<S extends Signature = Signature> {
  readonly name: string;
  readonly type: S;
}

export interface MethodShape<
  In extends readonly Argument[] = readonly Argument[],
  Out extends readonly Argument[] = readonly Argument[],
> {
  readonly in: In;
  readonly out: Out;
}

/** One interface of the API: its members, from which code, introspection and clients are all made. */
export interface Shape {
  readonly name: string;
  readonly properties: Readonly<Record<string, PropertyShape>>;
  readonly methods: Readonly<Record<string, MethodShape>>;
  readonly signals: Readonly<Record<string, readonly Argument[]>>;
}

export function property<S extends Signature, A extends Access>(
  type: S,
  access: A,
  pace?: { readonly every: number },
): PropertyShape<S, A> {
  return { type, access, ...pace };
}

export const arg = <S extends Signature>(name: string, type: S): Argument<S> => ({ name, type });

export const method = <const In extends readonly Argument[], const Out extends readonly Argument[]>(
  takes: In,
  gives: Out,
): MethodShape<In, Out> => ({ in: takes, out: gives });

export const signal = <const Args extends readonly Argument[]>(args: Args): Args => args;

export const defineShape = <const P extends Shape>(shape: P): P => shape;

/** The last argument of every method, so that it can grow. */
export const options = arg('options', 'a{sv}');

/** The concatenated types of an argument list. */
export const signatureOf = (args: readonly Argument[]): string => args.map(({ type }) => type).join('');

export type SentList<A extends readonly Argument[]> = { readonly [I in keyof A]: Sent[A[I]['type']] };
export type ReceivedList<A extends readonly Argument[]> = { readonly [I in keyof A]: Received[A[I]['type']] };

export type PropertyName<S extends Shape> = keyof S['properties'] & string;
export type MethodName<S extends Shape> = keyof S['methods'] & string;
export type SignalName<S extends Shape> = keyof S['signals'] & string;

/** Names of properties that may change. */
export type LivePropertyName<S extends Shape> = {
  [P in PropertyName<S>]: S['properties'][P]['access'] extends 'const' ? never : P;
}[PropertyName<S>];

/** Names of properties that a caller may set. */
export type WritablePropertyName<S extends Shape> = {
  [P in PropertyName<S>]: S['properties'][P]['access'] extends 'readwrite' ? P : never;
}[PropertyName<S>];

/** An object of this interface as its clients see it. */
export type View<S extends Shape> = { readonly [P in PropertyName<S>]: Received[S['properties'][P]['type']] };
