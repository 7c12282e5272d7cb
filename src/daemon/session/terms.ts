import type { Device } from '../../hal/device.js';
import { compileGlob } from '../../hal/glob.js';
import type { ItemRef } from '../../plugins/contract.js';
import type { Binding, Question } from '../state/binding.js';
import type { Conflict, ConflictPolicy, Job, Resolution } from '../sync/job.js';

/** What a binding and the answers given to its questions mean to the engine. */
export type JobTerms = Pick<
  Job,
  'policy' | 'direction' | 'firstSync' | 'allowMassDeletion' | 'allowReplaced' | 'wanted' | 'terms'
>;

const DIRECTION = { both: 'both', 'to-device': 'to-right', 'to-desktop': 'to-left' } as const;
const FIRST_SYNC = { combine: 'combine', 'keep-desktop': 'keep-left', 'keep-device': 'keep-right' } as const;

const isFirstSync = (text: string | undefined): text is keyof typeof FIRST_SYNC =>
  text !== undefined && Object.hasOwn(FIRST_SYNC, text);

/** `answer` gives what a person said to a question and has not been used yet. */
export function jobTerms(
  binding: Binding,
  device: Device | undefined,
  answer: (question: Question) => string | undefined,
): JobTerms {
  const chosen = answer('first-sync') ?? binding.firstSync;
  const importOnly = device !== undefined && isImportOnly(device);
  const direction = importOnly ? 'to-left' : DIRECTION[binding.direction];
  return {
    policy: policyOf(binding),
    direction,
    firstSync: isFirstSync(chosen) ? FIRST_SYNC[chosen] : undefined,
    allowMassDeletion: answer('mass-deletion') === 'allow',
    allowReplaced: answer('store-replaced') === 'combine',
    wanted: wantedBy(binding.filter),
    terms: JSON.stringify([direction, binding.filter]),
  };
}

/** A rule says that nothing is ever written to this kind of device. */
const isImportOnly = (device: Device): boolean =>
  [...device.identity.options].some(([key, value]) => key.endsWith('.ImportOnly') && value === 'true');

function policyOf(binding: Binding): ConflictPolicy {
  const resolve: Record<Binding['conflictPolicy'], (conflict: Conflict) => Resolution> = {
    device: () => 'right',
    desktop: () => 'left',
    newest: newest,
    both: () => 'both',
    // Merging and asking come with the conflict inbox; until then both versions are kept, so that nothing is lost.
    merge: () => 'both',
    ask: () => 'both',
  };
  return resolve[binding.conflictPolicy];
}

/** Both stay where no one can tell which is newer: a guess would lose the other. */
function newest({ left, right }: Conflict): Resolution {
  if (left?.modified === undefined || right?.modified === undefined || left.modified === right.modified) return 'both';
  return left.modified > right.modified ? 'left' : 'right';
}

/** Wanted on the device: matches some `include` (where there is one) and no `exclude`. */
export function wantedBy(filter: Binding['filter']): (ref: ItemRef) => boolean {
  const include = (filter.include ?? []).map(compileGlob);
  const exclude = (filter.exclude ?? []).map(compileGlob);
  if (include.length === 0 && exclude.length === 0) return () => true;
  return (ref) => {
    const name = ref.name ?? ref.id;
    return (include.length === 0 || include.some((takes) => takes(name))) && !exclude.some((leaves) => leaves(name));
  };
}
