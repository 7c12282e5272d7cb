import assert from 'node:assert/strict';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Direction, Job, Resolution, Side } from '../src/daemon/sync/job.js';
import { CradleError } from '../src/dbus/errors.js';
import type { ItemRef } from '../src/plugins/contract.js';
import { CardWorld } from './daemon/sync/card-world.js';
import { FolderWorld } from './daemon/sync/folder-world.js';
import { NamelessWorld } from './daemon/sync/nameless-world.js';
import { World } from './daemon/sync/world.js';
import type { Fault, Misbehaviour } from './fakes/faulty-store.js';
import { temporaryFolder } from './support/tmp.js';

/** `CRADLE_SEED=<seed> CRADLE_PATH=<path>` replays what a failure printed. */
const replay = {
  ...(process.env.CRADLE_SEED === undefined ? {} : { seed: Number(process.env.CRADLE_SEED) }),
  ...(process.env.CRADLE_PATH === undefined ? {} : { path: process.env.CRADLE_PATH }),
};
/** `CRADLE_PATIENCE=20` looks twenty times as long. */
const PATIENCE = Number(process.env.CRADLE_PATIENCE ?? 1);

type Deed =
  | { readonly kind: 'write'; readonly side: Side; readonly name: number }
  | { readonly kind: 'twin'; readonly name: number }
  | { readonly kind: 'remove'; readonly side: Side; readonly name: number }
  | { readonly kind: 'touch'; readonly side: Side; readonly name: number }
  | { readonly kind: 'forget-anchors' }
  | { readonly kind: 'card'; readonly attached: boolean }
  | { readonly kind: 'terms'; readonly direction: Direction; readonly unwanted: number }
  | { readonly kind: 'sync'; readonly faults: readonly number[]; readonly late: boolean; readonly crash: number };

const side = fc.constantFrom<Side>('left', 'right');
const name = fc.nat(5);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('write' as const), side, name }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('twin' as const), name }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('remove' as const), side, name }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('touch' as const), side, name }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget-anchors' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('sync' as const),
      faults: fc.array(fc.nat(20), { maxLength: 24 }),
      late: fc.boolean(),
      crash: fc.nat(40),
    }),
  },
);

/** As above, by people who also change their minds about direction and filter. */
const fickleDeed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 8, arbitrary: deed },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('terms' as const),
      direction: fc.constantFrom<Direction>('both', 'to-left', 'to-right'),
      unwanted: fc.nat(63),
    }),
  },
);

/** As above, with a device whose card comes and goes. */
const cardDeed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 8, arbitrary: deed },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('card' as const), attached: fc.boolean() }) },
);

const FAULTS: readonly Fault[] = ['refuse', 'cut', 'lose', 'vanish'];

/** What people did, and which contents nobody has taken away on purpose. */
class People {
  readonly world: World;
  readonly #alive = new Set<string>();
  #counter = 0;

  constructor(world: World) {
    this.world = world;
  }

  get alive(): readonly string[] {
    return [...this.#alive];
  }

  do(deed: Exclude<Deed, { kind: 'sync' }>): void {
    if (deed.kind === 'card') {
      if (this.world instanceof CardWorld) this.world.card(deed.attached);
      return;
    }
    if (deed.kind === 'terms') {
      const { direction, unwanted } = deed;
      const wanted = ({ name }: ItemRef) => ((unwanted >> Number(/\d/.exec(name ?? '')?.[0])) & 1) === 0;
      this.world.terms = { ...this.world.terms, direction, wanted, terms: String(unwanted) };
      return;
    }
    if (deed.kind === 'forget-anchors') {
      const { agreement } = this.world.mapping;
      if (agreement !== undefined) this.world.mapping.agree({ ...agreement, anchors: undefined }, undefined);
      return;
    }
    const name = `item ${deed.name}.bin`;
    const side = deed.kind === 'twin' ? 'right' : deed.side;
    if (this.world instanceof CardWorld && !this.world.reaches(side, name)) return;
    if (deed.kind === 'twin') {
      const content = this.#content();
      // Where nothing has a name, two that are there already are two items, and stay two.
      if (this.world instanceof NamelessWorld && this.world.left.size + this.world.right.size > 0) return;
      for (const each of ['left', 'right'] as const) this.#write(each, name, content);
      return;
    }
    const content = this.world.content(deed.side, name);
    if (deed.kind === 'write') this.#write(deed.side, name, this.#content());
    else if (content === undefined) return;
    else if (deed.kind === 'touch') this.world.put(deed.side, name, content);
    else {
      this.#alive.delete(content);
      this.world.remove(deed.side, name);
    }
  }

  #content(): string {
    // Some have one size: then only their digests tell them apart.
    this.#counter++;
    return `content ${String(this.#counter).padStart(this.#counter % 3 === 0 ? 1 : 4, '0')}`;
  }

  #write(side: Side, name: string, content: string): void {
    const before = this.world.content(side, name);
    if (before !== undefined) this.#alive.delete(before);
    this.#alive.add(content);
    this.world.put(side, name, content);
  }
}

class Crash extends Error {}

/** A session with what goes wrong in it; whatever it was, the world goes on. */
async function stormySync(world: World, { faults, late, crash }: Extract<Deed, { kind: 'sync' }>): Promise<void> {
  const script = [...faults];
  let moments = 0;
  const misbehaviour: Misbehaviour = {
    late,
    fault: (moment) => {
      const fault = FAULTS[script.shift() ?? FAULTS.length];
      // What has no name is known by its content alone: if that cannot be read again and again, it is taken for new.
      return moment === 'read' && fault !== 'cut' && world instanceof NamelessWorld ? undefined : fault;
    },
    before: () => {
      if (++moments !== crash) return;
      world.state.close();
      throw new Crash();
    },
  };
  const before = { left: world.held('left'), right: world.held('right') };
  try {
    await world.sync({ left: misbehaviour, right: misbehaviour }, { allowMassDeletion: true });
  } catch (error) {
    if (moments >= crash && crash > 0) world.restart();
    else assert.ok(error instanceof CradleError && error.code === 'NotConnected', String(error));
  }
  const { direction } = world.terms;
  if (direction === 'to-right') assert.deepEqual(world.held('left'), before.left, 'the desktop was not touched');
  if (direction === 'to-left') assert.deepEqual(world.held('right'), before.right, 'the device was not touched');
}

/** Syncs in peace until nothing is left to do. */
async function settle(world: World): Promise<void> {
  for (let round = 0; round < 5; round++) {
    const { plan, refusedCount } = await world.sync({}, { allowMassDeletion: true });
    assert.equal(refusedCount, 0, 'nothing is refused in peace');
    if (plan.steps.length === 0) return;
  }
  assert.fail('the sides never come to rest');
}

function assertAgreement(people: People): void {
  const { world } = people;
  const left = world.held('left');
  assert.deepEqual(world.held('right'), left, 'both sides hold the same');
  const names = left.flatMap(([name]) => name ?? []);
  assert.equal(new Set(names).size, names.length, `no name twice: ${names}`);
  const contents = left.map(([, content]) => content);
  // A conflict that was interrupted, and one of whose sides was then removed by hand, may leave the copy and the original.
  const originals = left.filter(([name]) => !name?.includes(' (device')).map(([, content]) => content);
  assert.equal(new Set(originals).size, originals.length, `no content twice: ${originals}`);
  const kept = new Set([...contents, ...world.attic.copies.map(({ content }) => content)]);
  for (const content of people.alive) assert.ok(kept.has(content), `${content} is lost`);
  assert.equal(world.mapping.size, left.length, 'every item is half of a pair');
  assert.deepEqual(world.mapping.intents(), [], 'no intent is left');
}

const KINDS = {
  memory: { deed, runs: 400, milliseconds: 2_000, make: (folder: string) => new World(join(folder, 'cradle.db')) },
  'changing terms': {
    deed: fickleDeed,
    runs: 400,
    milliseconds: 1_200,
    make: (folder: string) => new World(join(folder, 'cradle.db')),
  },
  'a card that comes and goes': {
    deed: cardDeed,
    runs: 400,
    milliseconds: 1_200,
    make: (folder: string) => new CardWorld(join(folder, 'cradle.db')),
  },
  nameless: {
    deed,
    runs: 200,
    milliseconds: 1_200,
    make: (folder: string) => new NamelessWorld(join(folder, 'cradle.db')),
  },
  folder: { deed, runs: 100, milliseconds: 1_200, make: (folder: string) => new FolderWorld(folder) },
} as const;

for (const [kind, { deed, runs, milliseconds, make }] of Object.entries(KINDS))
  for (const resolution of ['both', 'left', 'right'] as const satisfies readonly Resolution[])
    test(`random deeds and mishaps end with both sides equal and nothing lost (${kind}, conflicts: ${resolution})`, async (t) => {
      const folder = await temporaryFolder(t);
      let run = 0;
      const property = fc.asyncProperty(fc.array(deed, { maxLength: 40, size: 'max' }), async (deeds) => {
        const place = join(folder, String(run++));
        await mkdir(place);
        const world = make(place);
        const terms: Partial<Job> = { policy: () => resolution };
        world.terms = terms;
        const people = new People(world);
        try {
          for (const each of deeds)
            if (each.kind === 'sync') await stormySync(world, each);
            else people.do(each);
          world.terms = terms;
          if (world instanceof CardWorld) world.card(true);
          await settle(world);
          assertAgreement(people);
        } finally {
          world.state.close();
          await rm(place, { recursive: true });
        }
      });
      await fc.assert(property, {
        numRuns: runs * PATIENCE,
        interruptAfterTimeLimit: milliseconds * PATIENCE,
        markInterruptAsFailure: false,
        includeErrorInReport: true,
        ...replay,
      });
      t.diagnostic(`${run} runs`);
    });
