import assert from 'node:assert/strict';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import fc from 'fast-check';
import type { Resolution, Side } from '../../../src/daemon/sync/job.js';
import { CradleError } from '../../../src/dbus/errors.js';
import type { Content } from '../../../src/plugins/syncml/dialogue/conversation.js';
import type { Misbehaviour } from '../../fakes/faulty-store.js';
import { temporaryFolder } from '../../support/tmp.js';
import { type DeskWorld, note } from './desk-world.js';

/** `CRADLE_SEED=<seed> CRADLE_PATH=<path>` replays what a failure printed. */
const replay = {
  ...(process.env.CRADLE_SEED === undefined ? {} : { seed: Number(process.env.CRADLE_SEED) }),
  ...(process.env.CRADLE_PATH === undefined ? {} : { path: process.env.CRADLE_PATH }),
};
/** `CRADLE_PATIENCE=20` looks twenty times as long. */
const PATIENCE = Number(process.env.CRADLE_PATIENCE ?? 1);
const RUNS = 200;
const MILLISECONDS = 4_000;

/** What people do to a device behind our back. */
export interface Far {
  readonly items: ReadonlyMap<string, { readonly content: Content }>;
  readonly contents: readonly string[];
  add(content: Content): void;
  edit(name: string, content: Content): void;
  remove(name: string): void;
  /** Mishaps that are its own: all under other names, nothing known of us. */
  readonly mishaps: Readonly<Record<string, () => void>>;
}

/** A world with its device, as it is made for one run. */
export interface Setting<Mood> {
  readonly world: DeskWorld<Mood>;
  readonly far: Far;
  readonly peaceful: Mood;
}

type Deed<Mood> =
  | { readonly kind: 'add' | 'twin'; readonly side: Side }
  | { readonly kind: 'edit' | 'remove'; readonly side: Side; readonly index: number }
  | { readonly kind: 'mishap'; readonly which: string }
  | { readonly kind: 'sync'; readonly mood: Mood; readonly left: readonly number[]; readonly crash: number };

function deeds<Mood>(mood: fc.Arbitrary<Mood>, mishaps: readonly string[]): fc.Arbitrary<Deed<Mood>[]> {
  const side = fc.constantFrom<Side>('left', 'right');
  const kindOf = <const K extends string>(...kinds: K[]): fc.Arbitrary<K> => fc.constantFrom(...kinds);
  const deed = fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: kindOf('add'), side }) },
    { weight: 1, arbitrary: fc.record({ kind: kindOf('twin'), side }) },
    { weight: 4, arbitrary: fc.record({ kind: kindOf('edit', 'remove'), side, index: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ kind: kindOf('mishap'), which: kindOf(...mishaps) }) },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: kindOf('sync'),
        mood,
        left: fc.array(fc.nat(16), { maxLength: 10 }),
        crash: fc.nat(30),
      }),
    },
  );
  return fc.array(deed, { maxLength: 30, size: 'max' });
}

/** What people did, and how often each content must be there at the end at least. */
class People<Mood> {
  readonly #setting: Setting<Mood>;
  readonly alive = new Map<string, number>();
  #counter = 0;

  constructor(setting: Setting<Mood>) {
    this.#setting = setting;
  }

  do(deed: Exclude<Deed<Mood>, { kind: 'sync' }>): void {
    if (deed.kind === 'mishap') this.#setting.far.mishaps[deed.which]?.();
    else if (deed.kind === 'add') this.#add(deed.side, this.#content(`item ${++this.#counter}`));
    else if (deed.kind === 'twin') {
      // Two equal ones on one side are two.
      const content = this.#content(`twin ${++this.#counter}`);
      this.#add(deed.side, content);
      this.#add(deed.side, content);
    } else if ('index' in deed) this.#touch(deed);
  }

  #add(side: Side, content: string): void {
    this.#count(content, 1);
    if (side === 'right') this.#setting.far.add(note(content));
    else this.#setting.world.write(content);
  }

  #touch({ kind, side, index }: Extract<Deed<Mood>, { readonly index: number }>): void {
    const { far, world } = this.#setting;
    const [name, held] = (side === 'right' ? [...far.items][index] : undefined) ?? [];
    const kept = side === 'left' ? [...world.desktop.present()][index] : undefined;
    const bytes = held?.content.bytes ?? kept?.bytes;
    if (bytes === undefined) return;
    const before = Buffer.from(bytes).toString();
    const after = this.#content(before);
    this.#count(before, -1);
    if (kind === 'edit') this.#count(after, 1);
    if (name !== undefined && kind === 'remove') far.remove(name);
    else if (name !== undefined) far.edit(name, note(after));
    else if (kept !== undefined && kind === 'remove') world.desktop.remove(kept.ref.id);
    else if (kept !== undefined) world.write(after, kept.ref.id);
  }

  /** A new version; its first line stays, as a contact's name does. */
  #content(of: string): string {
    return `${of.split('\n')[0]}\nversion ${++this.#counter}.`;
  }

  #count(content: string, by: number): void {
    const count = Math.max((this.alive.get(content) ?? 0) + by, 0);
    if (count === 0) this.alive.delete(content);
    else this.alive.set(content, count);
  }
}

class Crash extends Error {}

/** A session with what goes wrong in it; whatever it was, the world goes on. */
async function stormySync<Mood>(
  world: DeskWorld<Mood>,
  { mood, left, crash }: Extract<Deed<Mood>, { kind: 'sync' }>,
): Promise<void> {
  const script = [...left];
  let moments = 0;
  let crashed = false;
  const before = (): void => {
    if (++moments !== crash) return;
    crashed = true;
    throw new Crash();
  };
  const faults = ['refuse', 'cut', 'lose'] as const;
  const desktop: Misbehaviour = { before, fault: () => faults[script.shift() ?? faults.length] };
  try {
    await world.sync(mood, { left: desktop, right: { before }, crashed: () => crashed });
  } catch (error) {
    if (crashed) world.restart();
    else assert.ok(error instanceof CradleError && error.code === 'NotConnected', String(error));
  }
}

/** Syncs in peace until nothing is left to do. */
async function settle<Mood>({ world, far, peaceful }: Setting<Mood>): Promise<void> {
  let quiet = 0;
  for (let round = 0; round < 8; round++) {
    const before = JSON.stringify(far.contents);
    const { plan, refused } = await world.sync(peaceful);
    // What a telephone has never named is asked for before it can be changed.
    if (round > 1) assert.deepEqual(refused, [], 'nothing is refused in peace');
    // Once is not enough: a quiet session may have learnt that the next one has to look at everything.
    quiet = plan.steps.length === 0 && before === JSON.stringify(far.contents) ? quiet + 1 : 0;
    if (quiet === 2) return;
  }
  assert.fail('the sides never come to rest');
}

const counted = (contents: readonly string[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const content of contents) counts.set(content, (counts.get(content) ?? 0) + 1);
  return counts;
};

function assertAgreement<Mood>({ world, far }: Setting<Mood>, alive: ReadonlyMap<string, number>): void {
  const held = world.desktopContents;
  assert.deepEqual(far.contents, held, 'both sides hold the same');
  const counts = counted([...held, ...world.attic.copies.map(({ content }) => content)]);
  for (const [content, count] of alive)
    assert.ok((counts.get(content) ?? 0) >= count, `of ${count} ${content} there are ${counts.get(content) ?? 0}`);
  for (const [content, count] of counted(held)) {
    const most = content.startsWith('twin') ? 2 : 1;
    assert.ok(count <= most, `${content} is there ${count} times`);
  }
  assert.equal(world.mapping.size, held.length, 'every item is half of a pair');
  assert.deepEqual(world.mapping.intents(), [], 'no intent is left');
}

export interface Story<Mood> {
  make(folder: string): Setting<Mood>;
  readonly mood: fc.Arbitrary<Mood>;
  readonly mishaps: readonly string[];
}

/** Random deeds and mishaps end with both sides equal, nothing lost and nothing doubled. */
export async function converges<Mood>(t: TestContext, story: Story<Mood>, resolution: Resolution): Promise<void> {
  const folder = await temporaryFolder(t);
  let run = 0;
  const property = fc.asyncProperty(deeds(story.mood, story.mishaps), async (all) => {
    const place = join(folder, String(run++));
    await mkdir(place);
    const setting = story.make(place);
    const { world } = setting;
    world.terms = { policy: () => resolution };
    const people = new People(setting);
    try {
      for (const each of all)
        if (each.kind === 'sync') await stormySync(world, each);
        else people.do(each);
      await settle(setting);
      assertAgreement(setting, people.alive);
    } finally {
      world.close();
      await rm(place, { recursive: true });
    }
  });
  await fc.assert(property, {
    numRuns: RUNS * PATIENCE,
    interruptAfterTimeLimit: MILLISECONDS * PATIENCE,
    markInterruptAsFailure: false,
    includeErrorInReport: true,
    ...replay,
  });
  t.diagnostic(`${run} runs`);
}
