import { clash, sameContent } from './clash.js';
import { type Draft, newsOf } from './draft.js';
import type { ForkNames } from './fork-names.js';
import type { FirstSync, Job, Side } from './job.js';
import { isResized, isText } from './look.js';
import { inParallel, type Reading, Unreadable } from './reading.js';
import type { Scan, Sight } from './scan.js';

/** Items read at once while comparing. */
const READERS = 8;

interface Meeting {
  readonly job: Job;
  readonly scans: Readonly<Record<Side, Scan>>;
  readonly reading: Reading;
  readonly draft: Draft;
  readonly names: ForkNames;
  /** Undefined once a first sync has run through. */
  readonly firstSync: FirstSync | undefined;
}

/** Brings items together that nobody has paired yet: by name, then by content; what is left goes across. */
export async function matchFresh(meeting: Meeting): Promise<void> {
  const left = wantedOf(meeting, 'left');
  const right = wantedOf(meeting, 'right');
  const clashing = left.size > 0 && right.size > 0 ? await matchNames(meeting, left, right) : [];
  if (left.size > 0 && right.size > 0) await matchContents(meeting, left, right);
  for (const [mine, theirs] of clashing) await meetClash(meeting, mine, theirs);
  for (const sight of left.values()) putAcross(meeting, 'left', sight);
  for (const sight of right.values()) putAcross(meeting, 'right', sight);
}

/** What the filter leaves out stays where it is: a device's own item is nobody's to remove. */
function wantedOf({ job, scans, draft }: Meeting, side: Side): Map<string, Sight> {
  const wanted = new Map<string, Sight>();
  for (const [id, sight] of scans[side].fresh)
    if (scans[side].attached(sight.ref.volume) && job.wanted(sight.ref)) wanted.set(id, sight);
    else draft.leave(newsOf(side, id, sight));
  return wanted;
}

/** Joins what has one name and one content, and gives back what has one name and two. */
async function matchNames(
  { reading, draft }: Meeting,
  left: Map<string, Sight>,
  right: Map<string, Sight>,
): Promise<readonly (readonly [Sight, Sight])[]> {
  const named = new Map<string, Sight>();
  for (const sight of right.values()) if (sight.ref.name !== undefined) named.set(sight.ref.name, sight);
  const clashing: (readonly [Sight, Sight])[] = [];
  await inParallel([...left.values()], READERS, async (mine) => {
    const theirs = mine.ref.name === undefined ? undefined : named.get(mine.ref.name);
    if (theirs === undefined || mine.ref.name === undefined) return;
    named.delete(mine.ref.name);
    left.delete(mine.ref.id);
    right.delete(theirs.ref.id);
    try {
      const same = await sameContent(reading, mine, theirs);
      if (same === undefined) draft.postpone(newsOfBoth(mine, theirs), 'right');
      else if (same) joinSame(draft, mine, theirs);
      else clashing.push([mine, theirs]);
    } catch (error) {
      postpone(draft, [mine, theirs], error);
    }
  });
  return clashing;
}

/** Joins what says the same under any name. Files of different names are different files, whatever they hold. */
async function matchContents(
  { reading, draft }: Meeting,
  left: Map<string, Sight>,
  right: Map<string, Sight>,
): Promise<void> {
  const theirs = await likenesses(reading, 'right', right, left);
  const mine = await likenesses(reading, 'left', left, right);
  for (const [key, sights] of mine.alike)
    for (const one of sights) {
      const candidates = theirs.alike.get(key) ?? [];
      const at = candidates.findIndex((other) => isLoose(one) || isLoose(other));
      const [other] = at < 0 ? [] : candidates.splice(at, 1);
      if (other === undefined) continue;
      if (!(await reading.digest('left', one)) || !(await reading.digest('right', other))) continue;
      left.delete(one.ref.id);
      right.delete(other.ref.id);
      joinSame(draft, one, other);
    }
  postponeUnknown(draft, 'right', right, left, theirs.unknown);
  postponeUnknown(draft, 'left', left, right, mine.unknown);
}

/** What could not be read may be the same as something over there: that waits too, once, lest it be doubled. */
function postponeUnknown(
  draft: Draft,
  side: Side,
  sights: Map<string, Sight>,
  opposite: Map<string, Sight>,
  unknown: ReadonlyMap<Sight, string | undefined>,
): void {
  for (const [sight, reason] of unknown) {
    sights.delete(sight.ref.id);
    draft.postpone(newsOf(side, sight.ref.id, sight), side === 'left' ? 'right' : 'left', reason);
    if (sight.retried) continue;
    for (const other of [...opposite.values()]) {
      if (!isLoose(sight) && !isLoose(other)) continue;
      if (isResized(sight.ref, other.ref) && !(mayBeText(sight) && mayBeText(other))) continue;
      opposite.delete(other.ref.id);
      draft.postpone(newsOf(side === 'left' ? 'right' : 'left', other.ref.id, other), side);
    }
  }
}

/** Whether it may be the same item under another name, or has none. */
const isLoose = ({ ref }: Sight): boolean => ref.name === undefined || isText(ref);

interface Likenesses {
  readonly alike: ReadonlyMap<string, Sight[]>;
  /** Those that could not be read, with the reason; undefined: they were not there. */
  readonly unknown: ReadonlyMap<Sight, string | undefined>;
}

async function likenesses(
  reading: Reading,
  side: Side,
  sights: ReadonlyMap<string, Sight>,
  opposite: ReadonlyMap<string, Sight>,
): Promise<Likenesses> {
  let looseThere = false;
  let textThere = false;
  const sizes = new Set<number | undefined>();
  for (const sight of opposite.values()) {
    looseThere ||= isLoose(sight);
    textThere ||= isLoose(sight) && mayBeText(sight);
    sizes.add(sight.ref.size);
  }
  const alike = new Map<string, Sight[]>();
  const unknown = new Map<Sight, string | undefined>();
  await inParallel([...sights.values()], READERS, async (sight) => {
    if (!looseThere && !isLoose(sight)) return;
    // Big files are read only when some item over there has their size; texts have many sizes for one content.
    const text = mayBeText(sight) && textThere;
    if (!text && sight.ref.size !== undefined && !sizes.has(sight.ref.size) && !sizes.has(undefined)) return;
    try {
      const key = await reading.likeness(side, sight);
      const known = key === undefined ? undefined : alike.get(key);
      if (key === undefined) unknown.set(sight, undefined);
      else if (known === undefined) alike.set(key, [sight]);
      else known.push(sight);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      unknown.set(sight, error.message);
    }
  });
  return { alike, unknown };
}

/** A nameless item may be anything, unless it is too long for a card. */
const mayBeText = ({ ref }: Sight): boolean =>
  isText(ref) || (ref.name === undefined && (ref.size === undefined || ref.size < 256 * 1024));

function joinSame(draft: Draft, mine: Sight, theirs: Sight): void {
  if (mine.digest !== undefined && theirs.digest !== undefined)
    draft.join({ ref: mine.ref, digest: mine.digest }, { ref: theirs.ref, digest: theirs.digest }, 'same');
}

async function meetClash({ job, reading, draft, names, firstSync }: Meeting, left: Sight, right: Sight): Promise<void> {
  const news = newsOfBoth(left, right);
  try {
    if (firstSync === 'keep-left') draft.put('right', left, right.ref, { why: 'conflict', keep: true, news });
    else if (firstSync === 'keep-right') draft.put('left', right, left.ref, { why: 'conflict', keep: true, news });
    else await clash(job, reading, draft, names, { left, right, news });
  } catch (error) {
    postpone(draft, [left, right], error);
  }
}

function putAcross({ draft, firstSync }: Meeting, from: Side, sight: Sight): void {
  const news = newsOf(from, sight.ref.id, sight);
  const kept = firstSync === 'keep-left' ? 'left' : firstSync === 'keep-right' ? 'right' : undefined;
  if (sight.surplus || (kept !== undefined && kept !== from)) {
    const surplus = news.map((each) => ({ ...each, surplus: true as const }));
    draft.remove(from, sight.ref, { why: 'surplus', mapped: undefined, keep: true, news: surplus });
  } else draft.put(from === 'left' ? 'right' : 'left', sight, undefined, { why: 'new', news });
}

function postpone(draft: Draft, [left, right]: readonly [Sight, Sight], error: unknown): void {
  if (!(error instanceof Unreadable)) throw error;
  draft.postpone(newsOfBoth(left, right), 'right', error.message);
}

const newsOfBoth = (left: Sight, right: Sight) => [
  ...newsOf('left', left.ref.id, left),
  ...newsOf('right', right.ref.id, right),
];
