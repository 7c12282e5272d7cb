import { changed, type Property, parameterOf, property, withParameter } from '../content-lines/component.js';
import { escaped, textOf } from '../content-lines/values.js';

/** Of a property's group and parameters, in any order: a label belongs to the address with the same. */
const place = ({ group, parameters }: Property): string =>
  [
    group.toLowerCase(),
    ...parameters.map(({ name, values }) => `${name}=${[...values].sort().join().toLowerCase()}`).sort(),
  ].join(';');

const NOWHERE = ';;;;;;';

/**
 * The LABEL properties of vCard 3.0 as LABEL parameters of their addresses (RFC 6350 section 6.3.1): of the one right
 * before, else of the first that has none. One without an address gets an empty one.
 */
export function withLabelsInside(properties: readonly Property[]): readonly Property[] {
  if (!properties.some((one) => one.name === 'LABEL')) return properties;
  const labels = new Map<Property, Property>();
  const later = new Map<string, Property[]>();
  properties.forEach((one, at) => {
    if (one.name !== 'LABEL') return;
    const [where, before] = [place(one), properties[at - 1]];
    if (before?.name === 'ADR' && place(before) === where) labels.set(before, one);
    else
      later
        .set(where, later.get(where) ?? [])
        .get(where)
        ?.push(one);
  });
  const result = properties.flatMap((one): readonly Property[] => {
    if (one.name === 'LABEL') return [];
    const label = one.name === 'ADR' ? (labels.get(one) ?? later.get(place(one))?.shift()) : undefined;
    return [label === undefined ? one : labelled(one, label)];
  });
  for (const label of [...later.values()].flat())
    result.push(labelled(property('ADR', NOWHERE, label.parameters, label.group), label));
  return result;
}

const labelled = (address: Property, label: Property): Property =>
  changed(address, { parameters: withParameter(address.parameters, 'LABEL', [textOf(label, 'vcard-3.0')]) });

/** The inverse: each LABEL parameter as a property after its address. */
export function withLabelsOutside(properties: readonly Property[]): readonly Property[] {
  return properties.flatMap((one) => {
    const [text] = one.name === 'ADR' ? parameterOf(one, 'LABEL') : [];
    if (text === undefined) return [one];
    const parameters = withParameter(one.parameters, 'LABEL', []);
    const label = property('LABEL', escaped(text, 'vcard-3.0'), parameters, one.group);
    return one.value === NOWHERE ? [label] : [changed(one, { parameters }), label];
  });
}
