import { Variant as WireVariant } from 'dbus-native';
import { CradleError } from './errors.js';
import { parseSignature, parseType, type Type } from './signature.js';
import type { Variant } from './variant.js';

/** The bus cuts off who sends more than 128 MiB; we refuse ourselves well before. */
const OUTGOING_LIMIT = 32 * 1024 * 1024;

/** Our values as the library wants them. Fails with InvalidArgs naming the first value that is not of its type. */
export function toWire(signature: string, body: readonly unknown[]): unknown[] {
  const types = parseSignature(signature);
  if (types.length !== body.length)
    throw new CradleError('InvalidArgs', `"${signature}" wants ${types.length} values, not ${body.length}`);
  const budget = { bytes: OUTGOING_LIMIT };
  return types.map((type, index) => lower(type, body[index], budget));
}

function lower(type: Type, value: unknown, budget: { bytes: number }): unknown {
  spend(budget, 8);
  switch (type.code) {
    case 's':
    case 'g':
    case 'o':
      if (typeof value !== 'string') break;
      spend(budget, value.length);
      // D-Bus cannot carry NUL; a device's strange words must not make the whole answer fail.
      return value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;
    case 'b':
      if (typeof value !== 'boolean') break;
      return value;
    case 'x':
    case 't':
      if (typeof value !== 'bigint') break;
      return value;
    case 'v':
      if (!isVariant(value)) break;
      return new WireVariant(value.signature, lower(parseType(value.signature), value.value, budget));
    case 'a':
      return lowerArray(type, value, budget);
    case '(':
      if (!Array.isArray(value) || value.length !== type.children.length) break;
      return type.children.map((child, index) => lower(child, value[index], budget));
    default:
      if (typeof value !== 'number') break;
      return value;
  }
  throw notOfType(type, value);
}

function spend(budget: { bytes: number }, bytes: number): void {
  budget.bytes -= bytes;
  if (budget.bytes < 0)
    throw new CradleError('LimitsExceeded', `the message would be larger than ${OUTGOING_LIMIT} bytes`);
}

function lowerArray(type: Type, value: unknown, budget: { bytes: number }): unknown {
  const [element] = type.children;
  if (element === undefined) throw notOfType(type, value);
  if (element.code === 'y') {
    if (!(value instanceof Uint8Array)) throw notOfType(type, value);
    spend(budget, value.byteLength);
    return value;
  }
  if (element.code === '{') {
    const [keyType, valueType] = element.children;
    if (keyType === undefined || valueType === undefined || typeof value !== 'object' || value === null)
      throw notOfType(type, value);
    const entries = value instanceof Map ? [...value] : Object.entries(value);
    return entries.map(([key, one]) => [lower(keyType, key, budget), lower(valueType, one, budget)]);
  }
  if (!Array.isArray(value)) throw notOfType(type, value);
  return value.map((one) => lower(element, one, budget));
}

function isVariant(value: unknown): value is Variant {
  return typeof value === 'object' && value !== null && 'signature' in value && typeof value.signature === 'string';
}

function notOfType(type: Type, value: unknown): CradleError {
  return new CradleError('InvalidArgs', `a value is a ${typeof value} where the D-Bus type "${type.code}" stands`);
}

/** How many values one message may hold; a small body can unfold into very many objects. */
export type ValueLimit = number;

/**
 * A body as it came, with variants opened, dictionaries as Maps, byte arrays as Uint8Array.
 * Fails with LimitsExceeded when it holds more than `limit` values.
 */
export function fromWire(signature: string, body: readonly unknown[], limit: ValueLimit): unknown[] {
  const budget = { values: limit };
  return parseSignature(signature).map((type, index) => lift(type, body[index], budget));
}

/** The variant that stands last in a body such as Properties.Set has: its type is wanted, not just its value. */
export function variantOf(value: unknown, limit: ValueLimit): Variant {
  if (!(value instanceof WireVariant)) throw new CradleError('InvalidArgs', 'a variant is missing');
  return {
    signature: value.signature,
    value: lift(parseType(value.signature), value.value, { values: limit }),
  };
}

function lift(type: Type, value: unknown, budget: { values: number }): unknown {
  if (--budget.values < 0) throw new CradleError('LimitsExceeded', 'the message holds too many values');
  switch (type.code) {
    case 'v':
      return value instanceof WireVariant ? lift(parseType(value.signature), value.value, budget) : value;
    case '(':
      return Array.isArray(value) ? type.children.map((child, index) => lift(child, value[index], budget)) : value;
    case 'a':
      return Array.isArray(value) ? liftArray(type.children[0], value, budget) : value;
    default:
      return value;
  }
}

function liftArray(element: Type | undefined, values: readonly unknown[], budget: { values: number }): unknown {
  if (element === undefined) return values;
  if (element.code !== '{') return values.map((one) => lift(element, one, budget));
  const [keyType, valueType] = element.children;
  const map = new Map<unknown, unknown>();
  if (keyType === undefined || valueType === undefined) return map;
  for (const entry of values)
    if (Array.isArray(entry)) map.set(lift(keyType, entry[0], budget), lift(valueType, entry[1], budget));
  return map;
}
