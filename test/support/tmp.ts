import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Scope } from './scope.js';

/** A new empty folder that goes away with the test, or with what else the scope is. */
export async function temporaryFolder(t: Scope, prefix = 'cradle-test-'): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), prefix));
  t.after(() => rm(path, { recursive: true, force: true, maxRetries: 3 }));
  return path;
}
