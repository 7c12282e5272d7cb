import { mediaTypeWord } from '../../formats/media-type.js';
import type { Element } from '../codec/document.js';
import { isElement, quoted } from '../message/element.js';
import type { ContentCapability, PropertyCapability } from './device-information.js';
import type { Leniency } from './leniency.js';

const MOST_PROPERTIES = 1000;
const MOST_VALUES = 500;

/** Parameters of vCard 2.1 with a name of their own; all others stand there as bare values of TYPE. */
const NAMED_PARAMETERS: ReadonlySet<string> = new Set(['TYPE', 'VALUE', 'ENCODING', 'CHARSET', 'LANGUAGE']);

interface Parameter {
  readonly name: string;
  readonly values: string[];
}

type Property = { -readonly [K in keyof PropertyCapability]: PropertyCapability[K] } & {
  readonly values: string[];
  readonly parameters: Parameter[];
};

interface Capability {
  readonly type: string;
  version: string | undefined;
  readonly properties: Property[];
}

/**
 * Reads a `CTCap`: of 1.2, with a Property for each, or the flat list of 1.0 and 1.1 (Device Information 1.1, section 5.5),
 * where what a value belongs to shows by its place. Devices mix both.
 */
export class CapabilityReader {
  readonly #lenient: Leniency;

  constructor(lenient: Leniency) {
    this.#lenient = lenient;
  }

  read(cap: Element): readonly ContentCapability[] {
    const found: Capability[] = [];
    let property: Property | undefined;
    let parameter: Parameter | undefined;
    for (const node of cap.children) {
      if (!isElement(node)) continue;
      if (node.name === 'CTType') {
        found.push({ type: mediaTypeWord(this.#lenient.textOf(node) ?? ''), version: undefined, properties: [] });
        property = parameter = undefined;
        continue;
      }
      const capability = found.at(-1);
      if (capability === undefined)
        this.#lenient.complain(`${quoted(node.name)} stands before the CTType of its CTCap`);
      else if (node.name === 'VerCT') capability.version = this.#lenient.textOf(node);
      else if (node.name === 'Property') this.#readProperty(capability, node);
      else if (node.name === 'PropName') {
        property = this.#begin(capability, node);
        parameter = undefined;
      } else if (property !== undefined) parameter = this.#note(node, property, parameter);
    }
    return found.filter(({ type }) => type !== '').map(finished);
  }

  #readProperty(capability: Capability, node: Element): void {
    let property: Property | undefined;
    for (const child of node.children) {
      if (!isElement(child)) continue;
      if (child.name === 'PropName') property = this.#begin(capability, child);
      else if (property === undefined) continue;
      else if (child.name !== 'PropParam') this.#note(child, property, undefined);
      else {
        let parameter: Parameter | undefined;
        for (const part of child.children) if (isElement(part)) parameter = this.#note(part, property, parameter);
      }
    }
  }

  #begin(capability: Capability, node: Element): Property | undefined {
    const name = this.#lenient.textOf(node);
    if (name === undefined) this.#lenient.complain(`a property of ${quoted(capability.type)} has no name`);
    else if (this.#room(MOST_PROPERTIES, capability.properties, node)) {
      const property: Property = { name: name.toUpperCase(), values: [], parameters: [] };
      capability.properties.push(property);
      return property;
    }
    return undefined;
  }

  /** Takes up what is said of a property or its parameter; gives the parameter that what follows is said of. */
  #note(node: Element, property: Property, parameter: Parameter | undefined): Parameter | undefined {
    if (node.name === 'ParamName') return this.#beginParameter(property, node);
    if (node.name === 'ValEnum') this.#addValue(parameter?.values ?? property.values, node);
    else if (parameter === undefined) this.#describe(property, node);
    return parameter;
  }

  #beginParameter(property: Property, node: Element): Parameter | undefined {
    const name = this.#lenient.textOf(node)?.toUpperCase();
    if (name === undefined || !this.#room(MOST_VALUES, property.parameters, node)) return undefined;
    const parameter: Parameter = { name, values: [] };
    property.parameters.push(parameter);
    return parameter;
  }

  #addValue(values: string[], node: Element): void {
    const value = this.#lenient.textOf(node);
    if (value !== undefined && !values.includes(value) && this.#room(MOST_VALUES, values, node)) values.push(value);
  }

  #describe(property: Property, node: Element): void {
    const written = this.#lenient.textOf(node);
    if (node.name === 'NoTruncate') property.noTruncate = true;
    else if (written === undefined) return;
    else if (node.name === 'DataType') property.dataType = written.toLowerCase();
    else if (node.name === 'MaxOccur' || node.name === 'MaxSize' || node.name === 'Size') {
      const number = this.#lenient.number(() => written, `the ${node.name} of ${property.name}`);
      if (number === undefined || number === 0) return;
      if (node.name === 'MaxOccur') property.maxOccur = number;
      else property.maxSize = number;
    }
  }

  #room(most: number, list: readonly unknown[], node: Element): boolean {
    if (list.length >= most) this.#lenient.complain(`there are more than ${most} elements ${node.name}`);
    return list.length < most;
  }
}

function finished({ type, version, properties }: Capability): ContentCapability {
  // Before 1.2 the version is said by the values of VERSION alone.
  const known = version ?? properties.find(({ name }) => name === 'VERSION')?.values[0];
  return {
    type,
    ...(known !== undefined && { version: known }),
    properties: type === 'text/x-vcard' ? properties.map(withTypes) : properties,
  };
}

/** vCard 2.1 has `TEL;HOME` for `TEL;TYPE=HOME`, and 1.0 and 1.1 list HOME as a parameter. */
function withTypes(property: Property): PropertyCapability {
  const bare = property.parameters.filter(({ name, values }) => values.length === 0 && !NAMED_PARAMETERS.has(name));
  if (bare.length === 0) return property;
  const named = property.parameters.filter((one) => !bare.includes(one));
  const types = { name: 'TYPE', values: bare.map(({ name }) => name) };
  return { ...property, parameters: [types, ...named.filter(({ name }) => name !== 'TYPE')] };
}
