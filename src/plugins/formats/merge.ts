import { isSingle } from './card/kinds.js';
import { comparable, presentable } from './comparable.js';
import { type Component, component, type Property } from './content-lines/component.js';
import { parseSingle } from './content-lines/parse.js';
import { textOf } from './content-lines/values.js';
import { writeContentLines } from './content-lines/write.js';
import { isEmpty, isVolatile, knownEssenceOf } from './essence.js';
import { isContentLines } from './media-type.js';
import { mergedProperty } from './merge-property.js';
import { pairComponents, pairProperties } from './pairing.js';

export interface MergeSides {
  /** What both sides had once; without it only what one side says and the other does not is put together. */
  readonly base?: Uint8Array;
  readonly left: Uint8Array;
  readonly right: Uint8Array;
  readonly contentType: string;
}

/** Both sides say something else of the same property; texts as a person reads them, absent where it was deleted. */
export interface MergeClash {
  readonly property: string;
  readonly left?: string;
  readonly right?: string;
  readonly base?: string;
}

export interface Merge {
  /** Where sides clash, what the left one says; an edit wins against a deletion. In the dialect of the left side. */
  readonly merged: Uint8Array;
  readonly clashes: readonly MergeClash[];
}

/**
 * A three-way merge by property: what one side changed is in, numbers and addresses of both are in, and what both changed
 * otherwise is a clash. Cards may be of different versions, calendars may not. Fails with InvalidItem for what cannot be
 * read.
 */
export function mergeItems({ base, left, right, contentType }: MergeSides): Merge {
  if (!isContentLines(contentType)) return mergedTexts(base, left, right);
  const mine = parseSingle(left);
  const other = parseSingle(right);
  const clashes: MergeClash[] = [];
  const result = merged(
    base === undefined ? undefined : comparable(parseSingle(base), mine),
    comparable(mine),
    comparable(other, mine),
    clashes,
  );
  return { merged: writeContentLines([presentable(result, mine, [other])]), clashes };
}

/** What has no properties is one: the side that changed wins, two that did clash. */
function mergedTexts(base: Uint8Array | undefined, left: Uint8Array, right: Uint8Array): Merge {
  const [was, mine, other] = [base, left, right].map((bytes) => bytes && Buffer.from(bytes).toString());
  if (mine === other || other === was) return { merged: left, clashes: [] };
  if (mine === was) return { merged: right, clashes: [] };
  const clash = {
    property: 'text',
    ...(mine !== undefined && { left: mine }),
    ...(other !== undefined && { right: other }),
  };
  return { merged: left, clashes: [was === undefined ? clash : { ...clash, base: was }] };
}

function merged(base: Component | undefined, left: Component, right: Component, clashes: MergeClash[]): Component {
  const properties = mergedProperties(base, left, right, clashes);
  return component(left.name, left.dialect, properties, mergedComponents(base, left, right, clashes));
}

const filled = (of: Component | undefined): readonly Property[] => of?.properties.filter((one) => !isEmpty(one)) ?? [];

/** The properties of the left side in their order, changed and without what the right side deleted; then what is new on the right. */
function mergedProperties(
  base: Component | undefined,
  left: Component,
  right: Component,
  clashes: MergeClash[],
): readonly Property[] {
  const { dialect } = left;
  const [was, mine, other] = [filled(base), filled(left), filled(right)];
  const [toLeft, toRight, across] = [
    pairProperties(was, mine, dialect),
    pairProperties(was, other, dialect),
    pairProperties(mine, other, dialect),
  ];
  const same = (one: Property, two: Property): boolean => knownEssenceOf(one, dialect) === knownEssenceOf(two, dialect);
  const clash = (name: string, sides: Readonly<Record<'left' | 'right' | 'base', Property | undefined>>): void => {
    const told = Object.entries(sides).flatMap(([side, one]) =>
      one === undefined ? [] : [[side, textOf(one, dialect)]],
    );
    clashes.push({ property: name, ...Object.fromEntries(told) });
  };
  const used = new Set<Property>();
  const result = left.properties.flatMap((one): readonly Property[] => {
    if (isEmpty(one)) return [one];
    const before = toLeft.ofRight(one);
    const partner = before === undefined ? across.ofLeft(one) : toRight.ofLeft(before);
    // Both sides have it anew, or the right one has it from before: whichever, it must not come a second time.
    const theirs =
      partner !== undefined && before === undefined && toRight.ofRight(partner) !== undefined ? undefined : partner;
    if (theirs === undefined) {
      if (before === undefined) return [one];
      if (same(before, one)) return [];
      if (!isVolatile(one.name)) clash(one.name, { left: one, right: undefined, base: before });
      return [one];
    }
    used.add(theirs);
    if (before === undefined && !isSingle(one.name) && !same(one, theirs)) return [one, theirs];
    const { property, also, clashing } = mergedProperty(before, one, theirs, dialect);
    if (clashing) clash(one.name, { left: one, right: theirs, base: before });
    return also === undefined ? [property] : [property, also];
  });
  for (const one of other) {
    if (used.has(one)) continue;
    const before = toRight.ofRight(one);
    if (before === undefined) {
      result.push(one);
      continue;
    }
    // Deleted on the left: only an edit on the right brings it back.
    if (same(before, one)) continue;
    if (!isVolatile(one.name)) clash(one.name, { left: undefined, right: one, base: before });
    result.push(one);
  }
  return result;
}

function mergedComponents(
  base: Component | undefined,
  left: Component,
  right: Component,
  clashes: MergeClash[],
): readonly Component[] {
  const was = base?.components ?? [];
  if (left.components.length + right.components.length === 0) return left.components;
  const [toLeft, toRight, across] = [
    pairComponents(was, left.components),
    pairComponents(was, right.components),
    pairComponents(left.components, right.components),
  ];
  const whole = (one: Component): string => writeContentLines([one]).toString();
  const used = new Set<Component>();
  const result = left.components.flatMap((one) => {
    const before = toLeft.ofRight(one);
    const theirs = before === undefined ? across.ofLeft(one) : toRight.ofLeft(before);
    if (theirs !== undefined && !used.has(theirs)) {
      used.add(theirs);
      return [merged(before, one, theirs, clashes)];
    }
    if (before === undefined) return [one];
    if (whole(before) === whole(one)) return [];
    clashes.push({ property: one.name });
    return [one];
  });
  for (const one of right.components) {
    const before = toRight.ofRight(one);
    if (used.has(one) || (before !== undefined && whole(before) === whole(one))) continue;
    if (before !== undefined) clashes.push({ property: one.name });
    result.push(one);
  }
  return result;
}
