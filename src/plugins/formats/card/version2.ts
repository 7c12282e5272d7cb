import { CradleError } from '../../../dbus/errors.js';
import {
  type Component,
  changed,
  component,
  first,
  type Parameter,
  type Property,
  parameterOf,
  property,
  withParameter,
} from '../content-lines/component.js';
import { parseContentLines } from '../content-lines/parse.js';
import { escaped, textOf } from '../content-lines/values.js';
import { textOfComponent } from '../content-lines/write.js';
import { forgetting, keeping, keptOf } from './kept.js';
import { kindOf } from './kinds.js';
import { asInline, isDataUri } from './media.js';
import { formattedName } from './names.js';
import { phoneticParts, phoneticSound } from './phonetic.js';
import { modernValue, versitValue } from './values.js';

/** Agents of agents: each floor doubles the backslashes below it. */
const MOST_AGENTS = 2;

/** A vCard 2.1 as a vCard 3.0 that says the same. Fails with InvalidItem where agents have agents for ever. */
export function fromVersion2(card: Component, depth = 0): Component {
  if (depth > MOST_AGENTS)
    throw new CradleError('InvalidItem', 'the card has an agent inside an agent inside an agent');
  const properties: Property[] = [property('VERSION', '3.0')];
  let agents = 0;
  for (const one of card.properties) {
    const agent = one.name === 'AGENT' && one.value === '' ? card.components[agents++] : undefined;
    const spoken = one.name === 'SOUND' ? phoneticParts(one) : undefined;
    if (agent !== undefined) properties.push(changed(one, { value: inlineAgent(agent, depth + 1) }));
    else if (spoken !== undefined) properties.push(...spoken);
    else if (one.name !== 'VERSION') properties.push(modern(one));
  }
  const formatted = first(card, 'FN') === undefined ? formattedName(card) : '';
  // RFC 2426 section 3.1.1 wants FN, vCard 2.1 does not.
  if (formatted !== '') properties.splice(1, 0, property('FN', escaped(formatted, 'vcard-3.0'), keeping([], 'absent')));
  return component(card.name, 'vcard-3.0', properties, card.components.slice(agents));
}

const inlineAgent = (agent: Component, depth: number): string =>
  escaped(textOfComponent(fromVersion2(agent, depth)), 'vcard-3.0');

function modern(one: Property): Property {
  const { group, name, spelling } = one;
  const lists = keptOf(one) === 'lists';
  const parameters = lists ? forgetting(one.parameters) : one.parameters;
  return { group, name, spelling, parameters: modernParameters(parameters), value: modernValue(one, lists) };
}

function modernParameters(parameters: readonly Parameter[]): readonly Parameter[] {
  const value = parameters.find((one) => one.name === 'VALUE')?.values[0]?.toUpperCase();
  if (value === 'URL') return withParameter(parameters, 'VALUE', ['uri']);
  return value === 'INLINE' ? withParameter(parameters, 'VALUE', []) : parameters;
}

/** A vCard 3.0 as a vCard 2.1 that says the same, as far as that has words. */
export function toVersion2(card: Component): Component {
  const properties: Property[] = [property('VERSION', '2.1')];
  const agents: Component[] = [];
  const [formatted, name] = [first(card, 'FN'), phoneticSound(card)];
  const made = formatted !== undefined && isMadeUp(formatted, card) ? formatted : undefined;
  if (name !== undefined) properties.push(name.sound);
  for (const one of card.properties) {
    if (one.name === 'VERSION' || one === made || name?.parts.includes(one) === true) continue;
    const agent = one.name === 'AGENT' ? agentOf(one) : undefined;
    if (agent !== undefined) agents.push(agent);
    properties.push(agent === undefined ? versit(one) : changed(one, { value: '' }));
  }
  return component(card.name, 'vcard-2.1', properties, [...agents, ...card.components]);
}

/** FN that was made up for vCard 3.0, and that nobody has changed since. */
const isMadeUp = (one: Property, card: Component): boolean =>
  keptOf(one) === 'absent' && textOf(one, card.dialect) === formattedName(card);

function agentOf(one: Property): Component | undefined {
  if (parameterOf(one, 'VALUE').length > 0) return undefined;
  try {
    const [card, ...more] = parseContentLines(Buffer.from(textOf(one, 'vcard-3.0')));
    return card === undefined || card.name !== 'VCARD' || more.length > 0 ? undefined : toVersion2(card);
  } catch {
    // Whoever wrote it had something else in mind: it stays the text it is.
    return undefined;
  }
}

function versit(original: Property): Property {
  const one =
    kindOf(original.name) === 'media' && isDataUri(original) ? changed(original, asInline(original)) : original;
  const { group, name, spelling } = one;
  const { value, lists } = versitValue(one);
  const parameters = versitParameters(name === 'FN' ? forgetting(one.parameters) : one.parameters, name);
  return { group, name, spelling, parameters: lists ? keeping(parameters, 'lists') : parameters, value };
}

function versitParameters(parameters: readonly Parameter[], name: string): readonly Parameter[] {
  if (parameters.length === 0) return parameters;
  const result: Parameter[] = [];
  for (const one of parameters) {
    const value = one.name === 'VALUE' ? one.values[0]?.toLowerCase() : undefined;
    if (one.name === 'TYPE') result.push({ name: 'TYPE', values: one.values.map((type) => type.toUpperCase()) });
    else if (value === 'uri') result.push({ name: 'VALUE', values: ['URL'] });
    // What a value is anyway needs no word in vCard 2.1.
    else if (value === 'binary' || (kindOf(name) === 'date' && (value === 'date' || value === 'date-time'))) continue;
    else result.push(one);
  }
  return result;
}
