import type { Benchmark } from './benchmark.js';
import { asClient } from './syncml-client.js';
import { asPair } from './syncml-pair.js';
import { asServer } from './syncml-server.js';
import { wbxml } from './wbxml.js';

/** SyncML as the daemon speaks it, from the first request until every contact stands in a file on the disk. */
export const syncml: Benchmark = {
  name: 'syncml',
  about: '10,000 contacts beside SyncEvolution, and Cradle to Cradle (--large: 100,000 too); WBXML beside libwbxml2',
  async run(context) {
    await asServer(context);
    await asClient(context);
    await asPair(context);
    await wbxml(context);
  },
};
