import { readdir } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { ADDRESS_BOOK } from '../test/peers/support/syncevolution.js';
import { SyncEvolutionClient } from '../test/peers/support/syncevolution-client.js';
import { SyncEvolutionServer } from '../test/peers/support/syncevolution-server.js';
import type { Scope } from '../test/support/scope.js';
import type { BenchmarkContext } from './benchmark.js';
import { endedChildrenTime } from './process.js';
import { median } from './statistics.js';
import { plantPeople, SyncmlDesk } from './syncml-desk.js';

const PEOPLE = 10_000;
const QUIET_SYNCS = 3;
const LOGIN = { user: 'alice', password: 'secret' };
const CLIENT = 'dev-1';

/** A client with an address book, and a server that has none yet. */
interface Client {
  readonly name: string;
  /** Syncs, and gives the milliseconds that it took and those of its processor time. */
  sync(): Promise<{ readonly wall: number; readonly processor: number }>;
}

/** We bring an address book to SyncEvolution's server, and so does its own client. */
export async function asClient({ scope, tell, note }: BenchmarkContext): Promise<void> {
  const measured = [];
  for (const open of [cradle, syncEvolution]) {
    const sources = [ADDRESS_BOOK];
    const properties = { loglevel: 1 };
    const server = await SyncEvolutionServer.start(scope, { ...LOGIN, deviceId: CLIENT, sources, properties });
    const client = await open(scope, server.url);
    note(`${PEOPLE} contacts of ${client.name} to SyncEvolution's server`);
    const first = await client.sync();
    const arrived = (await readdir(server.program.folder(ADDRESS_BOOK))).length;
    if (arrived !== PEOPLE) throw new Error(`${arrived} contacts of ${client.name} have arrived`);
    const quiet = [];
    for (let run = 0; run < QUIET_SYNCS; run++) quiet.push(await client.sync());
    measured.push({ first, quiet: median(quiet.map(({ processor }) => processor)) });
  }
  const [ours, theirs] = measured;
  if (ours === undefined || theirs === undefined) return;
  const peer = 'SyncEvolution';
  const aim = { of: 'ratio', most: 1 } as const;
  tell({
    name: 'syncml/client-first-wall',
    value: ours.first.wall,
    unit: 'ms',
    peer,
    peerValue: theirs.first.wall,
  });
  tell({
    name: 'syncml/client-first-processor',
    value: ours.first.processor,
    unit: 'ms',
    peer,
    peerValue: theirs.first.processor,
    aim,
  });
  tell({
    name: 'syncml/client-no-change-processor',
    value: ours.quiet,
    unit: 'ms',
    peer,
    peerValue: theirs.quiet,
    aim,
  });
}

async function cradle(scope: Scope, url: string): Promise<Client> {
  const desk = await SyncmlDesk.open(scope, PEOPLE, [`SyncML.ClientId=${CLIENT}`, 'SyncML.Encoding=wbxml']);
  const binding = await desk.subscribe(url, LOGIN.user, LOGIN.password, ADDRESS_BOOK.uri);
  return {
    name: 'Cradle',
    async sync() {
      const before = await desk.processorTime();
      const began = performance.now();
      await desk.session(() => desk.start(binding));
      const wall = performance.now() - began;
      return { wall, processor: ((await desk.processorTime()) - before) * 1_000 };
    },
  };
}

async function syncEvolution(scope: Scope, url: string): Promise<Client> {
  const sources = [ADDRESS_BOOK];
  const properties = { loglevel: 1 };
  const client = await SyncEvolutionClient.create(scope, { ...LOGIN, url, deviceId: CLIENT, sources, properties });
  await plantPeople(client.program.folder(ADDRESS_BOOK), PEOPLE);
  return {
    name: "SyncEvolution's client",
    async sync() {
      const before = await endedChildrenTime();
      const began = performance.now();
      const { code, output, complaints } = await client.sync();
      if (code !== 0) throw new Error(`syncevolution ended with ${code}: ${output}${complaints}`);
      const wall = performance.now() - began;
      return { wall, processor: ((await endedChildrenTime()) - before) * 1_000 };
    },
  };
}
