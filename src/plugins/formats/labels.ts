import {
  type Component,
  changed,
  component,
  type Parameter,
  type Property,
  parameterOf,
  property,
  withParameter,
} from './content-lines/component.js';

/** Properties that say something of the others in their group: `item1.X-ABLabel:boat` beside `item1.TEL`. */
const LABELS: ReadonlyMap<string, string> = new Map([
  ['X-ABLABEL', 'X-ABLabel'],
  ['X-ABADR', 'X-ABADR'],
]);

const groupOf = (one: Property): string => one.group.toLowerCase();

/** Whether a property is a label; what has nothing in it labels nothing. */
export const isLabel = (one: Property): boolean =>
  one.group !== '' && LABELS.has(one.name) && one.parameters.length === 0 && one.value !== '';

const isLabellable = (one: Property): boolean =>
  one.group !== '' && !LABELS.has(one.name) && !/^[\s;,]*$/.test(one.value);

/**
 * A card whose labels stand inside the properties they are of, as parameters: so they go where those go, and the names of
 * groups, which every program deals out anew, do not count.
 */
export function labelled(card: Component): Component {
  if (!card.properties.some(isLabel)) return card;
  const labels = new Map<string, Map<string, string[]>>();
  const owners = new Set(card.properties.filter(isLabellable).map(groupOf));
  for (const one of card.properties) {
    if (!isLabel(one) || !owners.has(groupOf(one))) continue;
    const group = labels.get(groupOf(one)) ?? new Map<string, string[]>();
    labels.set(groupOf(one), group.set(one.name, [...(group.get(one.name) ?? []), one.value]));
  }
  const properties = card.properties.flatMap((one): readonly Property[] => {
    const group = labels.get(groupOf(one));
    if (group === undefined) return [one];
    if (isLabel(one)) return [];
    if (!isLabellable(one)) return [one];
    const parameters = [...group].map(([name, values]): Parameter => ({ name, values: values.sort() }));
    return [changed(one, { parameters: [...one.parameters, ...parameters] })];
  });
  return component(card.name, card.dialect, properties, card.components);
}

/** What a property is labelled with, of both kinds; empty when with nothing. */
export function labelOf(one: Property): string {
  let label = '';
  for (const { name, values } of one.parameters) if (LABELS.has(name)) label += `${name}=${JSON.stringify(values)}`;
  return label;
}

/** The property with the labels of another one. */
export function withLabelsOf(one: Property, other: Property): Property {
  let parameters = one.parameters;
  for (const name of LABELS.keys()) parameters = withParameter(parameters, name, parameterOf(other, name));
  return changed(one, { parameters });
}

/** The inverse: each label after its property, in a group of theirs. */
export function unlabelled(card: Component): Component {
  if (!card.properties.some((one) => labelOf(one) !== '')) return card;
  const groups = new Groups(card.properties);
  const properties = card.properties.flatMap((one): readonly Property[] => {
    const label = labelOf(one);
    if (label === '') return [isLabellable(one) && groups.isTaken(one.group) ? changed(one, { group: '' }) : one];
    const { group, fresh } = groups.forLabel(one.group, label);
    const parameters = one.parameters.filter(({ name }) => !LABELS.has(name));
    const labels = [...LABELS].flatMap(([name, spelling]) =>
      fresh ? parameterOf(one, name).map((value) => property(spelling, value, [], group)) : [],
    );
    return [changed(one, { parameters, group }), ...labels];
  });
  return component(card.name, card.dialect, properties, card.components);
}

/** Which label each group of a card is for. */
class Groups {
  readonly #labels = new Map<string, string>();
  readonly #names: Set<string>;
  readonly #told = new Set<string>();

  constructor(properties: readonly Property[]) {
    this.#names = new Set(properties.map(groupOf));
    for (const one of properties)
      if (one.group !== '' && labelOf(one) !== '' && !this.#labels.has(groupOf(one)))
        this.#labels.set(groupOf(one), labelOf(one));
  }

  isTaken(group: string): boolean {
    return this.#labels.has(group.toLowerCase());
  }

  /** A group with this label: the one that was meant where that is for the same; fresh where the label must be told. */
  forLabel(wanted: string, label: string): { readonly group: string; readonly fresh: boolean } {
    let group = wanted;
    for (let n = 1; group === '' || this.#labels.get(group.toLowerCase()) !== label; n++) {
      group = `item${n}`;
      if (this.#names.has(group)) continue;
      this.#names.add(group);
      this.#labels.set(group, label);
    }
    const fresh = !this.#told.has(group.toLowerCase());
    this.#told.add(group.toLowerCase());
    return { group, fresh };
  }
}
