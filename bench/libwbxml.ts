import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { runProgram } from '../test/support/program.js';
import { repositoryRoot } from '../test/support/root.js';
import type { Scope } from '../test/support/scope.js';

const ENV = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C.UTF-8' };

export type Direction = 'to-xml' | 'to-wbxml';

/** libwbxml2, which converts a file from one encoding to the other. */
export interface Libwbxml {
  readonly name: string;
  /** Milliseconds that each of so many conversions took. */
  convert(direction: Direction, file: string, times: number): Promise<readonly number[]>;
}

/** In a program of ours around the library; where there is no compiler, its own tools, whose start counts too. */
export async function libwbxml(scope: Scope, folder: string): Promise<Libwbxml> {
  const program = join(folder, 'libwbxml');
  const source = join(repositoryRoot, 'bench/libwbxml.c');
  const compiled = await runProgram(scope, 'gcc', ['-O2', '-o', program, source, '-ldl'], { env: ENV }).catch(
    () => undefined,
  );
  return compiled?.code === 0 ? around(scope, program) : tools(scope, folder);
}

const around = (scope: Scope, program: string): Libwbxml => ({
  name: 'libwbxml2',
  async convert(direction, file, times) {
    const { code, output, complaints } = await runProgram(scope, program, [direction, file, String(times)], {
      env: ENV,
    });
    if (code !== 0) throw new Error(`libwbxml2 cannot convert ${file}: ${complaints}`);
    return output.trim().split('\n').map(Number);
  },
});

const tools = (scope: Scope, folder: string): Libwbxml => ({
  name: 'libwbxml2-utils',
  async convert(direction, file, times) {
    const made = join(folder, 'converted');
    // With a string table, which it makes unless told, it takes hours.
    const [program, options] = direction === 'to-xml' ? ['wbxml2xml', ['-m', '0']] : ['xml2wbxml', ['-n']];
    const found: number[] = [];
    for (let run = 0; run < times; run++) {
      const began = performance.now();
      const { complaints } = await runProgram(scope, program, [...options, '-o', made, file], { env: ENV });
      found.push(performance.now() - began);
      if (!complaints.includes('succeeded')) throw new Error(`${program}: ${complaints}`);
    }
    return found;
  },
});
