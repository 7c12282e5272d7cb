import { createHash } from 'node:crypto';
import { type Component, component, type Property, parameterOf, property } from '../../content-lines/component.js';
import { type Dialect, isVersit } from '../../content-lines/dialect.js';
import { parseContentLines } from '../../content-lines/parse.js';
import { escaped, textOf } from '../../content-lines/values.js';
import { textOfComponent } from '../../content-lines/write.js';
import { normalText } from './normal.js';

/** Carries what the other format cannot say, and the mark of what stands there for it. */
export const ORIGINAL = 'X-CRADLE-WAS';

/** Some lines of a component that mean one thing together: a rule and its exceptions, an alarm, or one property. */
export interface Unit {
  readonly properties: readonly Property[];
  readonly components: readonly Component[];
}

/** Bounds on what is read back: nothing a person writes is longer. */
const LONGEST = 65_536;
const MOST = 200;

export const NO_UNIT: Unit = { properties: [], components: [] };

export const unitOf = (...properties: readonly Property[]): Unit => ({ properties, components: [] });

export const isEmpty = (unit: Unit): boolean => unit.properties.length + unit.components.length === 0;

/** Whether two units of iCalendar say the same, whatever order and defaults they are written with. */
export const saysTheSame = (one: Unit, other: Unit): boolean =>
  isSpeltTheSame(one, other) || normalText(one) === normalText(other);

/** One property each, to the letter: most are. */
function isSpeltTheSame(one: Unit, other: Unit): boolean {
  const [mine, its] = [one.properties[0], other.properties[0]];
  if (one.components.length + other.components.length > 0) return false;
  if (one.properties.length !== other.properties.length || one.properties.length > 1) return false;
  if (mine === undefined || its === undefined) return mine === its;
  return (
    mine.name === its.name &&
    mine.value === its.value &&
    mine.parameters.length === its.parameters.length &&
    mine.parameters.every(({ name, values }, index) => {
      const parameter = its.parameters[index];
      return parameter?.name === name && parameter.values.join('\u0000') === values.join('\u0000');
    })
  );
}

/** What stands for an original: short, for it travels to phones. */
export const markOf = (unit: Unit): string =>
  createHash('sha256').update(normalText(unit)).digest('base64url').slice(0, 10);

/** The property that keeps `original`; `standIn` is what it is read as by whoever reads it back. */
export function keepsake(original: Unit, standIn: Unit, from: Dialect, to: Dialect): Property {
  const text = textOfComponent(component('X', from, original.properties, original.components));
  const lines = (isVersit(from) ? text : text.replace(/\r\n[ \t]/g, '')).trimEnd().split('\r\n');
  return property(ORIGINAL, escaped(lines.slice(1, -1).join('\n'), to), [{ name: 'OF', values: [markOf(standIn)] }]);
}

/** What was kept, by the mark of what stands for it. What cannot be read any more is no original. */
export function originalsOf(
  properties: readonly Property[],
  written: Dialect,
  original: Dialect,
): ReadonlyMap<string, readonly Unit[]> {
  const found = new Map<string, Unit[]>();
  for (const one of properties) {
    if (one.name !== ORIGINAL || one.value.length > LONGEST || found.size >= MOST) continue;
    const mark = parameterOf(one, 'OF')[0] ?? '';
    const unit = parsed(textOf(one, written), original);
    if (unit === undefined) continue;
    const known = found.get(mark);
    if (known === undefined) found.set(mark, [unit]);
    else known.push(unit);
  }
  return found;
}

function parsed(text: string, dialect: Dialect): Unit | undefined {
  const head = isVersit(dialect) ? 'BEGIN:VCALENDAR\nVERSION:1.0\n' : 'BEGIN:VCALENDAR\nVERSION:2.0\n';
  try {
    const [read] = parseContentLines(Buffer.from(`${head}BEGIN:X\n${text}\nEND:X\nEND:VCALENDAR\n`));
    const inner = read?.components[0];
    return inner === undefined ? undefined : { properties: inner.properties, components: inner.components };
  } catch {
    return undefined;
  }
}
