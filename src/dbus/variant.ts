/** A value with its D-Bus type, as `v` carries it (D-Bus specification, "Container Types"). Used for everything we send. */
export interface Variant {
  readonly signature: string;
  readonly value: unknown;
}

/** An `a{sv}` we send. */
export type Dict = Readonly<Record<string, Variant>>;

/** An `a{sv}` we were sent, its variants opened to plain values; numbers are checked by whoever reads them. */
export type Options = ReadonlyMap<string, unknown>;

const of =
  <T>(signature: string) =>
  (value: T): Variant => ({ signature, value });

/** Makes variants of the types the API uses: `v.s('text')`, `v.u(3)`, `v.t(0n)`. */
export const v = {
  s: of<string>('s'),
  o: of<string>('o'),
  b: of<boolean>('b'),
  u: of<number>('u'),
  i: of<number>('i'),
  d: of<number>('d'),
  t: of<bigint>('t'),
  as: of<readonly string[]>('as'),
  ao: of<readonly string[]>('ao'),
  ay: of<Uint8Array>('ay'),
  ass: of<readonly (readonly [string, string])[]>('a(ss)'),
  dict: of<Dict>('a{sv}'),
  dicts: of<readonly Dict[]>('aa{sv}'),
} as const;
