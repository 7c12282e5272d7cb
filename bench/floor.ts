import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Program, runProgram } from '../test/support/program.js';
import type { Scope } from '../test/support/scope.js';
import { temporaryFolder } from '../test/support/tmp.js';

/** A Node process that does nothing: what no daemon in Node can be below. */
export class EmptyNode {
  readonly program: Program;
  /** Milliseconds from its start to its first line. */
  readonly startTime: number;

  private constructor(program: Program, startTime: number) {
    this.program = program;
    this.startTime = startTime;
  }

  /** Milliseconds from the start of one to its end: what `node -e 0` takes. */
  static async runTime(scope: Scope, env: Readonly<Record<string, string>>): Promise<number> {
    const began = performance.now();
    await runProgram(scope, process.execPath, ['--eval', '0'], { env });
    return performance.now() - began;
  }

  /** `node`: another program file than that of this process. */
  static async start(
    scope: Scope,
    env: Readonly<Record<string, string>>,
    node: string = process.execPath,
  ): Promise<EmptyNode> {
    const began = performance.now();
    const program = await Program.start(scope, node, ['--eval', SCRIPT], { env });
    await new Promise<void>((resolve, reject) => {
      program.onOutput(() => resolve());
      void program.ended.then(({ complaints }) => reject(new Error(`an empty Node did not start: ${complaints}`)));
    });
    return new EmptyNode(program, performance.now() - began);
  }
}

/** One word when it runs, and then nothing for as long as a timer of Node can wait. */
const SCRIPT = "require('node:fs').writeSync(1, 'x'); setInterval(() => {}, 2 ** 31 - 1)";

/**
 * A program file of its own for a process whose memory is measured: the pages of the file count whole then, as on a
 * desktop where nothing else runs in Node, and whatever else runs on this machine makes no difference.
 */
export async function copyOfNode(scope: Scope): Promise<string> {
  const copy = join(await temporaryFolder(scope, 'cradle-bench-'), 'node');
  await copyFile(process.execPath, copy);
  return copy;
}
