import { COMMON } from '../arguments.js';
import type { Command, Kind, Operand, Option } from '../command.js';
import { GENERATED, LIVE, OPERAND_WORDS } from './kinds.js';

/** What may not stand bare in a message of _arguments within apostrophes. */
const message = (text: string): string => text.replaceAll(/[\\[\]:]/g, '\\$&').replaceAll("'", "'\\''");

function actionFor(kinds: readonly Kind[], words: readonly string[]): string {
  const live = kinds.filter((kind) => LIVE.includes(kind));
  const parts = [
    ...(live.length > 0 ? [`_cradle_live ${live.join(' ')}`] : []),
    ...(kinds.includes('command') ? ['_cradle_commands'] : []),
    ...(kinds.includes('folder') ? ['_files -/'] : []),
    ...(kinds.includes('file') ? ['_files'] : []),
  ];
  if (words.length > 0) return `(${words.join(' ')})`;
  const [only, another] = parts;
  if (another !== undefined) return `_alternative ${parts.map((part) => `"any\\:word\\:${part}"`).join(' ')}`;
  return only ?? ' ';
}

function optionSpec({ name, short, value, choices, kind, many, summary }: Option): string {
  const names = short === undefined ? `--${name}` : `{-${short},--${name}}`;
  const argument =
    value === undefined
      ? ''
      : `:${value}:${choices !== undefined ? `(${choices.join(' ')})` : actionFor(kind === undefined ? [] : [kind], [])}`;
  const once = many ? '*' : '';
  return short === undefined
    ? `'${once}${names}[${message(summary)}]${argument}'`
    : `${names}'[${message(summary)}]${argument}'`;
}

function operandSpec(command: Command, operand: Operand, index: number): string {
  const words = index > 0 || operand.kinds.includes('text') ? (OPERAND_WORDS[command.name] ?? []) : [];
  const where = operand.many ? '*' : `${index + 1}`;
  const optional = operand.optional && !operand.many ? ':' : '';
  return `'${where}:${optional}${message(operand.name)}:${actionFor(operand.kinds, words)}'`;
}

/** The completion script for zsh. */
export function zsh(commands: readonly Command[]): string {
  const names = commands.map(({ name, summary }) => `    '${name}:${message(summary)}'\n`).join('');
  const cases = commands
    .map((command) => {
      const specs = [
        ...[...command.options, ...COMMON].map(optionSpec),
        ...command.operands.map((operand, index) => operandSpec(command, operand, index)),
      ];
      return `    ${command.name})\n      _arguments -s ${specs.join(' \\\n        ')}\n      ;;\n`;
    })
    .join('');
  return `#compdef cradle
# zsh completion for cradle. ${GENERATED}

_cradle_live() {
  local -a words
  words=("\${(@f)$(cradle complete "$@" 2>/dev/null | sed 's/:/\\\\:/g; s/\\t/:/')}")
  _describe -t words word words
}

_cradle_commands() {
  local -a commands
  commands=(
${names}  )
  _describe -t commands command commands
}

_cradle() {
  local curcontext=$curcontext state line
  _arguments -C ${COMMON.map(optionSpec).join(' ')} '1:command:_cradle_commands' '*::argument:->argument'
  [[ $state == argument ]] || return
  case $line[1] in
${cases}  esac
}

_cradle "$@"
`;
}
