import assert from 'node:assert/strict';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Resolution, Side } from '../../../src/daemon/sync/job.js';
import { CradleError } from '../../../src/dbus/errors.js';
import type { Misbehaviour } from '../../fakes/faulty-store.js';
import { temporaryFolder } from '../../support/tmp.js';
import type { PhoneMood } from './far-phone.js';
import { note, PhoneWorld } from './phone-world.js';

/** `CRADLE_SEED=<seed> CRADLE_PATH=<path>` replays what a failure printed. */
const replay = {
  ...(process.env.CRADLE_SEED === undefined ? {} : { seed: Number(process.env.CRADLE_SEED) }),
  ...(process.env.CRADLE_PATH === undefined ? {} : { path: process.env.CRADLE_PATH }),
};
/** `CRADLE_PATIENCE=20` looks twenty times as long. */
const PATIENCE = Number(process.env.CRADLE_PATIENCE ?? 1);

interface Touch {
  readonly kind: 'edit' | 'remove';
  readonly side: Side;
  readonly index: number;
}

type Deed =
  | { readonly kind: 'add'; readonly side: Side }
  | { readonly kind: 'twin'; readonly side: Side }
  | Touch
  | { readonly kind: 'renumber' }
  | { readonly kind: 'forget' }
  | { readonly kind: 'sync'; readonly mood: PhoneMood; readonly left: readonly number[]; readonly crash: number };

const side = fc.constantFrom<Side>('left', 'right');
const mood: fc.Arbitrary<PhoneMood> = fc.record(
  {
    batch: fc.integer({ min: 1, max: 4 }),
    cutAfter: fc.nat(12),
    doesTheLast: fc.boolean(),
    losesEnd: fc.boolean(),
    maps: fc.constantFrom('at-once' as const, 'late' as const, 'never' as const),
    resumes: fc.boolean(),
    room: fc.integer({ min: 2, max: 12 }),
  },
  { requiredKeys: [] },
);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('add' as const), side }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('twin' as const), side }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('edit' as const, 'remove' as const), side, index: fc.nat(9) }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Deed>({ kind: 'renumber' }, { kind: 'forget' }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('sync' as const),
      mood,
      left: fc.array(fc.nat(16), { maxLength: 10 }),
      crash: fc.nat(30),
    }),
  },
);

/** What people did, and how often each content must be there at the end at least. */
class People {
  readonly world: PhoneWorld;
  readonly #alive = new Map<string, number>();
  #counter = 0;

  constructor(world: PhoneWorld) {
    this.world = world;
  }

  get alive(): ReadonlyMap<string, number> {
    return this.#alive;
  }

  do(deed: Exclude<Deed, { kind: 'sync' }>): void {
    const { phone } = this.world;
    if (deed.kind === 'renumber') phone.renumber();
    else if (deed.kind === 'forget') phone.forget();
    else if (deed.kind === 'add') this.#add(deed.side, this.#content(`item ${++this.#counter}`));
    else if (deed.kind === 'twin') {
      // Two equal ones on one side are two.
      const content = this.#content(`twin ${++this.#counter}`);
      this.#add(deed.side, content);
      this.#add(deed.side, content);
    } else this.#touch(deed);
  }

  #add(side: Side, content: string): void {
    this.#count(content, 1);
    if (side === 'right') this.world.phone.add(note(content));
    else this.world.write(content);
  }

  #touch({ kind, side, index }: Touch): void {
    const { phone, desktop } = this.world;
    const [luid, held] = (side === 'right' ? [...phone.items][index] : undefined) ?? [];
    const kept = side === 'left' ? [...desktop.present()][index] : undefined;
    const bytes = held?.content.bytes ?? kept?.bytes;
    if (bytes === undefined) return;
    const before = Buffer.from(bytes).toString();
    const after = this.#content(before);
    this.#count(before, -1);
    if (kind === 'edit') this.#count(after, 1);
    if (luid !== undefined && kind === 'remove') phone.remove(luid);
    else if (luid !== undefined) phone.edit(luid, note(after));
    else if (kept !== undefined && kind === 'remove') desktop.remove(kept.ref.id);
    else if (kept !== undefined) this.world.write(after, kept.ref.id);
  }

  /** A new version; its first line stays, as a contact's name does. */
  #content(of: string): string {
    return `${of.split('\n')[0]}\nversion ${++this.#counter}.`;
  }

  #count(content: string, by: number): void {
    const count = Math.max((this.#alive.get(content) ?? 0) + by, 0);
    if (count === 0) this.#alive.delete(content);
    else this.#alive.set(content, count);
  }
}

class Crash extends Error {}

async function stormySync(world: PhoneWorld, { mood, left, crash }: Extract<Deed, { kind: 'sync' }>): Promise<void> {
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

async function settle(world: PhoneWorld): Promise<void> {
  let quiet = 0;
  for (let round = 0; round < 8; round++) {
    const before = JSON.stringify(world.phone.contents);
    const { plan, refused } = await world.sync();
    // What a telephone has never named is asked for before it can be changed.
    if (round > 1) assert.deepEqual(refused, [], 'nothing is refused in peace');
    // Once is not enough: a quiet session may have learnt that the next one has to look at everything.
    quiet = plan.steps.length === 0 && before === JSON.stringify(world.phone.contents) ? quiet + 1 : 0;
    if (quiet === 2) return;
  }
  assert.fail('the sides never come to rest');
}

const counted = (contents: readonly string[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const content of contents) counts.set(content, (counts.get(content) ?? 0) + 1);
  return counts;
};

function assertAgreement({ world, alive }: People): void {
  const held = world.desktopContents;
  assert.deepEqual(world.phone.contents, held, 'both sides hold the same');
  const counts = counted([...held, ...world.attic.copies.map(({ content }) => content)]);
  for (const [content] of alive) assert.ok(counts.has(content), `${content} is lost`);
  for (const [content, count] of counted(held)) {
    const most = content.startsWith('twin') ? 2 : 1;
    assert.ok(count <= most, `${content} is there ${count} times`);
  }
  assert.equal(world.mapping.size, held.length, 'every item is half of a pair');
  assert.deepEqual(world.mapping.intents(), [], 'no intent is left');
}

for (const resolution of ['both', 'left', 'right'] as const satisfies readonly Resolution[])
  test(`a telephone, its replica and the desktop agree in the end, and nothing is lost or doubled (conflicts: ${resolution})`, async (t) => {
    const folder = await temporaryFolder(t);
    let run = 0;
    const property = fc.asyncProperty(fc.array(deed, { maxLength: 30, size: 'max' }), async (deeds) => {
      const place = join(folder, String(run++));
      await mkdir(place);
      const world = new PhoneWorld(place);
      world.terms = { policy: () => resolution };
      const people = new People(world);
      try {
        for (const each of deeds)
          if (each.kind === 'sync') await stormySync(world, each);
          else people.do(each);
        await settle(world);
        assertAgreement(people);
      } finally {
        world.close();
        await rm(place, { recursive: true });
      }
    });
    await fc.assert(property, {
      numRuns: 200 * PATIENCE,
      interruptAfterTimeLimit: 6_000 * PATIENCE,
      markInterruptAsFailure: false,
      includeErrorInReport: true,
      ...replay,
    });
    t.diagnostic(`${run} runs`);
  });
