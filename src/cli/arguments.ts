import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UsageError } from './exit.js';
import type { Operand, Option } from './grammar.js';

/** Options every command has. */
export const COMMON: readonly Option[] = [
  { name: 'json', summary: 'print JSON instead of text' },
  { name: 'bus', value: 'ADDRESS', summary: 'use this session bus' },
  { name: 'help', short: 'h', summary: 'say how to use the command' },
];

type Values = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

/** A command line, checked against what its command takes. */
export class Arguments {
  constructor(
    readonly operands: readonly string[],
    readonly values: Values,
  ) {}

  /** An operand that has to be there; parse() made sure. */
  first(): string {
    return this.operands[0] ?? '';
  }

  flag(name: string): boolean {
    return this.values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.values[name];
    return typeof value === 'string' ? value : undefined;
  }

  texts(name: string): readonly string[] {
    const value = this.values[name];
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
  }
}

/** The command's name and the rest of the line; options may stand before it. */
export function split(line: readonly string[]): {
  readonly name: string | undefined;
  readonly rest: readonly string[];
} {
  for (let at = 0; at < line.length; at++) {
    const word = line[at] ?? '';
    if (word === '--') break;
    if (word === '--bus') at++;
    else if (!word.startsWith('-')) return { name: word, rest: [...line.slice(0, at), ...line.slice(at + 1)] };
  }
  return { name: undefined, rest: line };
}

/** Fails with UsageError on anything the command does not take, has too few or too many of, or takes only some values of. */
export function parse(
  words: readonly string[],
  command: { readonly operands: readonly Operand[]; readonly options: readonly Option[] },
): Arguments {
  const options = [...COMMON, ...command.options];
  const config = Object.fromEntries(options.map((option) => [option.name, configured(option)]));
  let parsed: { readonly values: Values; readonly positionals: readonly string[] };
  try {
    parsed = parseArgs({ args: [...words], options: config, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error));
  }
  const given = new Arguments(parsed.positionals, parsed.values);
  for (const option of options) checkChoice(option, given);
  if (!given.flag('help')) checkCount(command.operands, given.operands);
  return given;
}

function configured({ value, short, many }: Option): NonNullable<ParseArgsConfig['options']>[string] {
  return {
    type: value === undefined ? 'boolean' : 'string',
    multiple: many === true,
    ...(short === undefined ? {} : { short }),
  };
}

function checkChoice({ name, choices }: Option, given: Arguments): void {
  const value = given.text(name);
  if (choices !== undefined && value !== undefined && !choices.includes(value))
    throw new UsageError(`--${name} is one of ${choices.join(', ')}, not "${value}"`);
}

function checkCount(operands: readonly Operand[], given: readonly string[]): void {
  const missing = operands.filter(({ optional }) => optional !== true)[given.length];
  if (missing !== undefined) throw new UsageError(`${missing.name} is missing`);
  const many = operands.some((operand) => operand.many === true);
  const extra = given[operands.length];
  if (!many && extra !== undefined) throw new UsageError(`"${extra}" is one word too many`);
  if (given.includes('')) throw new UsageError('an empty word names nothing');
}
