import type { Command } from '../command.js';
import type { Kind, Option } from '../grammar.js';
import { GENERATED, kindsOf, LIVE, OPERAND_WORDS, optionsOf, wordsOf } from './kinds.js';

const quoted = (words: readonly string[]): string => `'${words.join(' ')}'`;

function valueCase(option: Option): string {
  const names = wordsOf([option]).join('|');
  const action =
    option.choices !== undefined
      ? `COMPREPLY=($(compgen -W ${quoted(option.choices)} -- "$cur"))`
      : option.kind === 'folder'
        ? 'COMPREPLY=($(compgen -d -- "$cur")); compopt -o filenames'
        : option.kind === 'file'
          ? 'COMPREPLY=($(compgen -f -- "$cur")); compopt -o filenames'
          : option.kind !== undefined && LIVE.includes(option.kind)
            ? `_cradle_live ${option.kind}`
            : 'COMPREPLY=()';
  return `      ${names}) ${action}; return ;;\n`;
}

function operandLines(command: Command, commands: readonly Command[]): string {
  const kinds = kindsOf(command);
  const live = kinds.filter((kind) => LIVE.includes(kind));
  const words = [
    ...(kinds.includes('command') ? commands.map(({ name }) => name) : []),
    ...(OPERAND_WORDS[command.name] ?? []),
  ];
  const has = (kind: Kind): boolean => kinds.includes(kind);
  let lines = '';
  if (live.length > 0) lines += `      _cradle_live ${live.join(' ')}\n`;
  if (words.length > 0) lines += `      COMPREPLY+=($(compgen -W ${quoted(words)} -- "$cur"))\n`;
  if (words.some((word) => word.endsWith('='))) lines += '      compopt -o nospace\n';
  if (has('file')) lines += '      COMPREPLY+=($(compgen -f -- "$cur")); compopt -o filenames\n';
  return lines;
}

/** The completion script for bash. */
export function bash(commands: readonly Command[]): string {
  const values = new Map<string, Option>();
  for (const option of commands.flatMap(optionsOf)) if (option.value !== undefined) values.set(option.name, option);
  const cases = commands.map(
    (command) =>
      `    ${command.name})\n` +
      `      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W ${quoted(wordsOf(optionsOf(command)))} -- "$cur")); return; fi\n` +
      `${operandLines(command, commands)}      ;;\n`,
  );
  return `# bash completion for cradle. ${GENERATED}

_cradle_live() {
  local word label
  while IFS=$'\\t' read -r word label; do
    [[ $word == "$cur"* ]] && COMPREPLY+=("$(printf '%q' "$word")")
  done < <(cradle complete "$@" 2>/dev/null)
}

_cradle() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command='' word skip=''
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ $skip ]]; then skip=''; continue; fi
    case $word in
      --bus) skip=1 ;;
      -*) ;;
      *) command=$word; break ;;
    esac
  done
  case $prev in
${[...values.values()].map(valueCase).join('')}  esac
  case $command in
    '')
      COMPREPLY=($(compgen -W ${quoted([...commands.map(({ name }) => name), '--json', '--bus', '--help'])} -- "$cur"))
      ;;
${cases.join('')}  esac
}

complete -F _cradle cradle
`;
}
