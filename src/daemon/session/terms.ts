import type { Device } from '../../hal/device.js';
import { compileGlob } from '../../hal/glob.js';
import type { ItemRef, Wish } from '../../plugins/contract.js';
import { accepts, mediaTypeOf, UNKNOWN_TYPE } from '../../plugins/media-types.js';
import type { Binding, Question } from '../state/binding.js';
import type { Conflict, ConflictPolicy, Job, Resolution } from '../sync/job.js';

/** What a binding and the answers given to its questions mean to the engine. */
export type JobTerms = Pick<
  Job,
  'policy' | 'direction' | 'wish' | 'firstSync' | 'allowMassDeletion' | 'allowReplaced' | 'wanted' | 'terms'
>;

const WISH = { 'to-desktop': 'to-left', 'to-device': 'to-right', 'mirror-to-desktop': 'mirror-to-left' } as const;
const DIRECTION = { both: 'both', 'to-device': 'to-right', 'to-desktop': 'to-left' } as const;
const FIRST_SYNC = { combine: 'combine', 'keep-desktop': 'keep-left', 'keep-device': 'keep-right' } as const;

const isFirstSync = (text: string | undefined): text is keyof typeof FIRST_SYNC =>
  text !== undefined && Object.hasOwn(FIRST_SYNC, text);

/** `types` are the media types the device's store takes, `wish` what its user asked for; `answer` gives what a person said and has not been used yet. */
export function jobTerms(
  binding: Binding,
  device: Device | undefined,
  types: readonly string[],
  answer: (question: Question) => string | undefined,
  wish?: Wish,
): JobTerms {
  const chosen = answer('first-sync') ?? binding.firstSync;
  const importOnly = device !== undefined && isImportOnly(device);
  const direction = importOnly ? 'to-left' : DIRECTION[binding.direction];
  return {
    policy: policyOf(binding),
    direction,
    wish: wish === undefined ? undefined : WISH[wish],
    firstSync: isFirstSync(chosen) ? FIRST_SYNC[chosen] : undefined,
    allowMassDeletion: answer('mass-deletion') === 'allow',
    allowReplaced: answer('store-replaced') === 'combine',
    wanted: wantedBy(binding.filter, types),
    terms: JSON.stringify([direction, binding.filter, types]),
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

/**
 * Wanted on the device: matches some `include` (where there is one) and no `exclude`, and is of a type the device's store
 * takes, as far as its name tells: a film among the pictures is no failure of a camera's store.
 */
export function wantedBy(filter: Binding['filter'], types: readonly string[]): (ref: ItemRef) => boolean {
  const include = (filter.include ?? []).map(compileGlob);
  const exclude = (filter.exclude ?? []).map(compileGlob);
  return (ref) => {
    if (ref.name !== undefined && !fits(types, mediaTypeOf(ref.name))) return false;
    const name = ref.name ?? ref.id;
    return (include.length === 0 || include.some((takes) => takes(name))) && !exclude.some((leaves) => leaves(name));
  };
}

const fits = (types: readonly string[], type: string): boolean => type === UNKNOWN_TYPE || accepts(types, type);
