import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Outcome } from '../src/daemon/sync/job.js';
import { MemoryCollection } from '../src/plugins/memory/collection.js';
import { MemoryStore } from '../src/plugins/memory/store.js';
import { temporaryFolder } from '../test/support/tmp.js';
import type { Benchmark, BenchmarkContext } from './benchmark.js';
import { Companions } from './companions.js';
import { least, median } from './statistics.js';

const SIZES = [
  { items: 1_000, runs: 7 },
  { items: 10_000, runs: 5 },
  { items: 100_000, runs: 3 },
] as const;
const CHANGES = 10;
const STAGES = ['first', 'own-writes-seen-again', 'no-change', '10-changes-a-side'] as const;
type Stage = (typeof STAGES)[number];

/** The engine and its state alone: both stores are in memory, the mapping is on the disk as in the daemon. */
export const engine: Benchmark = {
  name: 'engine',
  about: 'memory-to-memory sync of 1,000, 10,000 and 100,000 items',
  async run(context) {
    const medians = new Map<string, number>();
    for (const { items, runs } of SIZES) {
      const times = new Map<Stage, number[]>(STAGES.map((stage) => [stage, []]));
      context.note(`${items} items, ${runs} runs`);
      for (let run = 0; run < runs; run++)
        for (const [stage, time] of await measure(context, items)) times.get(stage)?.push(time);
      for (const [stage, samples] of times) {
        medians.set(`${items} ${stage}`, median(samples));
        // A hundred thousand cost at most twelve times what ten thousand cost.
        const tenth = items === 100_000 ? medians.get(`10000 ${stage}`) : undefined;
        context.tell({
          name: `engine/${items}-${stage}`,
          value: median(samples),
          least: least(samples),
          runs,
          unit: 'ms',
          ...(tenth === undefined ? {} : { peer: '10,000 items', peerValue: tenth, aim: { of: 'ratio', most: 12 } }),
        });
      }
    }
  },
};

async function measure({ scope }: BenchmarkContext, items: number): Promise<readonly (readonly [Stage, number])[]> {
  const folder = await temporaryFolder(scope, 'cradle-bench-');
  using companions = new Companions(join(folder, 'state'));
  const left = new MemoryCollection({ name: 'left' });
  const right = new MemoryCollection({ name: 'right' });
  for (let number = 0; number < items; number++) put(left, number, 'first');
  const sync = async (expected: (outcome: Outcome) => number, wanted: number): Promise<number> => {
    globalThis.gc?.();
    const began = performance.now();
    const outcome = await companions.sync(new MemoryStore(left), new MemoryStore(right));
    const time = performance.now() - began;
    if (expected(outcome) !== wanted) throw new Error(`the engine did ${JSON.stringify(outcome)}`);
    return time;
  };
  const first = await sync(({ right: { created } }) => created, items);
  // The stores tell of all that the first sync wrote; from then on they have nothing to tell.
  const again = await sync(work, 0);
  const same = await sync(work, 0);
  const ids = [...left.present()].map(({ ref }) => ref.id);
  const twins = [...right.present()].map(({ ref }) => ref.id);
  for (let number = 0; number < CHANGES; number++) {
    put(left, number, 'changed on the left', ids[number]);
    put(right, items - 1 - number, 'changed on the right', twins[items - 1 - number]);
  }
  const changed = await sync(work, 2 * CHANGES);
  return [
    ['first', first],
    ['own-writes-seen-again', again],
    ['no-change', same],
    ['10-changes-a-side', changed],
  ];
}

const work = ({ left, right }: Outcome): number =>
  [left, right].reduce((sum, side) => sum + side.created + side.changed + side.removed, 0);

function put(collection: MemoryCollection, number: number, word: string, over?: string): void {
  const text = `item ${number}, ${word}. ${'x'.repeat(200)}`;
  const item = { contentType: 'text/plain', summary: `item ${number}`, name: `item-${number}.txt` };
  collection.put(item, new TextEncoder().encode(text), over);
}
