import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Bus } from '../src/dbus/bus.js';
import { watchTree } from '../src/dbus/mirror.js';
import { BUS_NAME, paths } from '../src/dbus/names.js';
import { proxy } from '../src/dbus/proxy.js';
import { bindingShape } from '../src/dbus/shapes/binding.js';
import { sessionShape } from '../src/dbus/shapes/session.js';
import { Desktop } from '../test/bed/desktop.js';
import { runProgram } from '../test/support/program.js';
import { temporaryFolder } from '../test/support/tmp.js';
import { listTree, sameTrees } from '../test/support/tree.js';
import type { Benchmark } from './benchmark.js';
import { bindPlayer } from './bind-player.js';
import { Unison } from './contenders.js';
import { least, median } from './statistics.js';

const SONGS = 10_000;
const RUNS = 15;

/** The running daemon with all there is in it: from StartSync to Finished, mounting and unmounting the player. */
export const session: Benchmark = {
  name: 'session',
  about: 'a session of the running daemon with 10,000 songs, beside unison',
  async run({ scope, tell, note }) {
    const desktop = await Desktop.open(scope);
    await desktop.startDaemon();
    note(`${SONGS} songs, once and then ${RUNS} times without a change`);
    const player = await bindPlayer(scope, desktop, SONGS);
    const unison = new Unison(scope);
    const place = await temporaryFolder(scope, 'cradle-bench-');
    await cp(join(desktop.home, 'Music'), join(place, 'left'), { recursive: true, preserveTimestamps: true });
    for (const folder of ['right', 'state']) await mkdir(join(place, folder));
    const bus = await desktop.connect();
    const binding = await bindingOf(bus);
    const flush = () => runProgram(scope, 'sync', [], { env: { PATH: process.env.PATH ?? '' } });
    const peer = 'unison';
    await flush();
    const first = await syncOnce(bus, binding);
    const [here, there] = [join(desktop.home, 'Music'), join(player.folder, 'MUSIC')];
    if (!sameTrees(await listTree(here), await listTree(there))) throw new Error('the session left a difference');
    await flush();
    tell({ name: 'session/10000-first', value: first, unit: 'ms', peer, peerValue: await unison.sync(place) });
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      ours.push(await syncOnce(bus, binding));
      theirs.push(await unison.sync(place));
    }
    tell({
      name: 'session/10000-no-change',
      value: median(ours),
      least: least(ours),
      runs: RUNS,
      unit: 'ms',
      peer,
      peerValue: median(theirs),
    });
  },
};

async function bindingOf(bus: Bus): Promise<string> {
  await using mirror = await watchTree(bus);
  const [binding] = mirror.all(bindingShape);
  if (binding === undefined) throw new Error('there is no binding');
  return binding.path;
}

/** Milliseconds from the call to the end of the session. */
async function syncOnce(bus: Bus, binding: string): Promise<number> {
  let end = (_result: unknown): void => {};
  const ended = new Promise<unknown>((resolve) => {
    end = resolve;
  });
  const match = { sender: BUS_NAME, pathNamespace: paths.root, interface: sessionShape.name, member: 'Finished' };
  await using _heard = await bus.subscribe(match, ({ body: [result] }) => end(result));
  const began = performance.now();
  await proxy(bus, BUS_NAME, binding, bindingShape).call('StartSync', [{}]);
  const result = await ended;
  if (result !== 'finished') throw new Error(`the session ${String(result)}`);
  return performance.now() - began;
}
