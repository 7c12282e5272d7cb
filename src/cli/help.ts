import { COMMON } from './arguments.js';
import type { Command } from './command.js';
import type { Operand, Option } from './grammar.js';
import type { Screen } from './screen.js';
import { padded } from './width.js';

const operandWords = ({ name, optional, many }: Operand): string => {
  const word = many ? `${name}...` : name;
  return optional ? `[${word}]` : word;
};

export const usageOf = ({ name, operands, options }: Command): string =>
  ['cradle', name, ...(options.length > 0 ? ['[OPTION]...'] : []), ...operands.map(operandWords)].join(' ');

const optionWords = ({ name, short, value }: Option): string =>
  `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;

function optionLines(options: readonly Option[]): string {
  const width = Math.max(...options.map((option) => optionWords(option).length));
  return options.map((option) => `  ${padded(optionWords(option), width)}  ${option.summary}\n`).join('');
}

export function helpFor(screen: Screen, command: Command): string {
  const details = command.details === undefined ? '' : `\n${command.details}\n`;
  return (
    `${screen.styled('bold', usageOf(command))}\n\n${command.summary}.\n${details}\n` +
    optionLines([...command.options, ...COMMON])
  );
}

export function overview(screen: Screen, commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${screen.styled('bold', padded(name, width))}  ${summary}\n`);
  return (
    `${screen.styled('bold', 'cradle')} keeps phones, players, cameras and cards in step with this desktop\n\n` +
    `Usage: cradle COMMAND [OPTION]... [ARGUMENT]...\n\n${lines.join('')}\n` +
    `Every command takes:\n${optionLines(COMMON)}\n` +
    'A DEVICE or BINDING is an id, the beginning of one, a label or a model. "cradle help COMMAND" says more.\n'
  );
}
