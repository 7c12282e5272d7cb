import { type Ending, runProgram } from '../../support/program.js';
import type { Scope } from '../../support/scope.js';

/**
 * Runs a module of ours in a network of its own, with nothing in it but a loopback interface: for programs that insist on
 * a port. An ordinary user is root there.
 */
export function runAlone(scope: Scope, module: string, words: readonly string[], folder: string): Promise<Ending> {
  const user = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  const shell = 'ip link set lo up && exec "$0" "$@"';
  return runProgram(scope, 'unshare', ['--net', ...user, 'bash', '-c', shell, process.execPath, module, ...words], {
    env: { PATH: process.env.PATH ?? '', HOME: folder, LANG: 'C.UTF-8' },
    cwd: folder,
    limit: 60_000,
  });
}
