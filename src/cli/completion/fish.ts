import { COMMON } from '../arguments.js';
import type { Command } from '../command.js';
import type { Option } from '../grammar.js';
import { GENERATED, kindsOf, LIVE, OPERAND_WORDS } from './kinds.js';

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function optionLine(condition: string, { name, short, value, choices, kind, summary }: Option): string {
  const values =
    value === undefined
      ? ''
      : choices !== undefined
        ? ` -x -a ${quoted(choices.join(' '))}`
        : kind === 'file'
          ? ' -r -F'
          : kind === 'folder'
            ? " -x -a '(__fish_complete_directories)'"
            : kind !== undefined && LIVE.includes(kind)
              ? ` -x -a ${quoted(`(cradle complete ${kind} 2>/dev/null)`)}`
              : ' -x';
  const letter = short === undefined ? '' : ` -s ${short}`;
  return `complete -c cradle ${condition} -l ${name}${letter}${values} -d ${quoted(summary)}\n`;
}

function commandLines(command: Command, commands: readonly Command[]): string {
  const condition = `-n '__fish_seen_subcommand_from ${command.name}'`;
  const kinds = kindsOf(command);
  const live = kinds.filter((kind) => LIVE.includes(kind));
  let lines = command.options.map((option) => optionLine(condition, option)).join('');
  if (live.length > 0)
    lines += `complete -c cradle ${condition} -a ${quoted(`(cradle complete ${live.join(' ')} 2>/dev/null)`)}\n`;
  if (kinds.includes('file')) lines += `complete -c cradle ${condition} -F\n`;
  if (kinds.includes('command'))
    lines += `complete -c cradle ${condition} -a ${quoted(commands.map(({ name }) => name).join(' '))}\n`;
  const words = OPERAND_WORDS[command.name];
  if (words !== undefined) lines += `complete -c cradle ${condition} -a ${quoted(words.join(' '))}\n`;
  return lines;
}

/** The completion script for fish. */
export function fish(commands: readonly Command[]): string {
  const names = commands
    .map(({ name, summary }) => `complete -c cradle -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}\n`)
    .join('');
  return (
    `# fish completion for cradle. ${GENERATED}\n\ncomplete -c cradle -f\n` +
    COMMON.map((option) => optionLine('', option).replace('cradle  ', 'cradle ')).join('') +
    `\n${names}\n` +
    commands.map((command) => commandLines(command, commands)).join('')
  );
}
