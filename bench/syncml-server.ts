import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { LossyProxy } from '../test/peers/support/lossy-proxy.js';
import { ADDRESS_BOOK, type Source } from '../test/peers/support/syncevolution.js';
import { SyncEvolutionClient } from '../test/peers/support/syncevolution-client.js';
import { SyncEvolutionServer } from '../test/peers/support/syncevolution-server.js';
import type { Scope } from '../test/support/scope.js';
import type { BenchmarkContext } from './benchmark.js';
import type { Aim, Unit } from './figure.js';
import { Household } from './household.js';
import { median } from './statistics.js';
import { plantPeople, SyncmlDesk } from './syncml-desk.js';

const PEOPLE = 10_000;
const QUIET_SYNCS = 3;
const LOGIN = { user: 'alice', password: 'secret' };
const CLIENT = 'dev-1';

/** A server with an empty address book, and what its processes took. */
interface Server {
  readonly name: string;
  readonly url: string;
  readonly datastore: string;
  readonly household: Household;
  /** Does what makes the client sync, and waits until this server is done as well. */
  during(sync: () => Promise<void>): Promise<void>;
  count(): Promise<number>;
}

/** Milliseconds and megabytes. */
interface Figures {
  readonly firstWall: number;
  readonly firstProcessor: number;
  readonly quietShare: number;
  readonly quietProcessor: number;
  readonly slowWall: number;
  readonly slowProcessor: number;
  readonly peak: number;
}

/** SyncEvolution's client with an address book meets us, and then its own server. */
export async function asServer({ scope, tell, note }: BenchmarkContext): Promise<void> {
  const measured: Figures[] = [];
  for (const open of [cradle, syncEvolution]) {
    const server = await open(scope);
    note(`${PEOPLE} contacts of SyncEvolution's client to ${server.name}`);
    measured.push(await measure(scope, server));
  }
  const [ours, theirs] = measured;
  if (ours === undefined || theirs === undefined) return;
  const say = (what: string, of: keyof Figures, unit: Unit, aim: Aim): void =>
    tell({
      name: `syncml/server-${what}`,
      value: ours[of],
      unit,
      peer: 'SyncEvolution',
      peerValue: theirs[of],
      aim,
    });
  say('first-wall', 'firstWall', 'ms', { of: 'ratio', most: 0.333 });
  say('first-processor', 'firstProcessor', 'ms', { of: 'ratio', most: 0.2 });
  say('no-change-share', 'quietShare', 'ms', { of: 'value', most: 200 });
  say('no-change-processor', 'quietProcessor', 'ms', { of: 'ratio', most: 1 });
  say('slow-again-wall', 'slowWall', 'ms', { of: 'ratio', most: 1 });
  say('slow-again-processor', 'slowProcessor', 'ms', { of: 'ratio', most: 0.5 });
  say('peak-memory', 'peak', 'MB', { of: 'ratio', most: 1 });
  tell({ name: 'syncml/server-peak-memory', value: ours.peak, unit: 'MB', aim: { of: 'value', most: 198 } });
}

async function measure(scope: Scope, server: Server): Promise<Figures> {
  const source: Source = { ...ADDRESS_BOOK, uri: server.datastore };
  const client = await SyncEvolutionClient.create(scope, {
    ...LOGIN,
    url: server.url,
    deviceId: CLIENT,
    sources: [source],
    properties: { loglevel: 1 },
  });
  await plantPeople(client.program.folder(source), PEOPLE);
  const proxy = await LossyProxy.start(scope, server.url);

  const sync = async (...words: readonly string[]): Promise<{ wall: number; processor: number }> => {
    const before = await server.household.processorTime();
    const began = performance.now();
    await server.during(async () => {
      const { code, output, complaints } = await client.program.run([...words, 'server', source.name]);
      if (code !== 0) throw new Error(`syncevolution ended with ${code}: ${output}${complaints}`);
    });
    const wall = performance.now() - began;
    const [here, there] = [await server.count(), (await readdir(client.program.folder(source))).length];
    if (here !== PEOPLE || there !== PEOPLE)
      throw new Error(`${server.name} has ${here} contacts, the client ${there}`);
    return { wall, processor: ((await server.household.processorTime()) - before) * 1_000 };
  };

  const first = await sync('--sync', 'slow');
  const shares: number[] = [];
  const quiet: number[] = [];
  for (let run = 0; run < QUIET_SYNCS; run++) {
    proxy.begin();
    quiet.push((await sync('--run', `syncURL=${proxy.url}`)).processor);
    shares.push(proxy.exchanges.flatMap(({ waits }) => waits).reduce((sum, wait) => sum + wait, 0));
  }
  const slow = await sync('--sync', 'slow');
  return {
    firstWall: first.wall,
    firstProcessor: first.processor,
    quietShare: median(shares),
    quietProcessor: median(quiet),
    slowWall: slow.wall,
    slowProcessor: slow.processor,
    peak: server.household.peak,
  };
}

async function cradle(scope: Scope): Promise<Server> {
  const desk = await SyncmlDesk.open(scope, 0);
  const url = await desk.listen(LOGIN.user, LOGIN.password);
  return {
    name: 'Cradle',
    url,
    datastore: 'contacts',
    household: Household.watch(scope, [desk.pid]),
    during: (sync) => desk.session(sync),
    count: () => desk.count(),
  };
}

async function syncEvolution(scope: Scope): Promise<Server> {
  const sources = [ADDRESS_BOOK];
  const properties = { loglevel: 1 };
  const server = await SyncEvolutionServer.start(scope, { ...LOGIN, deviceId: CLIENT, sources, properties });
  return {
    name: "SyncEvolution's server",
    url: server.url,
    datastore: ADDRESS_BOOK.uri,
    household: Household.watch(scope, server.pids),
    during: (sync) => sync(),
    count: async () => (await readdir(join(server.program.folder(ADDRESS_BOOK)))).length,
  };
}
