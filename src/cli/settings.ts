import type { Environment } from '../dbus/bus.js';
import { type Variant, v } from '../dbus/variant.js';
import { UsageError } from './exit.js';
import type { Option } from './grammar.js';

/** What of a binding can be chosen, once for `bind` and for `set`. */

export const DIRECTIONS = ['both', 'to-device', 'to-desktop'];
export const CONFLICTS = ['merge', 'device', 'desktop', 'newest', 'both', 'ask'];
export const FIRST_SYNCS = ['ask', 'combine', 'keep-device', 'keep-desktop'];
export const TRIGGERS = ['plug', 'near', 'change', 'timer', 'none'];

export const SETTINGS: readonly Option[] = [
  { name: 'direction', value: 'WAY', choices: DIRECTIONS, summary: 'both, to-device or to-desktop' },
  { name: 'conflicts', value: 'POLICY', choices: CONFLICTS, summary: 'merge, device, desktop, newest, both or ask' },
  { name: 'first-sync', value: 'HOW', choices: FIRST_SYNCS, summary: 'ask, combine, keep-device or keep-desktop' },
  { name: 'trigger', value: 'WHEN', many: true, summary: 'plug, near, change, timer or none; may be repeated' },
  { name: 'interval', value: 'TIME', summary: 'sync every TIME while it is here, such as 30m, 2h or never' },
  { name: 'include', value: 'PATTERN', many: true, summary: 'want only these names on the device; may be repeated' },
  { name: 'exclude', value: 'PATTERN', many: true, summary: 'do not want these names there; may be repeated' },
];

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, min: 60, h: 3_600, d: 86_400 };

/** Seconds in a length of time such as 90, 15m or 1d. */
export function secondsIn(text: string): number {
  if (text === 'never') return 0;
  const found = /^(\d{1,8})\s*(s|m|min|h|d)?$/.exec(text);
  if (found === null) throw new UsageError(`"${text}" is no length of time; write 90s, 15m, 2h, 1d or never`);
  return Number(found[1]) * (UNITS[found[2] ?? 's'] ?? 1);
}

export function triggersIn(words: readonly string[]): readonly string[] {
  const triggers = words.flatMap((word) => word.split(',')).filter((word) => word !== '');
  for (const trigger of triggers)
    if (!TRIGGERS.includes(trigger))
      throw new UsageError(`a trigger is one of ${TRIGGERS.join(', ')}, not "${trigger}"`);
  return triggers.filter((trigger) => trigger !== 'none');
}

export function choiceIn(name: string, text: string, choices: readonly string[]): string {
  if (choices.includes(text)) return text;
  throw new UsageError(`${name} is one of ${choices.join(', ')}, not "${text}"`);
}

export function flagIn(name: string, text: string): boolean {
  if (['yes', 'true', 'on', '1'].includes(text)) return true;
  if (['no', 'false', 'off', '0'].includes(text)) return false;
  throw new UsageError(`${name} is yes or no, not "${text}"`);
}

/** KEY=VALUE. */
export function pairIn(text: string, what: string): readonly [string, string] {
  const equals = text.indexOf('=');
  if (equals < 1) throw new UsageError(`"${text}" is not ${what}`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}

export const filterOf = (include: readonly string[], exclude: readonly string[]): Record<string, Variant> => ({
  ...(include.length === 0 ? {} : { include: v.as(include) }),
  ...(exclude.length === 0 ? {} : { exclude: v.as(exclude) }),
});

/** `~` as the shell means it; it does so at the beginning of a word only, and not behind an equals sign. */
export function withHome(path: string, environment: Environment): string {
  const home = environment.HOME;
  if (home === undefined || home === '') return path;
  return path === '~' ? home : path.startsWith('~/') ? `${home}${path.slice(1)}` : path;
}
