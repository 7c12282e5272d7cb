import { CradleError } from '../../dbus/errors.js';
import type { StoreInfo } from '../../plugins/contract.js';
import { type Job, SIDES, type Side } from './job.js';
import type { Ledger } from './ledger.js';
import type { Agreement } from './mapping.js';
import type { Scan } from './scan.js';
import type { Step } from './step.js';

/** So many removals are nobody's accident, however many items there are. */
const FEW = 10;
/** The part of the known items that may go at once. */
const HALF = 0.5;

const whose = (side: Side, info: StoreInfo): string =>
  side === 'left' ? `${info.label} on this computer` : `${info.label} on the device`;

/** Another data set than the one that was agreed upon: an exchanged card, a reset phone, another folder mounted there. */
export function isReplaced(job: Job, agreement: Agreement): Side | undefined {
  if (job.left.info.identity !== agreement.leftIdentity) return 'left';
  if (job.right.info.identity !== agreement.rightIdentity) return 'right';
  return undefined;
}

/** Fails with StoreReplaced. */
export function stopReplaced(job: Job, side: Side): never {
  throw new CradleError(
    'StoreReplaced',
    `${whose(side, job[side].info)} is not the one of last time; nothing was changed, it can be combined anew`,
  );
}

/**
 * Fails with MassDeletion when a side has lost so much that an accident is likelier than a wish: everything, or more
 * than half and more than ten. Only what would be removed on the other side counts.
 */
export function stopMassDeletion(
  job: Job,
  scans: Readonly<Record<Side, Scan>>,
  ledger: Ledger,
  steps: readonly Step[],
): void {
  // Who says on the device that it is to be taken for the whole has said that what it lacks may go.
  if (job.allowMassDeletion || job.wish === 'mirror-to-left') return;
  for (const side of SIDES) {
    const scan = scans[side];
    const removals = steps.filter((step) => step.kind === 'remove' && step.why === 'gone' && step.on !== side).length;
    if (removals === 0) continue;
    const known = ledger.count(side, scan.volumes);
    const isVoid = scan.gone.size >= known;
    const isMass = removals > FEW && removals > known * HALF;
    if (isVoid || isMass)
      throw new CradleError(
        'MassDeletion',
        `${removals} of ${known} items are gone from ${whose(side, job[side].info)}; nothing was removed elsewhere`,
      );
  }
}
