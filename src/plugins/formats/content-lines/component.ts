import type { Dialect } from './dialect.js';

/** A property's parameter. In one property each name occurs once; what vCard 2.1 writes bare (`TEL;CELL`) is a TYPE. */
export interface Parameter {
  /** Upper case. */
  readonly name: string;
  /** As written, without quotes and without the `^` escapes of RFC 6868. */
  readonly values: readonly string[];
}

/** One content line. */
export interface Property {
  /** As in `item1.TEL`; empty for none. Compared without regard to case. */
  readonly group: string;
  /** Upper case. */
  readonly name: string;
  /** The name as it was written, such as `X-ABLabel`. */
  readonly spelling: string;
  readonly parameters: readonly Parameter[];
  /**
   * In characters: folding, quoted-printable and charset are undone (and their parameters gone), the dialect's escapes
   * still in; `textOf` and `fieldsOf` take them out. In the versit dialects line breaks are `\n` characters. Where the
   * parameter ENCODING is `B` this is base64 without white space.
   */
  readonly value: string;
}

/** What stands between BEGIN and END. Outermost components with the dialect they were written in. */
export interface Component {
  /** Upper case. */
  readonly name: string;
  readonly dialect: Dialect;
  readonly properties: readonly Property[];
  /** In their order, after the properties. A card inside a vCard 2.1 belongs to the AGENT property with no value. */
  readonly components: readonly Component[];
}

const NONE: readonly never[] = [];

/** A property of one's own; `name` is spelled as given. */
export function property(name: string, value: string, parameters: readonly Parameter[] = NONE, group = ''): Property {
  return { group, name: name.toUpperCase(), spelling: name, parameters, value };
}

/** The same property with another value or other parameters. */
export function changed(
  one: Property,
  change: { readonly value?: string; readonly parameters?: readonly Parameter[]; readonly group?: string },
): Property {
  return {
    group: change.group ?? one.group,
    name: one.name,
    spelling: one.spelling,
    parameters: change.parameters ?? one.parameters,
    value: change.value ?? one.value,
  };
}

export function component(
  name: string,
  dialect: Dialect,
  properties: readonly Property[],
  components: readonly Component[] = NONE,
): Component {
  return { name, dialect, properties, components };
}

/** The values of a parameter, by its name in upper case; empty when it is not there. */
export function parameterOf(one: Property, name: string): readonly string[] {
  for (const parameter of one.parameters) if (parameter.name === name) return parameter.values;
  return NONE;
}

/** The same parameters, with `name` set to these values; no values: without it. */
export function withParameter(
  parameters: readonly Parameter[],
  name: string,
  values: readonly string[],
): readonly Parameter[] {
  const at = parameters.findIndex((one) => one.name === name);
  if (values.length === 0) return at < 0 ? parameters : parameters.filter((one) => one.name !== name);
  const parameter: Parameter = { name, values };
  return at < 0 ? [...parameters, parameter] : parameters.with(at, parameter);
}

/** TYPE values in lower case; RFC 6350's quoted lists (`TYPE="voice,home"`) are taken apart. */
export function typesOf(one: Property): readonly string[] {
  const values = parameterOf(one, 'TYPE');
  if (values.length === 0) return NONE;
  if (values.every((value) => !value.includes(','))) return values.map((value) => value.toLowerCase());
  return values.flatMap((value) => value.toLowerCase().split(',')).map((type) => type.trim());
}

/** The first property of that name (upper case). */
export const first = (of: Component, name: string): Property | undefined =>
  of.properties.find((one) => one.name === name);

export const all = (of: Component, name: string): readonly Property[] =>
  of.properties.filter((one) => one.name === name);
