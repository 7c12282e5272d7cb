import { spawn } from 'node:child_process';

/** How a command ended, and all it printed. */
export interface Outcome {
  readonly code: number;
  readonly output: Buffer;
  /** `output` as UTF-8 text without the final line end. */
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string | Buffer;
  /** Seconds until the command is ended; 60 unless told. */
  readonly timeout?: number;
}

/** Somewhere commands can be run: this machine, or the guest as one of its users. */
export interface Shell {
  /** Runs to the end, whatever the exit code; rejects when the command cannot be run or does not end in time. */
  attempt(argv: readonly string[], options?: RunOptions): Promise<Outcome>;
  /** Runs and gives standard output; rejects unless the exit code is 0. */
  run(argv: readonly string[], options?: RunOptions): Promise<string>;
}

const DEFAULT_TIMEOUT = 60;

/** One word for a POSIX shell. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A shell of which only the way to start a command differs. */
export abstract class AnyShell implements Shell {
  abstract attempt(argv: readonly string[], options?: RunOptions): Promise<Outcome>;

  async run(argv: readonly string[], options?: RunOptions): Promise<string> {
    const { code, stdout, stderr } = await this.attempt(argv, options);
    if (code !== 0) throw new Error(`${argv.map(quoted).join(' ')}: exit code ${code}\n${stdout}\n${stderr}`.trimEnd());
    return stdout;
  }
}

/** This machine. */
class HostShell extends AnyShell {
  override attempt(argv: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    const [program = '', ...args] = argv;
    const { timeout = DEFAULT_TIMEOUT } = options;
    return new Promise((resolve, reject) => {
      const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        child.kill('SIGKILL');
      }, timeout * 1000);
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
      // A command may end before it has read all of its input; its exit code tells.
      child.stdin.on('error', () => {});
      child.stdin.end(options.input ?? '');
      child.once('error', (error) => {
        clearTimeout(timer);
        reject(new Error(`${program} cannot be run: ${error.message}`, { cause: error }));
      });
      child.once('close', (code, signal) => {
        clearTimeout(timer);
        const output = Buffer.concat(out);
        const stderr = Buffer.concat(err).toString();
        if (late) reject(new Error(`${argv.map(quoted).join(' ')}: not done in ${timeout} s\n${output}\n${stderr}`));
        else if (code === null) reject(new Error(`${program}: ended by ${signal}\n${stderr}`));
        else resolve({ code, output, stdout: output.toString().replace(/\r?\n$/, ''), stderr });
      });
    });
  }
}

export const host: Shell = new HostShell();

/** Runs commands elsewhere by putting other words before them: ssh, or another user's environment. */
export class PrefixedShell extends AnyShell {
  constructor(
    private readonly base: Shell,
    private readonly prefix: readonly string[],
  ) {
    super();
  }

  override attempt(argv: readonly string[], options?: RunOptions): Promise<Outcome> {
    return this.base.attempt([...this.prefix, ...argv], options);
  }
}

/** Runs commands through ssh, which hands one string to the far shell; the time-out is kept at the far side as well. */
export class SshShell extends AnyShell {
  constructor(private readonly ssh: readonly string[]) {
    super();
  }

  override async attempt(argv: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    const { timeout = DEFAULT_TIMEOUT } = options;
    const bounded = ['timeout', '-k', '5', String(timeout), ...argv];
    const outcome = await host.attempt([...this.ssh, bounded.map(quoted).join(' ')], {
      ...options,
      timeout: timeout + 30,
    });
    // timeout(1) says 124, or 137 when it had to insist; ssh itself says 255.
    if (outcome.code === 124 || outcome.code === 137)
      throw new Error(`in the guest: ${argv.map(quoted).join(' ')}: not done in ${timeout} s\n${outcome.stderr}`);
    if (outcome.code === 255) throw new Error(`the guest does not answer: ${outcome.stderr}`);
    return outcome;
  }
}
