import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Scope } from './scope.js';

export interface ProgramOptions {
  /** The whole environment; nothing of ours is handed down. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Lets it write to our own terminal instead of being heard. */
  readonly shown?: boolean;
}

/** How a program ended; `code` is 128 and the signal's number where a signal ended it, as a shell says it. */
export interface Ending {
  readonly code: number;
  readonly output: string;
  readonly complaints: string;
}

/** Milliseconds between asking a program to end and ending it. */
const PATIENCE = 5_000;
/** Characters of what a program said that are kept: the last ones. */
const MEMORY = 1_000_000;

/** A program of this machine, started by us and ended with the scope at the latest. */
export class Program {
  readonly pid: number;
  /** Settles, never rejects, when it is gone. */
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcess;
  readonly #listeners = new Set<(text: string) => void>();
  #output = '';
  #complaints = '';

  /** Fails when there is no such program. */
  static async start(
    scope: Scope,
    command: string,
    words: readonly string[],
    options: ProgramOptions,
  ): Promise<Program> {
    const talk = options.shown === true ? 'inherit' : 'pipe';
    const child = spawn(command, words, {
      env: options.env,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      stdio: ['ignore', talk, talk],
    });
    const program = new Program(child);
    await once(child, 'spawn');
    scope.after(() => program.stop());
    return program;
  }

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.pid = child.pid ?? 0;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#output = (this.#output + text).slice(-MEMORY);
      for (const listener of [...this.#listeners]) listener(text);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#complaints = (this.#complaints + text).slice(-MEMORY);
    });
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        const number = signal === null ? (code ?? 1) : 128 + (SIGNALS.get(signal) ?? 0);
        resolve({ code: number, output: this.#output, complaints: this.#complaints });
      });
    });
  }

  get running(): boolean {
    return this.pid !== 0 && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What it has said on its standard error so far. */
  get complaints(): string {
    return this.#complaints;
  }

  /** Hears what it writes to its standard output from now on, in pieces as they come. */
  onOutput(listener: (text: string) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** Stops it where it is, in the middle of whatever it does, until `resume`. */
  suspend(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    if (this.running) this.#child.kill('SIGKILL');
    await this.ended;
  }

  /** Asks it to end, and ends it when it does not. */
  async stop(): Promise<Ending> {
    if (this.running) this.#child.kill('SIGTERM');
    const tooLong = setTimeout(() => this.#child.kill('SIGKILL'), PATIENCE);
    const ending = await this.ended;
    clearTimeout(tooLong);
    return ending;
  }
}

const SIGNALS: ReadonlyMap<string, number> = new Map([
  ['SIGHUP', 1],
  ['SIGINT', 2],
  ['SIGKILL', 9],
  ['SIGTERM', 15],
]);

/** Runs a program to its end. Rejects only when there is none, or it takes longer than `limit` milliseconds. */
export async function runProgram(
  scope: Scope,
  command: string,
  words: readonly string[],
  options: ProgramOptions & { readonly limit?: number },
): Promise<Ending> {
  const program = await Program.start(scope, command, words, options);
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    void program.kill();
  }, options.limit ?? 60_000);
  const ending = await program.ended;
  clearTimeout(limit);
  if (late) throw new Error(`${command} ${words.join(' ')} took too long`);
  return ending;
}
