import { CradleError } from '../../dbus/errors.js';
import type { Options } from '../../dbus/variant.js';

/** Readers of what callers give us: each fails with InvalidArgs and names what it expected. */

const fault = (name: string, expected: string): CradleError =>
  new CradleError('InvalidArgs', `${name} has to be ${expected}`);

/** Fails when a caller gives an option nobody reads: a mistyped name must not be passed over in silence. */
export function onlyOptions(options: Options, ...known: readonly string[]): void {
  for (const name of options.keys())
    if (!known.includes(name))
      throw new CradleError(
        'InvalidArgs',
        `there is no option "${name.slice(0, 40)}" here${known.length > 0 ? `; there are ${known.join(', ')}` : ''}`,
      );
}

export function text(value: unknown, name: string, longest = 4096): string {
  if (typeof value !== 'string' || value.length > longest) throw fault(name, `a text of at most ${longest} characters`);
  return value;
}

export function flag(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw fault(name, 'true or false');
  return value;
}

export function count(value: unknown, name: string, most: number): number {
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 0 || number > most)
    throw fault(name, `a whole number from 0 to ${most}`);
  return number;
}

export function oneOf<T extends string>(value: unknown, choices: readonly T[], name: string): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw fault(name, `one of ${choices.join(', ')}`);
  return found;
}

export function texts(value: unknown, name: string, most = 256): readonly string[] {
  if (!Array.isArray(value) || value.length > most) throw fault(name, `a list of at most ${most} texts`);
  return value.map((element) => text(element, name));
}

/** An `a{sv}` of ours as a plain map. */
export function dictionary(value: unknown, name: string): ReadonlyMap<string, unknown> {
  if (!(value instanceof Map)) throw fault(name, 'a dictionary of names to values');
  const found = new Map<string, unknown>();
  for (const [key, element] of value) found.set(text(key, name, 256), element);
  return found;
}

export function pairs(value: unknown, name: string): readonly (readonly [string, string])[] {
  if (!Array.isArray(value) || value.length > 64) throw fault(name, 'a list of at most 64 pairs');
  return value.map((pair) => {
    if (!Array.isArray(pair) || pair.length !== 2) throw fault(name, 'a list of pairs of texts');
    return [text(pair[0], name), text(pair[1], name)];
  });
}
