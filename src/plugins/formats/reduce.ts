import { KEPT } from './card/kept.js';
import { kindOf } from './card/kinds.js';
import {
  type Component,
  changed,
  component,
  type Property,
  parameterOf,
  withParameter,
} from './content-lines/component.js';
import type { Dialect } from './content-lines/dialect.js';
import { parseContentLines } from './content-lines/parse.js';
import { escaped, fieldsOf, joined, octetsOf, textOf } from './content-lines/values.js';
import { type WriteOptions, writeContentLines } from './content-lines/write.js';
import { isEmpty } from './essence.js';

/** What a device can hold of one kind of item. */
export interface Capabilities {
  /** By name in upper case, `X-*` for all that begin so; those that are not in it cannot be held. Absent: the device does not say, so anything can. */
  readonly properties?: ReadonlyMap<string, Capability> | undefined;
}

/** What a device can hold of one property; what is absent is not limited. */
export interface Capability {
  /** Characters of a text, octets of a picture. */
  readonly maxSize?: number;
  /** Rather nothing than the beginning of it. */
  readonly noTruncate?: boolean;
  /** How many there may be in an item. */
  readonly maxOccur?: number;
  /** The only values it takes, in any case of letters. */
  readonly values?: readonly string[];
  /**
   * The parameters it knows, by name in upper case, with the values it takes (none: any). A type may stand among the
   * names as well (`CELL`), as devices of vCard 2.1 list them. Absent: any.
   */
  readonly parameters?: ReadonlyMap<string, readonly string[]>;
}

/** Without these a text is none, whether a device lists them or not. */
const FRAME = new Set(['VERSION']);

/** How a value is written and not what it says: a device that reads the property reads these. */
const WRITING = new Set(['ENCODING', 'VALUE', 'CHARSET', 'TZID']);

/**
 * The item as the device can hold it, in the dialect it is in; what is left out or cut is put back by enrich(). Traces
 * that conversions keep for themselves are left out too. Fails with InvalidItem for what cannot be read.
 */
export function reduce(bytes: Uint8Array, { properties }: Capabilities, options: WriteOptions = {}): Uint8Array {
  return writeContentLines(
    parseContentLines(bytes).map((one) => reducedComponent(one, { properties })),
    options,
  );
}

/** As reduce, of what is read already. */
export const reducedComponent = (one: Component, { properties }: Capabilities): Component => reduced(one, properties);

function reduced(one: Component, known: ReadonlyMap<string, Capability> | undefined): Component {
  const properties: Property[] = [];
  for (const property of one.properties) {
    const clean = withoutTraces(property);
    const result = known === undefined || FRAME.has(property.name) ? clean : heldBy(known, clean, one.dialect);
    if (result !== undefined) properties.push(result);
  }
  const components = one.components.filter(({ name }) => admits(known, name)).map((inner) => reduced(inner, known));
  return component(one.name, one.dialect, known === undefined ? properties : counted(properties, known), components);
}

function heldBy(known: ReadonlyMap<string, Capability>, one: Property, dialect: Dialect): Property | undefined {
  const capability = known.get(one.name) ?? (one.name.startsWith('X-') ? known.get('X-*') : undefined);
  return capability === undefined ? undefined : held(one, capability, dialect);
}

/** Devices list the components they know as values of BEGIN; those that serve others go with them. */
function admits(known: ReadonlyMap<string, Capability> | undefined, name: string): boolean {
  const values = known?.get('BEGIN')?.values ?? [];
  return values.length === 0 || SERVING.has(name) || values.some((value) => value.toUpperCase() === name);
}

const SERVING = new Set(['VTIMEZONE', 'STANDARD', 'DAYLIGHT']);

const withoutTraces = (one: Property): Property =>
  parameterOf(one, KEPT).length === 0 ? one : changed(one, { parameters: withParameter(one.parameters, KEPT, []) });

/** The first ones, preferred ones before others. */
function counted(properties: readonly Property[], known: ReadonlyMap<string, Capability>): readonly Property[] {
  const all = new Map<string, Property[]>();
  for (const one of properties) {
    const alike = all.get(one.name);
    if (alike === undefined) all.set(one.name, [one]);
    else alike.push(one);
  }
  const dropped = new Set<Property>();
  for (const [name, alike] of all) {
    const most = known.get(name)?.maxOccur ?? 0;
    if (most > 0 && alike.length > most)
      for (const one of alike.sort((mine, other) => rank(mine) - rank(other)).slice(most)) dropped.add(one);
  }
  return dropped.size === 0 ? properties : properties.filter((one) => !dropped.has(one));
}

/** An empty one gives way to any other. */
const rank = (one: Property): number =>
  isEmpty(one)
    ? 2
    : parameterOf(one, 'TYPE').some((type) => type.toLowerCase() === 'pref') || parameterOf(one, 'PREF')[0] === '1'
      ? 0
      : 1;

function held(one: Property, capability: Capability, dialect: Dialect): Property | undefined {
  const { values = [], maxSize = 0, noTruncate = false, parameters } = capability;
  if (values.length > 0 && !values.some((value) => value.toLowerCase() === one.value.trim().toLowerCase()))
    return undefined;
  const result = parameters === undefined ? one : withKnown(one, parameters);
  return maxSize <= 0 ? result : fitted(result, maxSize, noTruncate, dialect);
}

function takesAnyCase(allowed: readonly string[], value: string): boolean {
  const upper = value.toUpperCase();
  return allowed.some((one) => one.toUpperCase() === upper);
}

function withKnown(one: Property, known: ReadonlyMap<string, readonly string[]>): Property {
  const parameters = one.parameters.flatMap((parameter) => {
    const { name, values } = parameter;
    if (WRITING.has(name)) return [parameter];
    const allowed = known.get(name);
    const takes = (value: string): boolean =>
      (allowed !== undefined && (allowed.length === 0 || allowed.includes(value) || takesAnyCase(allowed, value))) ||
      (name === 'TYPE' && known.has(value.toUpperCase()));
    const kept = values.every(takes) ? values : values.filter(takes);
    return kept.length === 0 ? [] : kept.length === values.length ? [parameter] : [{ name, values: kept }];
  });
  return parameters.length === one.parameters.length && parameters.every((each, at) => each === one.parameters[at])
    ? one
    : changed(one, { parameters });
}

/** The property with at most so many characters; undefined where nothing useful is left. */
function fitted(one: Property, most: number, noTruncate: boolean, dialect: Dialect): Property | undefined {
  const octets = octetsOf(one);
  if (octets !== undefined) return octets.byteLength <= most ? one : undefined;
  const card = dialect.startsWith('vcard');
  const kind = card ? kindOf(one.name) : 'text';
  if (kind === 'fields') return fittedFields(one, most, noTruncate, dialect);
  const text = textOf(one, dialect);
  if (text.length <= most) return one;
  // A number or an address cut short is another one, and a date cut short is none.
  const whole =
    noTruncate || (card ? kind !== 'text' && kind !== 'opaque' : !TEXTS.has(one.name)) || WHOLE.has(one.name);
  return whole ? undefined : changed(one, { value: escaped(cut(text, most), dialect) });
}

const TEXTS = new Set(['SUMMARY', 'DESCRIPTION', 'LOCATION', 'COMMENT', 'BODY']);
const WHOLE = new Set(['TEL', 'EMAIL', 'UID', 'AGENT']);

/** The fields share the room; the last ones go first. */
function fittedFields(one: Property, most: number, noTruncate: boolean, dialect: Dialect): Property | undefined {
  const fields = fieldsOf(one, dialect);
  if (fields.join('').length <= most) return one;
  if (noTruncate) return undefined;
  let room = most;
  const fitting = fields.map((field) => {
    const kept = cut(field, room);
    room -= kept.length;
    return kept;
  });
  return changed(one, { value: joined(fitting, dialect) });
}

/** At most so many UTF-16 code units, and no half of a character. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const code = text.charCodeAt(most - 1);
  return text.slice(0, code >= 0xd800 && code <= 0xdbff ? most - 1 : most);
}
