import {
  type Component,
  changed,
  component,
  first,
  type Property,
  parameterOf,
  property,
  withParameter,
} from '../content-lines/component.js';
import { escaped, textOf } from '../content-lines/values.js';
import { type Alias, aliasOfThree, usualAlias } from './aliases.js';
import { genderLetter, genderWord } from './gender.js';
import { forgetting, keeping, keptOf } from './kept.js';
import { withLabelsInside, withLabelsOutside } from './labels.js';
import { nameFromFormatted } from './names.js';
import { fourValue, preferred, threeValue, unpreferred } from './version4-values.js';

/** A vCard 3.0 as a vCard 4.0 that says the same. */
export function toVersion4(card: Component): Component {
  const sorted = first(card, 'SORT-STRING');
  const name = first(card, 'N');
  const made = name !== undefined && isMadeUp(name, card) ? name : undefined;
  const moved = sorted !== undefined && name !== undefined && fitsName(sorted, name) && name !== made;
  const under = moved ? [textOf(sorted, card.dialect)] : [];
  const properties: Property[] = [property('VERSION', '4.0')];
  for (const one of withLabelsInside(card.properties)) {
    if (one.name === 'VERSION' || one === made || (moved && one === sorted)) continue;
    const result = four(one);
    const sort = moved && one === name;
    properties.push(
      sort ? changed(result, { parameters: withParameter(result.parameters, 'SORT-AS', under) }) : result,
    );
  }
  return component(card.name, 'vcard-4.0', properties, card.components);
}

/** A vCard 4.0 as a vCard 3.0 that says the same, as far as that has words. */
export function fromVersion4(card: Component): Component {
  const properties: Property[] = [property('VERSION', '3.0')];
  for (const one of card.properties) if (one.name !== 'VERSION') properties.push(...three(one));
  const formatted = first(card, 'FN');
  // RFC 2426 section 3.1.2 wants N, RFC 6350 does not.
  if (first(card, 'N') === undefined && formatted !== undefined)
    properties.push(
      property('N', nameFromFormatted(textOf(formatted, card.dialect), 'vcard-3.0'), keeping([], 'absent')),
    );
  return component(card.name, 'vcard-3.0', withLabelsOutside(withSortString(properties)), card.components);
}

/** SORT-STRING says of the name what SORT-AS says inside it (RFC 6350 section 5.9); with a group it says more. */
const fitsName = (sorted: Property, name: Property): boolean =>
  sorted.parameters.length === 0 && sorted.group === '' && parameterOf(name, 'SORT-AS').length === 0;

function withSortString(properties: readonly Property[]): readonly Property[] {
  return properties.flatMap((one) => {
    const [under, ...more] = one.name === 'N' ? parameterOf(one, 'SORT-AS') : [];
    if (under === undefined || more.length > 0) return [one];
    const name = changed(one, { parameters: withParameter(one.parameters, 'SORT-AS', []) });
    return [name, property('SORT-STRING', escaped(under, 'vcard-3.0'))];
  });
}

/** N that was made up for vCard 3.0, and that nobody has changed since. */
function isMadeUp(one: Property, card: Component): boolean {
  if (keptOf(one) !== 'absent') return false;
  const formatted = first(card, 'FN');
  return formatted !== undefined && one.value === nameFromFormatted(textOf(formatted, card.dialect), 'vcard-3.0');
}

function four(one: Property): Property {
  const alias = aliasOfThree(one.name);
  if (alias !== undefined && hasRoom(one, alias)) return renamed(one, alias);
  // A name of vCard 4.0 that stood in a 3.0: without a trace the way back would take it for the usual one.
  const parameters = usualAlias(one.name) === undefined ? one.parameters : keeping(one.parameters, one.spelling);
  return preferred(fourValue(changed(one, { parameters })));
}

/** An address of a messenger that is there, and is no URI already. */
const hasRoom = ({ value }: Property, { scheme }: Alias): boolean =>
  scheme === undefined || (value !== '' && !value.toLowerCase().startsWith(`${scheme}:`));

function renamed(one: Property, { four: name, type, scheme, usual }: Alias): Property {
  let parameters = one.parameters;
  const gender = name === 'GENDER' ? genderLetter(one.value) : one.value;
  const kept =
    usual === undefined || (name === 'GENDER' && genderWord(gender) !== one.value) || one.spelling !== one.name;
  if (kept) parameters = keeping(parameters, one.spelling);
  if (type !== undefined) {
    parameters = withParameter(parameters, 'TYPE', [...parameterOf(one, 'TYPE'), type]);
    if (parameterOf(one, 'VALUE').length === 0) parameters = withParameter(parameters, 'VALUE', ['text']);
  }
  const value = scheme === undefined ? gender : `${scheme}:${uriText(textOf(one, 'vcard-3.0'))}`;
  return preferred(fourValue(property(name, value, parameters, one.group)));
}

/** What no URI may hold as it is; the rest is left readable. */
const uriText = (text: string): string => text.replace(/[%\s"<>\\^`{|}]/gu, (one) => encodeURIComponent(one));

function plainText(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}

function three(original: Property): readonly Property[] {
  const one = unpreferred(original);
  const kept = keptOf(one);
  const alias = kept === undefined ? undefined : aliasOfThree(kept.toUpperCase());
  if (kept !== undefined && alias?.four === one.name) {
    const restored = fromAlias(one, kept, alias);
    if (restored !== undefined) return [restored];
  }
  // It had the name of vCard 4.0 before.
  if (kept?.toUpperCase() === one.name) return [threeValue(changed(one, { parameters: forgetting(one.parameters) }))];
  const usual = usualAlias(one.name);
  if (usual === undefined) return [threeValue(one)];
  const value = one.name === 'GENDER' ? genderWord(one.value) : one.value;
  return [threeValue(property(usual.three, value, one.parameters, one.group))];
}

/** A property that had another name in vCard 3.0; undefined when somebody has made something else of it since. */
function fromAlias(one: Property, spelling: string, { type, scheme, four: name }: Alias): Property | undefined {
  let parameters = forgetting(one.parameters);
  if (type !== undefined) {
    const types = parameterOf(one, 'TYPE');
    if (!types.includes(type)) return undefined;
    parameters = withParameter(
      parameters,
      'TYPE',
      types.filter((known) => known !== type),
    );
    if (parameterOf(one, 'VALUE')[0] === 'text') parameters = withParameter(parameters, 'VALUE', []);
  }
  if (scheme === undefined) {
    const word = name === 'GENDER' && spelling === 'X-GENDER' && genderLetter(one.value) !== one.value;
    return threeValue(property(spelling, word ? genderWord(one.value) : one.value, parameters, one.group));
  }
  if (!one.value.startsWith(`${scheme}:`)) return undefined;
  const text = plainText(one.value.slice(scheme.length + 1));
  return property(spelling, escaped(text, 'vcard-3.0'), parameters, one.group);
}
