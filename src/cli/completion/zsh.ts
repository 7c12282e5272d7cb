import { COMMON } from '../arguments.js';
import type { Command } from '../command.js';
import type { Kind, Operand, Option } from '../grammar.js';
import { GENERATED, OPERAND_WORDS } from './kinds.js';

/** What may not stand bare in a message of _arguments within apostrophes. */
const message = (text: string): string => text.replaceAll(/[\\[\]:]/g, '\\$&').replaceAll("'", "'\\''");

function actionFor(kinds: readonly Kind[], words: readonly string[]): string {
  const things = kinds.filter((kind) => kind !== 'text');
  if (things.length === 0) return words.length === 0 ? ' ' : `(${words.join(' ')})`;
  // A blank before the function keeps zsh from handing it arguments of its own.
  return ` _cradle_of ${things.join(' ')}`;
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

_cradle_of() {
  local kind
  local -a live words
  for kind; do
    case $kind in
      command) _cradle_commands ;;
      folder) _files -/ ;;
      file) _files ;;
      *) live+=$kind ;;
    esac
  done
  (( $#live )) || return
  words=("\${(@f)$(cradle complete $live 2>/dev/null | sed 's/:/\\\\:/g; s/\\t/:/')}")
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
