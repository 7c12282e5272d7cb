import type { Tally } from '../sync/job.js';

/** Adds up what the pairs of one session have done. */
export const sum = (tallies: Iterable<Tally>): Tally => {
  let done = 0;
  let planned = 0;
  let conflicts = 0;
  for (const tally of tallies) {
    done += tally.done;
    planned += tally.planned;
    conflicts += tally.conflicts;
  }
  return { done, planned, conflicts };
};
