import { join } from 'node:path';
import { runProgram } from '../../support/program.js';
import { repositoryRoot } from '../../support/root.js';
import type { Scope } from '../../support/scope.js';
import { temporaryFolder } from '../../support/tmp.js';

/** Compiles one of test/peers/support/shims and gives the path for LD_PRELOAD. */
export async function buildShim(scope: Scope, name: string): Promise<string> {
  const library = join(await temporaryFolder(scope, 'cradle-shim-'), `${name}.so`);
  const source = join(repositoryRoot, 'test/peers/support/shims', `${name}.c`);
  const { code, complaints } = await runProgram(
    scope,
    'gcc',
    ['-shared', '-fPIC', '-O2', '-o', library, source, '-ldl'],
    {
      env: { PATH: process.env.PATH ?? '' },
      limit: 60_000,
    },
  );
  if (code !== 0) throw new Error(`gcc did not build ${source}: ${complaints}`);
  return library;
}
