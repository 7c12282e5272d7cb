import { isSingle } from './card/kinds.js';
import type { Component, Property } from './content-lines/component.js';
import type { Dialect } from './content-lines/dialect.js';
import { essentialTypes, essentialValue, knownEssenceOf } from './essence.js';
import { labelOf } from './labels.js';

/** Which of these are the same thing in two states; what is in no pair stands alone. */
export class Pairing<T> {
  readonly #right = new Map<T, T>();
  readonly #left = new Map<T, T>();

  join(left: T, right: T): void {
    this.#right.set(left, right);
    this.#left.set(right, left);
  }

  ofLeft(left: T): T | undefined {
    return this.#right.get(left);
  }

  ofRight(right: T): T | undefined {
    return this.#left.get(right);
  }
}

/** By which two properties of a name are the same, the surest first. */
type Trait = (one: Property) => string;

/** A number with what it is written with left out; an address without regard to case. */
const loose = (one: Property, dialect: Dialect): string => {
  const value = essentialValue(one, dialect);
  if (one.name === 'TEL') return value.replace(/[\s().\-/]/g, '');
  return one.name === 'EMAIL' || one.name === 'URL' ? value.toLowerCase() : value;
};

/** Properties that are the same in two states of an item: by what they say, by value, by type, and last by order. */
export function pairProperties(
  left: readonly Property[],
  right: readonly Property[],
  dialect: Dialect,
): Pairing<Property> {
  const traits: readonly Trait[] = [
    (one) => knownEssenceOf(one, dialect),
    (one) => `${one.name}:${loose(one, dialect)}`,
    (one) => `${one.name};${essentialTypes(one).filter((type) => type !== 'pref')};${labelOf(one)}`,
    (one) => (isSingle(one.name) ? one.name : ''),
  ];
  const pairing = new Pairing<Property>();
  for (const trait of traits) pairBy(trait, left, right, pairing);
  pairByOrder(left, right, pairing);
  return pairing;
}

/** Components that are the same in two states: by UID and recurrence, by all they hold, by name and order. */
export function pairComponents(left: readonly Component[], right: readonly Component[]): Pairing<Component> {
  const pairing = new Pairing<Component>();
  if (left.length === 0 || right.length === 0) return pairing;
  for (const trait of [identity, content]) pairBy(trait, left, right, pairing);
  // Some devices keep no UID; but two that have one each are never taken for each other.
  const [named, nameless] = [left.filter((one) => identity(one) !== ''), left.filter((one) => identity(one) === '')];
  const [namedThere, namelessThere] = [
    right.filter((one) => identity(one) !== ''),
    right.filter((one) => identity(one) === ''),
  ];
  pairBy((one) => one.name, nameless, namelessThere, pairing);
  pairBy((one) => one.name, named, namelessThere, pairing);
  pairBy((one) => one.name, nameless, namedThere, pairing);
  return pairing;
}

function identity(one: Component): string {
  const of = (name: string): string => one.properties.find((property) => property.name === name)?.value ?? '';
  const uid = of('UID') + of('TZID');
  return uid === '' ? '' : `${one.name} ${uid} ${of('RECURRENCE-ID')}`;
}

const content = (one: Component): string =>
  `${one.name}\n${one.properties
    .map((property) => knownEssenceOf(property, one.dialect))
    .sort()
    .join('\n')}`;

/** Joins those alone that have the same trait, in their order; the empty trait joins nothing. */
function pairBy<T>(trait: (one: T) => string, left: readonly T[], right: readonly T[], pairing: Pairing<T>): void {
  const waiting = new Map<string, T[]>();
  for (const one of left) {
    if (pairing.ofLeft(one) !== undefined) continue;
    const key = trait(one);
    const others = waiting.get(key);
    if (key === '') continue;
    if (others === undefined) waiting.set(key, [one]);
    else others.push(one);
  }
  if (waiting.size === 0) return;
  for (const queue of waiting.values()) queue.reverse();
  for (const one of right) {
    if (pairing.ofRight(one) !== undefined) continue;
    const found = waiting.get(trait(one))?.pop();
    if (found !== undefined) pairing.join(found, one);
  }
}

/** What is left of a name is the same in another state only where as many are left on either side. */
function pairByOrder(left: readonly Property[], right: readonly Property[], pairing: Pairing<Property>): void {
  const alone = new Map<string, { readonly left: Property[]; readonly right: Property[] }>();
  const of = (name: string) => {
    const found = alone.get(name) ?? { left: [], right: [] };
    alone.set(name, found);
    return found;
  };
  for (const one of left) if (pairing.ofLeft(one) === undefined) of(one.name).left.push(one);
  for (const one of right) if (pairing.ofRight(one) === undefined) of(one.name).right.push(one);
  for (const { left: these, right: those } of alone.values()) {
    if (these.length !== those.length) continue;
    these.forEach((one, at) => {
      const other = those[at];
      if (other !== undefined) pairing.join(one, other);
    });
  }
}
