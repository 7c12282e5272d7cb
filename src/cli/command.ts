import type { Environment } from '../dbus/bus.js';
import type { Arguments } from './arguments.js';
import type { Daemon } from './daemon.js';
import type { ExitCode } from './exit.js';
import type { Screen } from './screen.js';

/** What completion offers for an operand or an option's value. */
export type Kind = 'device' | 'binding' | 'store' | 'command' | 'file' | 'folder' | 'text';

export interface Operand {
  readonly name: string;
  readonly kinds: readonly Kind[];
  readonly optional?: boolean;
  readonly many?: boolean;
}

export interface Option {
  readonly name: string;
  readonly short?: string;
  /** What stands for its value in the help; a flag has none. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly kind?: Kind;
  readonly many?: boolean;
  readonly summary: string;
}

/** What a command has to work with. */
export interface Context {
  readonly screen: Screen;
  /** Standard error: warnings and hints, which no program reads. */
  readonly notes: Screen;
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
