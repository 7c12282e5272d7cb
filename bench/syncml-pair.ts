import { performance } from 'node:perf_hooks';
import type { BenchmarkContext } from './benchmark.js';
import { SyncmlDesk } from './syncml-desk.js';

const LOGIN = { user: 'alice', password: 'secret' };

/** Two of us, one of whom has an address book and an account with the other, over HTTP. */
export async function asPair(context: BenchmarkContext): Promise<void> {
  const small = await first(context, 10_000);
  if (!context.large) return;
  context.tell({
    name: 'syncml/pair-growth-processor',
    value: await first(context, 100_000),
    unit: 'ms',
    peer: '10,000 contacts',
    peerValue: small,
    aim: { of: 'ratio', most: 12 },
  });
}

/** Gives the milliseconds of processor time of both. */
async function first({ scope, tell, note }: BenchmarkContext, people: number): Promise<number> {
  note(`${people} contacts of Cradle to Cradle`);
  const server = await SyncmlDesk.open(scope, 0);
  const url = await server.listen(LOGIN.user, LOGIN.password);
  const client = await SyncmlDesk.open(scope, people, ['SyncML.Encoding=wbxml']);
  const binding = await client.subscribe(url, LOGIN.user, LOGIN.password, 'contacts');
  const both = async (): Promise<number> => ((await server.processorTime()) + (await client.processorTime())) * 1_000;
  const before = await both();
  const began = performance.now();
  // A client first asks what there is, and then brings what it has: two sessions of SyncML.
  await server.session(() => client.session(() => client.start(binding)), 2);
  const wall = performance.now() - began;
  const processor = (await both()) - before;
  const arrived = await server.count();
  if (arrived !== people) throw new Error(`${arrived} contacts have arrived`);
  const what = `syncml/pair-${people}`;
  tell({ name: `${what}-first-wall`, value: wall, unit: 'ms' });
  const aim = people === 10_000 ? { aim: { of: 'value', most: 4_000 } as const } : {};
  tell({ name: `${what}-first-processor`, value: processor, unit: 'ms', ...aim });
  const peak = Math.max(await server.peakMemory(), await client.peakMemory());
  tell({ name: `${what}-peak-memory`, value: peak, unit: 'MB' });
  return processor;
}
