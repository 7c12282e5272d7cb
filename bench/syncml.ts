import { runProgram } from '../test/support/program.js';
import { temporaryFolder } from '../test/support/tmp.js';
import type { Benchmark, BenchmarkContext } from './benchmark.js';
import { asClient } from './syncml-client.js';
import { asPair } from './syncml-pair.js';
import { asServer } from './syncml-server.js';
import { wbxml } from './wbxml.js';

/** SyncML as the daemon speaks it, from the first request until every contact stands in a file on the disk. */
export const syncml: Benchmark = {
  name: 'syncml',
  about: '10,000 contacts beside SyncEvolution, and Cradle to Cradle (--large: 100,000 too); WBXML beside libwbxml2',
  async run(context) {
    await wbxml(context);
    await spreadOut(context);
    await asServer(context);
    await asClient(context);
    await asPair(context);
  },
};

/**
 * For minutes ext4 passes by every inode that was freed, one by one, before it takes a new one: whoever comes second would
 * pay for what others have removed. So nothing is removed before all is over, and each has folders far from the others',
 * as ext4 places what is at the top of a tree (chattr(1), T).
 */
async function spreadOut({ scope }: BenchmarkContext): Promise<void> {
  const top = await temporaryFolder(scope, 'cradle-bench-');
  const env = { PATH: '/usr/bin:/bin:/usr/sbin:/sbin' };
  await runProgram(scope, 'chattr', ['+T', top], { env }).catch(() => undefined);
  const before = process.env.TMPDIR;
  process.env.TMPDIR = top;
  scope.after(() => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  });
}
