import { type Draft, widowOf } from './draft.js';
import { other, type Side } from './job.js';
import type { Ledger } from './ledger.js';
import type { Intent, Known, Pair } from './mapping.js';
import { type Reading, Unreadable } from './reading.js';
import type { Scan, Sight } from './scan.js';

type Scans = Readonly<Record<Side, Scan>>;
type PutIntent = Extract<Intent, { kind: 'put' }>;
type RemoveIntent = Extract<Intent, { kind: 'remove' }>;

/**
 * Recognises what an interrupted session did and could not note down: a copy it made is the other half of a pair, an
 * item it removed is no deletion by a person. Comes before everything else, and corrects scans and ledger.
 */
export async function recognise(
  intents: readonly Intent[],
  scans: Scans,
  ledger: Ledger,
  reading: Reading,
  draft: Draft,
): Promise<void> {
  const newcomers = new Newcomers(scans, reading);
  for (const intent of intents) {
    if (intent.kind === 'remove') recogniseRemoval(intent, scans, ledger, draft);
    else await recogniseCopy(intent, scans, ledger, reading, newcomers, draft);
  }
}

function recogniseRemoval({ side, ref }: RemoveIntent, scans: Scans, ledger: Ledger, draft: Draft): void {
  const pair = ledger.find(side, ref.id);
  // Another revision: the id has been used again since, and whoever removed that was not us.
  if (pair === undefined || pair[side].ref.revision !== ref.revision || !scans[side].gone.has(ref.id)) return;
  const gone = scans[other(side)].gone.has(pair[other(side)].ref.id);
  ledger.part(pair);
  free(pair, undefined, scans);
  const half = scans[other(side)].fresh.get(pair[other(side)].ref.id)?.ref ?? pair[other(side)].ref;
  const widow = gone ? undefined : widowOf(other(side), half);
  draft.part('left', pair.left.ref.id, widow);
}

async function recogniseCopy(
  { side, from, digest, over }: PutIntent,
  scans: Scans,
  ledger: Ledger,
  reading: Reading,
  newcomers: Newcomers,
  draft: Draft,
): Promise<void> {
  // A body that was never read to its end was never stored.
  if (digest === undefined) return;
  const noted = ledger.find(other(side), from.id)?.[other(side)];
  if (noted?.digest === digest && noted.ref.revision === from.revision) return;
  const scan = scans[side];
  const written =
    over === undefined
      ? await newcomers.find(side, digest, from.name, from.size)
      : await verified(scan.moved.get(over.id) ?? scan.fresh.get(over.id), side, digest, reading);
  if (written === undefined) return;
  const source: Known = { ref: from, digest };
  const copy: Known = { ref: written.ref, digest };
  const pair: Pair = side === 'left' ? { left: copy, right: source } : { left: source, right: copy };
  const origin = scans[other(side)];
  const before = origin.moved.get(from.id) ?? origin.fresh.get(from.id);
  const mapped = noted?.ref;
  for (const former of ledger.adopt(pair)) free(former, pair, scans);
  scan.fresh.delete(written.ref.id);
  scan.moved.delete(written.ref.id);
  scan.gone.delete(written.ref.id);
  origin.fresh.delete(from.id);
  // As it stands now against what was copied: a delta that says nothing of an item nobody knew means it has gone again.
  const now: Sight | undefined =
    before ?? (mapped === undefined || origin.gone.has(from.id) ? undefined : { ref: mapped });
  origin.moved.delete(from.id);
  if (now === undefined) {
    if (origin.attached(from.volume)) origin.gone.add(from.id);
  } else if (now.ref.revision !== from.revision) origin.moved.set(from.id, now);
  draft.join(pair.left, pair.right, 'own-hand');
}

/** Lets the halves of a former pair that are still there stand for themselves. */
function free(former: Pair, pair: Pair | undefined, scans: Scans): void {
  for (const side of ['left', 'right'] as const) {
    const { ref } = former[side];
    if (pair?.[side].ref.id === ref.id) continue;
    const scan = scans[side];
    const sight = scan.moved.get(ref.id) ?? { ref };
    scan.moved.delete(ref.id);
    scan.unwanted.delete(ref.id);
    if (!scan.gone.delete(ref.id) && scan.attached(sight.ref.volume)) scan.fresh.set(ref.id, sight);
  }
}

async function verified(
  sight: Sight | undefined,
  side: Side,
  digest: string,
  reading: Reading,
): Promise<Sight | undefined> {
  return sight !== undefined && (await digestOrNothing(reading, side, sight)) === digest ? sight : undefined;
}

async function digestOrNothing(reading: Reading, side: Side, sight: Sight): Promise<string | undefined> {
  try {
    return await reading.digest(side, sight);
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

/** Finds, among items nobody knows, the one a session has written: by its name, or where one has none by its size. */
class Newcomers {
  readonly #scans: Scans;
  readonly #reading: Reading;
  /** By side and name, made when first needed: there may be as many intents as items. */
  #named: Readonly<Record<Side, ReadonlyMap<string | undefined, readonly Sight[]>>> | undefined;

  constructor(scans: Scans, reading: Reading) {
    this.#scans = scans;
    this.#reading = reading;
  }

  async find(
    side: Side,
    digest: string,
    name: string | undefined,
    size: number | undefined,
  ): Promise<Sight | undefined> {
    const { fresh } = this.#scans[side];
    for (const sight of this.#likely(side, name)) {
      const { ref } = sight;
      const fits = size === undefined || ref.size === undefined || ref.size === size;
      if (!fits || !fresh.has(ref.id)) continue;
      if ((await digestOrNothing(this.#reading, side, sight)) === digest) return sight;
    }
    return undefined;
  }

  *#likely(side: Side, name: string | undefined): Generator<Sight> {
    this.#named ??= { left: byName(this.#scans.left), right: byName(this.#scans.right) };
    const named = this.#named[side];
    yield* named.get(name) ?? [];
    if (name !== undefined) yield* named.get(undefined) ?? [];
    else for (const sights of named.values()) yield* sights;
  }
}

function byName(scan: Scan): ReadonlyMap<string | undefined, readonly Sight[]> {
  const named = new Map<string | undefined, Sight[]>();
  for (const sight of scan.fresh.values()) {
    const sights = named.get(sight.ref.name);
    if (sights === undefined) named.set(sight.ref.name, [sight]);
    else sights.push(sight);
  }
  return named;
}
