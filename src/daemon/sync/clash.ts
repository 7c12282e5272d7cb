import type { ItemId } from '../../plugins/contract.js';
import type { Draft } from './draft.js';
import type { ForkNames } from './fork-names.js';
import { type Job, other } from './job.js';
import { isResized, isText } from './look.js';
import type { Pending } from './mapping.js';
import type { Reading } from './reading.js';
import { resolve } from './resolve.js';
import type { Sight } from './scan.js';

/** Two versions of one item, and what to remember of them should they stay two. */
export interface Versions {
  readonly left: Sight;
  readonly right: Sight;
  readonly news: readonly Pending[];
  /** The id the desktop half is mapped under, where that has changed. */
  readonly former?: ItemId | undefined;
}

/** Brings two versions of one item to a decision by the binding's policy. */
export async function clash(
  job: Job,
  reading: Reading,
  draft: Draft,
  names: ForkNames,
  { left, right, news, former }: Versions,
): Promise<void> {
  const items = await Promise.all([reading.item('left', left), reading.item('right', right)]);
  if (items[0] === undefined || items[1] === undefined) return draft.postpone(news, 'right');
  const resolution = resolve(job, { left: items[0], right: items[1] });
  if (resolution !== 'both') {
    const to = other(resolution);
    const [winner, loser] = resolution === 'left' ? [left, right] : [right, left];
    return draft.put(to, winner, loser.ref, { why: 'conflict', keep: true, news, former });
  }
  if (left.ref.name !== undefined && left.ref.name === right.ref.name) {
    const { name, safe } = await names.choose(left.ref.name, right);
    // A copy that an interrupted session has made is as good as a new one: its own step brings it across.
    if (safe) draft.put('right', left, right.ref, { why: 'conflict', news, former });
    else draft.fork(left, right, name, news, former);
    return;
  }
  draft.put('left', right, undefined, { why: 'conflict', news: news.filter(({ side }) => side === 'right'), former });
  draft.put('right', left, undefined, {
    why: 'conflict',
    counted: true,
    former,
    news: news.filter(({ side }) => side === 'left'),
  });
}

/**
 * Whether two items say the same: byte by byte, or in another spelling where the format has several. Undefined when one
 * of them is no more.
 */
export async function sameContent(reading: Reading, left: Sight, right: Sight): Promise<boolean | undefined> {
  const text = isText(left.ref) || isText(right.ref) || left.ref.name === undefined || right.ref.name === undefined;
  if (!text && isResized(left.ref, right.ref)) return false;
  const [leftDigest, rightDigest] = await Promise.all([reading.digest('left', left), reading.digest('right', right)]);
  if (leftDigest === undefined || rightDigest === undefined) return undefined;
  if (leftDigest === rightDigest) return true;
  if (!text) return false;
  return (await reading.likeness('left', left)) === (await reading.likeness('right', right));
}
