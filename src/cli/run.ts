import { type Environment, sessionBusAddress } from '../dbus/bus.js';
import { CradleError } from '../dbus/errors.js';
import { parse, split } from './arguments.js';
import type { Command, Context } from './command.js';
import { Daemon } from './daemon.js';
import { EXIT, type ExitCode, exitOf, NoDaemonError, NotFoundError, UsageError } from './exit.js';
import { helpFor, overview, usageOf } from './help.js';
import { Screen, type Sink } from './screen.js';
import type { Input } from './secret.js';
import { COMMANDS, commandNamed } from './table.js';
import { shown } from './width.js';

export interface Surroundings {
  readonly out: Sink;
  readonly notes: Sink;
  /** Standard input, opened when it is asked for: most commands read nothing. */
  readonly input: () => Input;
  readonly environment: Environment;
  readonly signal: AbortSignal;
}

/** Runs one command line; gives the exit code, and has said on the notes what went wrong. */
export async function runCli(
  line: readonly string[],
  { out, notes, input, environment, signal }: Surroundings,
): Promise<ExitCode> {
  const screen = new Screen(out, environment);
  const errors = new Screen(notes, environment);
  let command: Command | undefined;
  let json = line.includes('--json');
  let daemon: Promise<Daemon> | undefined;
  try {
    const { name, words } = meant(line);
    command = commandNamed(name ?? '');
    if (name !== undefined && command === undefined) throw new UsageError(`there is no command "${shown(name)}"`);
    if (command === undefined) {
      errors.raw(overview(errors, COMMANDS));
      return EXIT.usage;
    }
    const given = parse(words, command);
    json = given.flag('json');
    if (given.flag('help')) {
      screen.raw(helpFor(screen, command));
      return EXIT.ok;
    }
    const address = given.text('bus') ?? sessionBusAddress(environment);
    const context: Context = {
      screen,
      notes: errors,
      input,
      environment,
      json,
      address,
      signal,
      daemon: () => {
        daemon ??= Daemon.open(address, signal);
        return daemon;
      },
    };
    return await command.run(context, given);
  } catch (error) {
    return complain(error, json ? screen : undefined, errors, command, signal);
  } finally {
    await (await daemon?.catch(() => undefined))?.[Symbol.asyncDispose]();
  }
}

/** The command that a line means: without one, --version and --help stand for the commands of that name. */
function meant(line: readonly string[]): { readonly name: string | undefined; readonly words: readonly string[] } {
  const { name, rest } = split(line);
  if (name !== undefined) return { name, words: rest };
  for (const [command, ...asked] of [
    ['version', '--version'],
    ['help', '--help', '-h'],
  ])
    if (rest.some((word) => asked.includes(word)))
      return { name: command, words: rest.filter((word) => !asked.includes(word)) };
  return { name: undefined, words: rest };
}

/** Says what went wrong, for people on the notes and for programs on the screen, and gives the exit code. */
function complain(
  error: unknown,
  programs: Screen | undefined,
  notes: Screen,
  command: Command | undefined,
  signal: AbortSignal,
): ExitCode {
  if (signal.aborted) return EXIT.interrupted;
  const { code, name, lines } = sorted(error, command);
  const [first = '', ...more] = lines;
  if (programs !== undefined) programs.json({ error: name, message: first, more });
  notes.line(`${notes.styled('red', 'cradle:')} ${first}`);
  for (const one of more) notes.line(`  ${one}`);
  return code;
}

interface Complaint {
  readonly code: ExitCode;
  /** For --json: the code of a CradleError, or one of usage, no-daemon and not-found. */
  readonly name: string;
  readonly lines: readonly string[];
}

function sorted(error: unknown, command: Command | undefined): Complaint {
  if (error instanceof UsageError) {
    const usage = command === undefined ? '"cradle help" lists the commands' : `usage: ${usageOf(command)}`;
    return { code: EXIT.usage, name: 'usage', lines: [error.message, usage] };
  }
  if (error instanceof NoDaemonError)
    return { code: EXIT.noDaemon, name: 'no-daemon', lines: error.message.split('\n') };
  if (error instanceof NotFoundError)
    return {
      code: EXIT.notFound,
      name: 'not-found',
      lines: [`${error.message}${error.candidates.length > 0 ? ':' : ''}`, ...error.candidates],
    };
  if (error instanceof CradleError) {
    const lost = error.code === 'NotConnected' && !(error.remote ?? '').endsWith('.Error.NotConnected');
    return {
      code: lost ? EXIT.noDaemon : exitOf(error),
      name: error.code,
      lines: [shown(error.message)],
    };
  }
  throw error;
}
