import { isSingle } from './card/kinds.js';
import { changed, type Property } from './content-lines/component.js';
import type { Dialect } from './content-lines/dialect.js';
import { fieldsAsWritten, grainOf, listChanged, typesChanged } from './differences.js';
import { essentialTypes, essentialValue, isVolatile, knownEssenceOf, writtenTypes } from './essence.js';
import { labelOf, withLabelsOf } from './labels.js';

export interface MergedProperty {
  readonly property: Property;
  /** The other side's, where both stay. */
  readonly also?: Property;
  readonly clashing: boolean;
}

/** One property of three states; `base` is missing where both sides have it anew. */
export function mergedProperty(
  base: Property | undefined,
  left: Property,
  right: Property,
  dialect: Dialect,
): MergedProperty {
  const essence = (one: Property): string => knownEssenceOf(one, dialect);
  if (essence(left) === essence(right)) {
    // The same but for its manners, such as a blank at the end: whoever changed those meant it.
    const mannered = base !== undefined && letters(left) === letters(base) && letters(left) !== letters(right);
    return { property: mannered ? right : left, clashing: false };
  }
  if (base !== undefined && essence(right) === essence(base)) return { property: left, clashing: false };
  if (base !== undefined && essence(left) === essence(base)) return { property: right, clashing: false };
  // Whoever wrote last knows best when that was, and how often it was written.
  if (isVolatile(left.name)) return { property: isLater(right, left) ? right : left, clashing: false };
  if (base === undefined) return { property: left, clashing: true };
  const label = labelOf(right) !== labelOf(base) && labelOf(left) === labelOf(base) ? right : left;
  const typed = withLabelsOf(typesChanged(left, essentialTypes(base), essential(right)), label);
  const value = (one: Property): string => essentialValue(one, dialect);
  if (value(right) === value(base) || value(right) === value(left)) return { property: typed, clashing: false };
  if (value(left) === value(base)) return { property: changed(typed, { value: right.value }), clashing: false };
  const grain = grainOf(left.name, dialect);
  if (grain === 'list') return { property: listChanged(typed, base, right, dialect), clashing: false };
  if (grain === 'fields') return mergedFields(typed, base, right, dialect);
  // A second number costs nobody anything; a lost one does.
  if (dialect.startsWith('vcard') && !isSingle(left.name)) return { property: left, also: right, clashing: false };
  return { property: left, clashing: true };
}

function isLater(one: Property, other: Property): boolean {
  if (one.name !== 'SEQUENCE') return one.value.replace(/\D/g, '') > other.value.replace(/\D/g, '');
  return Number(one.value) > Number(other.value);
}

function mergedFields(left: Property, base: Property, right: Property, dialect: Dialect): MergedProperty {
  const [mine, was, other] = [left, base, right].map((one) => fieldsAsWritten(one, dialect));
  let clashing = false;
  const fields: string[] = [];
  for (let at = 0; at < Math.max(mine?.length ?? 0, other?.length ?? 0); at++) {
    const [one = '', before = '', two = ''] = [mine?.[at], was?.[at], other?.[at]];
    if (one !== two && one !== before && two !== before) clashing = true;
    fields.push(one === before ? two : one);
  }
  const property = changed(left, { value: fields.join(';') });
  // Two addresses are as good as two numbers.
  const both = clashing && !isSingle(left.name);
  return both ? { property: left, also: right, clashing: false } : { property, clashing };
}

/** Types that say something, as they are written. */
const essential = (one: Property): readonly string[] =>
  writtenTypes(one).filter((type) => essentialTypes(one).includes(type.toLowerCase()));

/** Value and parameters to the letter. */
const letters = ({ parameters, value }: Property): string =>
  [value, ...parameters.map(({ name, values }) => `${name}=${values.join('\0')}`).sort()].join('\n');
