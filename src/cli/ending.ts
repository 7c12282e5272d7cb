import type { Options } from '../dbus/variant.js';
import { codeIn, EXIT, type ExitCode, isQuestion } from './exit.js';
import type { Screen } from './screen.js';
import { shown } from './width.js';
import { counted } from './words.js';

/** How a session ended, as its Finished signal told. */
export interface Ending {
  readonly path: string;
  readonly binding: string;
  readonly result: string;
  readonly details: Options;
}

const isDict = (value: unknown): value is Options => value instanceof Map;
const dicts = (value: unknown): readonly Options[] => (Array.isArray(value) ? value.filter(isDict) : []);
const text = (dict: Options, key: string): string => {
  const value = dict.get(key);
  return typeof value === 'string' ? value : '';
};
const number = (dict: Options, key: string): number => {
  const value = dict.get(key);
  return typeof value === 'number' ? value : 0;
};

const SIDES = [
  ['Desktop', 'on the desktop'],
  ['Device', 'on the device'],
] as const;
const DEEDS = [
  ['Created', 'new'],
  ['Changed', 'changed'],
  ['Removed', 'removed'],
] as const;

/** What was asked for on the device. */
const WISHES = {
  'to-desktop': 'only the device’s news, as asked there',
  'to-device': 'only the desktop’s news, as asked on the device',
  'mirror-to-desktop': 'the desktop was made like the device, as asked there',
};

const storesOf = ({ details }: Ending): readonly Options[] => dicts(details.get('Stores'));
const total = (ending: Ending, key: string): number =>
  storesOf(ending).reduce((sum, store) => sum + number(store, key), 0);

/** What was done, in one line. */
export function deeds(ending: Ending): string {
  const parts = SIDES.flatMap(([side, where]) => {
    const done = DEEDS.map(([deed, word]) => [total(ending, `${side}${deed}`), word] as const).filter(
      ([count]) => count > 0,
    );
    return done.length === 0 ? [] : [`${done.map(([count, word]) => `${count} ${word}`).join(', ')} ${where}`];
  });
  const merged = total(ending, 'Merged');
  const conflicts = total(ending, 'Conflicts');
  const refused = total(ending, 'Refused');
  if (merged > 0) parts.push(`${merged} found equal`);
  if (conflicts > 0) parts.push(counted(conflicts, 'conflict'));
  if (refused > 0) parts.push(`${refused} refused`);
  const wishes = new Set(storesOf(ending).map((store) => text(store, 'Wish')));
  for (const [wish, words] of Object.entries(WISHES)) if (wishes.has(wish)) parts.push(words);
  return parts.length === 0 ? 'both sides agree already' : parts.join('; ');
}

/** Lines for a person: how it ended, and for each store that stopped the reason. */
export function endingLines(screen: Screen, ending: Ending, label: string): readonly string[] {
  const error = shown(text(ending.details, 'ErrorMessage'));
  const stopped = storesOf(ending)
    .filter((store) => text(store, 'ErrorMessage') !== '')
    .map((store) => [`${text(store, 'Device')} ⇄ ${text(store, 'Desktop')}`, text(store, 'ErrorMessage')] as const);
  const done = deeds(ending);
  switch (ending.result) {
    case 'finished': {
      const mark = exitOfEnding(ending) === EXIT.ok ? screen.styled('green', '✓') : screen.styled('yellow', '!');
      return [`${mark} ${label}: ${done}`];
    }
    case 'cancelled':
      return [`${screen.styled('yellow', '–')} ${label}: cancelled; what was done stays done`];
    default: {
      const lines = [`${screen.styled('red', '✗')} ${label}: ${error || 'the sync failed'}`];
      for (const [stores, why] of stopped) if (why !== error) lines.push(`  ${shown(stores)}: ${shown(why)}`);
      if (done !== 'both sides agree already') lines.push(`  before that: ${done}`);
      return lines;
    }
  }
}

/** 0, or the reason for another exit code: refused items, a question, a failure. */
export function exitOfEnding(ending: Ending): ExitCode {
  if (ending.result === 'cancelled') return EXIT.interrupted;
  if (ending.result === 'finished') return total(ending, 'Refused') > 0 ? EXIT.partial : EXIT.ok;
  const names = [ending.details, ...storesOf(ending)].map((dict) => codeIn(text(dict, 'ErrorName')));
  return names.some(isQuestion) ? EXIT.needsDecision : EXIT.failed;
}

const GRAVITY: readonly ExitCode[] = [EXIT.ok, EXIT.partial, EXIT.interrupted, EXIT.failed, EXIT.needsDecision];

/** Of several outcomes the one that most wants a person's attention. */
export const gravest = (codes: readonly ExitCode[]): ExitCode =>
  codes.reduce((worst, code) => (GRAVITY.indexOf(code) > GRAVITY.indexOf(worst) ? code : worst), EXIT.ok);
