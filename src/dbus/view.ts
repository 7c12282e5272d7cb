import type { PropertyName, Received, Shape, Signature, View } from './shape.js';
import { isOfType, parseType } from './signature.js';
import type { Options } from './variant.js';

/** True when a value we were sent is what the signature promises. */
export function isReceived<S extends Signature>(signature: S, value: unknown): value is Received[S] {
  return isOfType(parseType(signature), value);
}

/** The value that says nothing: for a property an older or newer daemon does not have. */
function blank(signature: Signature): unknown {
  if (signature.startsWith('a{')) return new Map();
  if (signature === 'ay') return new Uint8Array();
  if (signature.startsWith('a')) return [];
  if (signature === 'b') return false;
  if (signature === 's' || signature === 'o') return '';
  return signature === 't' || signature === 'x' ? 0n : 0;
}

/** All properties of an interface from what was sent; missing or mistyped ones are blank. */
export function viewOf<S extends Shape>(shape: S, values: Options): View<S> {
  const view: Record<string, unknown> = {};
  for (const [name, { type }] of Object.entries(shape.properties)) {
    const value = values.get(name);
    view[name] = isReceived(type, value) ? value : blank(type);
  }
  if (!isView(shape, view)) throw new TypeError(`the properties of ${shape.name} do not fit their own shape`);
  return view;
}

function isView<S extends Shape>(shape: S, view: Readonly<Record<string, unknown>>): view is View<S> {
  return Object.entries(shape.properties).every(([name, { type }]) => isReceived(type, view[name]));
}

export const isPropertyOf = <S extends Shape>(shape: S, name: unknown): name is PropertyName<S> =>
  typeof name === 'string' && Object.hasOwn(shape.properties, name);
