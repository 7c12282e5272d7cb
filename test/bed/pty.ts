import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Channel } from '../../src/hal/transport.js';
import { repositoryRoot } from '../support/root.js';
import type { Scope } from '../support/scope.js';

/** A serial line without wires: what a device would hold of it is here, what a computer sees of it is a node in /dev. */
export class Pty implements Channel {
  /** The device node. */
  readonly node: string;
  readonly incoming: AsyncIterable<Uint8Array>;
  readonly #driver: ChildProcessByStdio<Writable, Readable, null>;

  private constructor(driver: ChildProcessByStdio<Writable, Readable, null>, node: string) {
    this.#driver = driver;
    this.node = node;
    this.incoming = { [Symbol.asyncIterator]: () => driver.stdout.iterator({ destroyOnReturn: false }) };
  }

  static async open(scope: Scope): Promise<Pty> {
    const script = join(repositoryRoot, 'test/bed/line.py');
    const driver = spawn('/usr/bin/python3', [script], { stdio: ['pipe', 'pipe', 'inherit'] });
    driver.stdin.on('error', () => undefined);
    let said = '';
    while (!said.includes('\n')) {
      const piece: unknown = driver.stdout.read();
      if (piece instanceof Uint8Array) said += Buffer.from(piece).toString('latin1');
      else if (driver.exitCode !== null) throw new Error('test/bed/line.py did not start');
      else await Promise.race([once(driver.stdout, 'readable'), once(driver, 'exit')]);
    }
    const pty = new Pty(driver, said.trim());
    scope.after(() => pty.pull());
    return pty;
  }

  async send(bytes: Uint8Array): Promise<void> {
    if (!this.#driver.stdin.write(bytes))
      await Promise.race([once(this.#driver.stdin, 'drain'), once(this.#driver, 'exit')]);
  }

  /** The cable, whatever is under way. */
  async pull(): Promise<void> {
    if (this.#driver.exitCode !== null || this.#driver.signalCode !== null) return;
    const gone = once(this.#driver, 'exit');
    this.#driver.kill('SIGKILL');
    await gone;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.pull();
  }
}
