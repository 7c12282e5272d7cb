import { performance } from 'node:perf_hooks';
import { Desktop } from '../test/bed/desktop.js';
import type { Benchmark } from './benchmark.js';
import { EmptyNode } from './floor.js';
import { least, median } from './statistics.js';

const RUNS = 15;

/** From the start of cradled until it owns its name, as a client of the bus sees it. */
export const start: Benchmark = {
  name: 'start',
  about: 'start to name owned, beside an empty Node',
  async run({ scope, tell, note }) {
    const desktop = await Desktop.open(scope);
    const daemon: number[] = [];
    const whole: number[] = [];
    const line: number[] = [];
    note(`${RUNS} starts`);
    for (let run = -1; run < RUNS; run++) {
      const emptyRun = await EmptyNode.runTime(scope, desktop.bedEnvironment);
      const empty = await EmptyNode.start(scope, desktop.bedEnvironment);
      await empty.program.stop();
      const began = performance.now();
      const { program, owned } = await desktop.startDaemon();
      await program.stop();
      // The first of each reads its files from the disk.
      if (run < 0) continue;
      whole.push(emptyRun);
      line.push(empty.startTime);
      daemon.push(owned - began);
    }
    const figure = {
      name: 'start/name-owned',
      value: median(daemon),
      least: least(daemon),
      runs: RUNS,
      unit: 'ms',
    } as const;
    tell({ ...figure, peer: 'node -e 0', peerValue: median(whole), aim: { of: 'ratio', most: 3 } });
    tell({ ...figure, peer: "node's first line", peerValue: median(line) });
  },
};
