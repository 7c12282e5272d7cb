import { COMMON } from '../arguments.js';
import type { Command } from '../command.js';
import type { Kind, Option } from '../grammar.js';

/** What `cradle complete` knows the words for. */
export const LIVE: readonly Kind[] = ['device', 'account', 'binding', 'store'];

/** All kinds of things the operands of a command may be. */
export const kindsOf = ({ operands }: Command): readonly Kind[] => [...new Set(operands.flatMap(({ kinds }) => kinds))];

export const optionsOf = ({ options }: Command): readonly Option[] => [...options, ...COMMON];

export const wordsOf = (options: readonly Option[]): readonly string[] =>
  options.flatMap(({ name, short }) => [`--${name}`, ...(short === undefined ? [] : [`-${short}`])]);

/** Fixed words for operands that are no things: keys to set, answers, shells. */
export const OPERAND_WORDS: Readonly<Record<string, readonly string[]>> = {
  set: [
    'enabled=',
    'direction=',
    'conflicts=',
    'first-sync=',
    'triggers=',
    'interval=',
    'include=',
    'exclude=',
    'label=',
  ],
  account: ['list', 'add', 'allow', 'password', 'remove', 'syncml'],
  decide: ['combine', 'keep-device', 'keep-desktop', 'allow', 'restore'],
  completion: ['bash', 'zsh', 'fish'],
};

export const GENERATED = 'Made by "cradle completion"; a test holds it equal to the commands.';
