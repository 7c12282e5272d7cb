import type { Environment } from '../dbus/bus.js';
import type { Arguments } from './arguments.js';
import type { Daemon } from './daemon.js';
import type { ExitCode } from './exit.js';
import type { Operand, Option } from './grammar.js';
import type { Screen } from './screen.js';
import type { Input } from './secret.js';

/** What a command has to work with. */
export interface Context {
  readonly screen: Screen;
  /** Standard error: warnings and hints, which no program reads. */
  readonly notes: Screen;
  /** Standard input, opened when it is asked for: most commands read nothing. */
  readonly input: () => Input;
  readonly environment: Environment;
  readonly json: boolean;
  /** The session bus. */
  readonly address: string;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** The daemon, found on the first call; fails with NoDaemonError. */
  daemon(): Promise<Daemon>;
}

export interface Command {
  readonly name: string;
  /** One line, a verb first, without a full stop. */
  readonly summary: string;
  readonly operands: readonly Operand[];
  readonly options: readonly Option[];
  /** Lines of help beyond the table of options. */
  readonly details?: string;
  run(context: Context, given: Arguments): Promise<ExitCode>;
}
