import { CradleError } from './errors.js';

/** One complete type of a signature (D-Bus specification, "Type System"). */
export interface Type {
  /** The first letter: a basic type, `v`, `a`, `(` or `{`. */
  readonly code: string;
  readonly children: readonly Type[];
}

const BASIC = 'ybnqiuxtdsogh';
/** The specification's own limits. */
const DEPTH = 32;
const LENGTH = 255;

const known = new Map<string, readonly Type[]>();

/** The types of a signature; fails with InvalidArgs when it is none. */
export function parseSignature(signature: string): readonly Type[] {
  const cached = known.get(signature);
  if (cached !== undefined) return cached;
  const reader = new SignatureReader(signature);
  const types: Type[] = [];
  while (!reader.done) types.push(reader.complete(0));
  // Signatures come from strangers too: what is remembered must not grow with them.
  if (known.size > 500) known.clear();
  known.set(signature, types);
  return types;
}

/** The one type of a signature, as variants and properties have. */
export function parseType(signature: string): Type {
  const [type, ...rest] = parseSignature(signature);
  if (type === undefined || rest.length > 0)
    throw new CradleError('InvalidArgs', `"${signature}" is not one complete type`);
  return type;
}

class SignatureReader {
  #at = 0;

  constructor(readonly text: string) {
    if (text.length > LENGTH) throw this.#wrong();
  }

  get done(): boolean {
    return this.#at >= this.text.length;
  }

  complete(depth: number): Type {
    const code = this.text.charAt(this.#at++);
    if (depth > DEPTH) throw this.#wrong();
    if (code !== '' && (BASIC.includes(code) || code === 'v')) return { code, children: [] };
    if (code === 'a') return { code, children: [this.#element(depth + 1)] };
    if (code === '(') return { code, children: this.#until(')', depth + 1, 1) };
    throw this.#wrong();
  }

  #element(depth: number): Type {
    if (this.text.charAt(this.#at) !== '{') return this.complete(depth);
    this.#at++;
    const children = this.#until('}', depth, 2);
    const key = children[0];
    if (children.length !== 2 || key === undefined || !BASIC.includes(key.code)) throw this.#wrong();
    return { code: '{', children };
  }

  #until(end: string, depth: number, atLeast: number): readonly Type[] {
    const children: Type[] = [];
    while (this.text.charAt(this.#at) !== end) children.push(this.complete(depth));
    this.#at++;
    if (children.length < atLeast) throw this.#wrong();
    return children;
  }

  #wrong(): CradleError {
    return new CradleError('InvalidArgs', `"${this.text}" is not a D-Bus signature`);
  }
}

/** True when a value we were sent is what the type promises, with variants opened and dictionaries as Maps. */
export function isOfType(type: Type, value: unknown): boolean {
  switch (type.code) {
    case 's':
    case 'o':
    case 'g':
      return typeof value === 'string';
    case 'b':
      return typeof value === 'boolean';
    case 'x':
    case 't':
      return typeof value === 'bigint';
    case 'd':
      return typeof value === 'number';
    case 'v':
      return value !== undefined;
    case 'a':
      return isArrayOfType(type.children[0], value);
    case '(':
      return (
        Array.isArray(value) &&
        value.length === type.children.length &&
        type.children.every((child, index) => isOfType(child, value[index]))
      );
    default:
      return typeof value === 'number' && Number.isInteger(value);
  }
}

function isArrayOfType(element: Type | undefined, value: unknown): boolean {
  if (element === undefined) return false;
  if (element.code === 'y') return value instanceof Uint8Array;
  if (element.code !== '{') return Array.isArray(value) && value.every((one) => isOfType(element, one));
  const [keyType, valueType] = element.children;
  if (keyType === undefined || valueType === undefined || !(value instanceof Map)) return false;
  for (const [key, one] of value) if (!isOfType(keyType, key) || !isOfType(valueType, one)) return false;
  return true;
}
