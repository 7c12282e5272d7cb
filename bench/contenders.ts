import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../test/support/program.js';
import type { Scope } from '../test/support/scope.js';

/** Somebody who makes the folders left and right below `place` the same. */
export interface Contender {
  readonly name: string;
  /** Milliseconds that it took. */
  sync(place: string): Promise<number>;
}

const LIMIT = 600_000;

/** Unison, with its archives below the place too; it makes nothing durable. */
export class Unison implements Contender {
  readonly name = 'unison';
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  sync(place: string): Promise<number> {
    const words = [join(place, 'left'), join(place, 'right'), '-batch', '-auto', '-silent', '-log=false'];
    return timed(this.#scope, 'unison', words, place);
  }
}

/** rsync there and back, of which neither may undo the other; it neither removes anything nor makes anything durable. */
export class Rsync implements Contender {
  readonly name = 'rsync';
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  async sync(place: string): Promise<number> {
    const [left, right] = [`${join(place, 'left')}/`, `${join(place, 'right')}/`];
    const there = await timed(this.#scope, 'rsync', ['-a', '-u', left, right], place);
    return there + (await timed(this.#scope, 'rsync', ['-a', '-u', right, left], place));
  }
}

async function timed(scope: Scope, command: string, words: readonly string[], place: string): Promise<number> {
  const env = { PATH: process.env.PATH ?? '', HOME: place, UNISON: join(place, 'state'), LANG: 'C.UTF-8' };
  const began = performance.now();
  const { code, complaints } = await runProgram(scope, command, words, { env, limit: LIMIT });
  const time = performance.now() - began;
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${complaints}`);
  return time;
}

/** Cradle's folder stores, engine and state in a process of their own, which goes on running between two syncs. */
export class Cradle implements Contender {
  readonly name = 'cradle';
  readonly #scope: Scope;
  #worker: ChildProcessByStdio<Writable, Readable, null> | undefined;
  #lines: Interface | undefined;
  #limit: NodeJS.Timeout | undefined;
  /** Megabytes that any of its processes had in memory at the most. */
  peak = 0;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  async sync(place: string): Promise<number> {
    await this.prepare(place);
    this.#worker?.stdin.write('sync\n');
    return this.#answer();
  }

  /** Starts the process, as the daemon is started long before a device is plugged in. */
  async prepare(place: string): Promise<void> {
    if (this.#worker !== undefined) return;
    const words = [WORKER, ...['left', 'right', 'state'].map((name) => join(place, name))];
    const worker = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'], env: { HOME: place } });
    this.#worker = worker;
    this.#lines = createInterface({ input: worker.stdout });
    this.#scope.after(() => this.end());
    await this.#answer();
  }

  async end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    clearTimeout(this.#limit);
    if (worker === undefined || worker.exitCode !== null || worker.signalCode !== null) return;
    const gone = once(worker, 'exit');
    worker.stdin.end();
    await gone;
  }

  async #answer(): Promise<number> {
    const { signal } = new AbortController();
    const lines = this.#lines;
    const worker = this.#worker;
    if (lines === undefined || worker === undefined) throw new Error('there is no process to sync');
    this.#limit = setTimeout(() => worker.kill('SIGKILL'), LIMIT);
    const [line] = await Promise.race([
      once(lines, 'line', { signal }),
      once(worker, 'exit').then(() => {
        throw new Error('the process that syncs has ended');
      }),
    ]);
    clearTimeout(this.#limit);
    const { time, peak } = readAnswer(String(line));
    this.peak = Math.max(this.peak, peak);
    return time;
  }
}

const WORKER = fileURLToPath(new URL('worker.js', import.meta.url));

function readAnswer(line: string): { readonly time: number; readonly peak: number } {
  const answer: unknown = JSON.parse(line);
  if (typeof answer === 'object' && answer !== null && 'time' in answer && 'peak' in answer)
    if (typeof answer.time === 'number' && typeof answer.peak === 'number')
      return { time: answer.time, peak: answer.peak };
  throw new Error(`the process that syncs said ${line}`);
}
