import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../test/support/program.js';
import type { Scope } from '../test/support/scope.js';
import { temporaryFolder } from '../test/support/tmp.js';
import { listTree, sameTrees } from '../test/support/tree.js';
import type { Benchmark, BenchmarkContext } from './benchmark.js';
import { type Contender, Cradle, Rsync, Unison } from './contenders.js';
import type { Aim } from './figure.js';
import { contentOf, fileName, plant } from './plant.js';
import { least, median } from './statistics.js';

const CHANGES = 10;
/** Syncs without a change are short, so there are several of them in a run. */
const QUIET_SYNCS = 5;
const STAGES = ['first', 'no-change', 'no-change-after-restart', '10-changes-a-side'] as const;
type Stage = (typeof STAGES)[number];
type Times = ReadonlyMap<Stage, number[]>;

/** How many times as long as Unison Cradle may take. */
const MOST: Readonly<Partial<Record<Stage, number>>> = { first: 3, 'no-change': 1, 'no-change-after-restart': 2 };

/** Two folders on the same disk; Cradle, Unison and rsync take turns, each on trees of its own that are all alike. */
export const folders: Benchmark = {
  name: 'folders',
  about: 'folder-to-folder sync of 10,000 files (--large: 100,000 too), beside unison and rsync',
  async run(context) {
    const small = await contest(context, 10_000, context.large ? 5 : 3);
    if (!context.large) return;
    const large = await contest(context, 100_000, 1);
    for (const stage of STAGES)
      context.tell({
        name: `folders/growth-${stage}`,
        value: median(large.get(stage) ?? []),
        unit: 'ms',
        peer: '10,000 files',
        peerValue: median(small.get(stage) ?? []),
        aim: { of: 'ratio', most: 12 },
      });
  },
};

async function contest({ scope, note, tell }: BenchmarkContext, files: number, runs: number): Promise<Times> {
  const times = new Map<string, Times>();
  let peak = 0;
  for (let run = 0; run < runs; run++) {
    note(`${files} files, run ${run + 1} of ${runs}`);
    const cradle = new Cradle(scope);
    // Whoever goes first in one run goes last in the next.
    const turn: readonly Contender[] = [cradle, new Unison(scope), new Rsync(scope)];
    for (const contender of run % 2 === 0 ? turn : turn.toReversed()) {
      const mine = times.get(contender.name) ?? new Map(STAGES.map((stage) => [stage, []]));
      times.set(contender.name, mine);
      await compete(scope, contender, files, mine);
    }
    peak = Math.max(peak, cradle.peak);
  }
  const cradle = times.get('cradle') ?? new Map<Stage, number[]>();
  for (const [stage, ours] of cradle)
    for (const rival of ['unison', 'rsync']) {
      const theirs = times.get(rival)?.get(stage) ?? [];
      const most = rival === 'unison' ? MOST[stage] : undefined;
      const aim: Aim | undefined = most === undefined ? undefined : { of: 'ratio', most };
      tell({
        name: `folders/${files}-${stage}`,
        value: median(ours),
        least: least(ours),
        runs: ours.length,
        unit: 'ms',
        peer: rival,
        peerValue: median(theirs),
        ...(aim === undefined ? {} : { aim }),
      });
    }
  tell({ name: `folders/${files}-peak-memory`, value: peak, unit: 'MB', aim: { of: 'value', most: 400 } });
  return cradle;
}

/** One contender, from two folders of which one is empty to two that have changed on both sides and are equal again. */
async function compete(scope: Scope, contender: Contender, files: number, times: Times): Promise<void> {
  const place = await temporaryFolder(scope, 'cradle-bench-');
  const [left, right] = [join(place, 'left'), join(place, 'right')];
  await plant(left, files);
  await mkdir(right);
  await mkdir(join(place, 'state'));
  const sync = async (stage: Stage): Promise<void> => {
    if (contender instanceof Cradle) await contender.prepare(place);
    // Nobody shall have to write what somebody else has left behind.
    await runProgram(scope, 'sync', [], { env: { PATH: process.env.PATH ?? '' } });
    times.get(stage)?.push(await contender.sync(place));
  };
  await sync('first');
  await mustAgree(contender, left, right, files);
  for (let count = 0; count < QUIET_SYNCS; count++) await sync('no-change');
  for (let count = 0; count < QUIET_SYNCS; count++) {
    if (contender instanceof Cradle) await contender.end();
    await sync('no-change-after-restart');
  }
  for (let number = 0; number < CHANGES; number++) {
    await writeFile(join(left, fileName(number)), contentOf(number, 1));
    await writeFile(join(right, fileName(files - 1 - number)), contentOf(files - 1 - number, 2));
  }
  await sync('10-changes-a-side');
  await mustAgree(contender, left, right, files);
  if (contender instanceof Cradle) await contender.end();
  await rm(place, { recursive: true });
}

async function mustAgree(contender: Contender, left: string, right: string, files: number): Promise<void> {
  const [one, other] = [await listTree(left), await listTree(right)];
  if (one.size !== files || !sameTrees(one, other)) throw new Error(`${contender.name} did not make the folders equal`);
}
