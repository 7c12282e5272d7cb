import { setTimeout as sleep } from 'node:timers/promises';
import { Desktop } from '../test/bed/desktop.js';
import { Undo } from '../test/support/scope.js';
import type { Benchmark, BenchmarkContext } from './benchmark.js';
import { bindPlayer, type } from './bind-player.js';
import { copyOfNode, EmptyNode } from './floor.js';
import { proportionalMemory, wakeUps } from './process.js';
import { least, median } from './statistics.js';

const RUNS = 3;
/**
 * Milliseconds until all late work is done: compiling, collecting, and the session that is taken off the bus half a minute
 * after its end.
 */
const SETTLING = 40_000;
const WATCHED = 30_000;
const SONGS = 500;

interface Sample {
  readonly memory: number;
  readonly wakeUps: number;
}

/** What the daemon costs while nothing happens, beside an empty Node that runs at the same time. */
export const idle: Benchmark = {
  name: 'idle',
  about: 'memory and wake-ups while nothing happens, beside an empty Node',
  async run(context) {
    await compare(context, 'nothing-plugged', false);
    await compare(context, 'with-bindings', true);
  },
};

async function compare({ note, tell }: BenchmarkContext, name: string, bound: boolean): Promise<void> {
  const daemon: Sample[] = [];
  const floor: Sample[] = [];
  note(`${name}: ${RUNS} runs of ${(SETTLING + WATCHED) / 1_000} s`);
  for (let run = 0; run < RUNS; run++) {
    await using scope = new Undo();
    const desktop = await Desktop.open(scope);
    const { program } = await desktop.startDaemon(await copyOfNode(scope));
    if (bound) {
      await bindPlayer(scope, desktop, SONGS);
      await type(desktop, 'sync', 'walkman');
    }
    const empty = await EmptyNode.start(scope, desktop.bedEnvironment, await copyOfNode(scope));
    await sleep(SETTLING);
    const pids = [program.pid, empty.program.pid];
    const before = await Promise.all(pids.map(wakeUps));
    await sleep(WATCHED);
    const after = await Promise.all(pids.map(wakeUps));
    const memory = await Promise.all(pids.map(proportionalMemory));
    for (const [index, samples] of [daemon, floor].entries())
      samples.push({
        memory: memory[index] ?? Number.NaN,
        wakeUps: (after[index] ?? Number.NaN) - (before[index] ?? Number.NaN),
      });
  }
  const of = (samples: readonly Sample[], what: keyof Sample) => samples.map((sample) => sample[what]);
  const peer = 'empty Node';
  tell({
    name: `idle/pss-${name}`,
    value: median(of(daemon, 'memory')),
    least: least(of(daemon, 'memory')),
    runs: RUNS,
    unit: 'MB',
    peer,
    peerValue: median(of(floor, 'memory')),
    aim: { of: 'ratio', most: 1.6 },
  });
  tell({
    name: `idle/wake-ups-in-30-s-${name}`,
    value: median(of(daemon, 'wakeUps')),
    least: least(of(daemon, 'wakeUps')),
    runs: RUNS,
    unit: 'wake-ups',
    peer,
    peerValue: median(of(floor, 'wakeUps')),
    aim: { of: 'value', most: 3 },
  });
}
