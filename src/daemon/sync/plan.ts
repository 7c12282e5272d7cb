import { CradleError } from '../../dbus/errors.js';
import { stopIfCancelled } from '../../plugins/cancel.js';
import type { Listing } from '../../plugins/contract.js';
import { Draft, type PlanCounts } from './draft.js';
import { ForkNames } from './fork-names.js';
import { isReplaced, stopMassDeletion, stopReplaced } from './guard.js';
import type { FirstSync, Job, Side } from './job.js';
import { Ledger } from './ledger.js';
import type { Agreement, Pending } from './mapping.js';
import { matchFresh } from './match.js';
import { recognise } from './own-hand.js';
import { Pairs } from './pairs.js';
import { Reading } from './reading.js';
import { renumber } from './renumber.js';
import { type Gathered, gather, replay } from './scan.js';
import type { Step } from './step.js';

export type { PlanCounts };

/** What a session would do: plain data. A full and a partial comparison give plans that look alike. */
export interface Plan {
  readonly counts: PlanCounts;
  /** Items to be written or removed. */
  readonly total: number;
  readonly steps: readonly Step[];
  /** The first sync to begin before anything is done; whatever was mapped before is void. */
  readonly opening: Agreement | undefined;
  /** What both sides agree on once all is done. */
  readonly closing: Agreement;
  /** Whether anything was looked at; if not, what is pending stays as it is. */
  readonly quiet: boolean;
}

interface Standing {
  readonly agreement: Agreement | undefined;
  readonly firstSync: FirstSync | undefined;
  /** Where both listings begin; undefined: in full. */
  readonly anchors: Agreement['anchors'];
}

/**
 * Lists both sides and decides; does nothing. Fails with NeedsDecision, StoreReplaced or MassDeletion where a person
 * has to say what is meant, with Cancelled, and with whatever the stores fail with.
 */
export async function compare(job: Job, signal: AbortSignal): Promise<Plan> {
  const { agreement, firstSync, anchors } = standing(job);
  const ledger = new Ledger(job.mapping, agreement === undefined);
  const [left, right] = await both(signal, (side, abort) => gatherSide(job, side, anchors?.[side], ledger, abort));
  stopIfCancelled(signal, 'comparing');
  const frame = frameOf(job, agreement, firstSync, left, right);
  const intents = agreement === undefined ? [] : job.mapping.intents();
  const draft = new Draft(job);
  const unmoved = isQuiet(left) && isQuiet(right) && intents.length === 0 && !job.mapping.restless;
  if (unmoved && job.wish !== 'mirror-to-left')
    return { ...frame, counts: draft.counts, total: 0, steps: [], quiet: true };

  const pending = agreement === undefined ? [] : job.mapping.pending();
  const scans = { left: left.scan, right: right.scan };
  for (const each of [left, right])
    replay(
      each,
      pending.filter(({ side }) => side === each.scan.side),
      ledger,
    );
  const reading = new Reading(job, signal);
  await recognise(intents, scans, ledger, reading, draft);
  renumber(scans.left, ledger);
  renumber(scans.right, ledger);
  const names = new ForkNames(ledger, scans.left, scans.right, reading);
  await new Pairs(job, scans, ledger, reading, draft, names).decide();
  // Before anything unpaired is read: an emptied folder shall be told at once.
  stopMassDeletion(job, scans, ledger, draft.steps);
  await matchFresh({ job, scans, reading, draft, names, firstSync });
  stopIfCancelled(signal, 'comparing');
  return { ...frame, counts: draft.counts, total: draft.total, steps: draft.sorted(), quiet: false };
}

/** Moves the anchors: the last thing of a session that ran through. What it could not deal with stays pending. */
export function commit(job: Job, plan: Plan, execution: { readonly pending: readonly Pending[] }): void {
  const before = job.mapping.agreement;
  if (plan.quiet && before !== undefined && JSON.stringify(before) === JSON.stringify(plan.closing)) return;
  job.mapping.agree(plan.closing, plan.quiet ? undefined : execution.pending);
}

function standing(job: Job): Standing {
  const { agreement } = job.mapping;
  const mirrored = job.wish === 'mirror-to-left' ? 'keep-right' : undefined;
  const replaced = agreement === undefined ? undefined : isReplaced(job, agreement);
  if (replaced !== undefined) {
    if (!job.allowReplaced && mirrored === undefined) stopReplaced(job, replaced);
    return { agreement: undefined, firstSync: mirrored ?? 'combine', anchors: undefined };
  }
  if (agreement === undefined) {
    if (mirrored !== undefined) return { agreement, firstSync: mirrored, anchors: undefined };
    if (job.firstSync === undefined)
      throw new CradleError(
        'NeedsDecision',
        `${job.left.info.label} and the device's ${job.right.info.label} have never met: shall they be combined, or one of them kept?`,
      );
    return { agreement, firstSync: job.firstSync, anchors: undefined };
  }
  const anchors = agreement.terms === termsOf(job) ? agreement.anchors : undefined;
  return { agreement, firstSync: mirrored ?? agreement.firstSync, anchors };
}

const termsOf = (job: Job): string => JSON.stringify([job.direction, job.terms]);

function frameOf(
  job: Job,
  agreement: Agreement | undefined,
  firstSync: FirstSync | undefined,
  left: Gathered,
  right: Gathered,
): Pick<Plan, 'opening' | 'closing'> {
  const identities = { leftIdentity: job.left.info.identity, rightIdentity: job.right.info.identity };
  const terms = termsOf(job);
  return {
    opening: agreement === undefined ? { anchors: undefined, ...identities, firstSync, terms } : undefined,
    closing: {
      anchors: { left: left.scan.anchor, right: right.scan.anchor },
      ...identities,
      firstSync: undefined,
      terms,
    },
  };
}

async function gatherSide(
  job: Job,
  side: Side,
  since: string | undefined,
  ledger: Ledger,
  signal: AbortSignal,
): Promise<Gathered> {
  const listing: Listing = await job[side].list(since, signal);
  // Taken for the whole, a part would look like the loss of all the rest.
  if (since === undefined && listing.scope !== 'full')
    throw new CradleError('PluginFailed', `${job[side].info.label} did not list all it has when it was asked to`);
  return gather(side, listing, ledger, job.wanted);
}

const isQuiet = ({ scan, told }: Gathered): boolean => !scan.full && told.length === 0;

/** Both sides at once; when one fails the other is stopped, and waited for. */
async function both<T>(
  signal: AbortSignal,
  work: (side: Side, abort: AbortSignal) => Promise<T>,
): Promise<readonly [T, T]> {
  const stop = new AbortController();
  const abort = AbortSignal.any([signal, stop.signal]);
  let first: unknown;
  const guarded = async (side: Side): Promise<T | undefined> => {
    try {
      return await work(side, abort);
    } catch (error) {
      first ??= error;
      stop.abort();
      return undefined;
    }
  };
  const [left, right] = await Promise.all([guarded('left'), guarded('right')]);
  if (first !== undefined || left === undefined || right === undefined) throw first;
  return [left, right];
}
