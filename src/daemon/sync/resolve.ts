import type { Conflict, Job, Resolution } from './job.js';

/** Whose version of a conflict stays. Where only one side may be written, the other side's word stands. */
export function resolve(job: Pick<Job, 'direction' | 'policy'>, conflict: Conflict): Resolution {
  if (job.direction === 'to-right') return 'left';
  if (job.direction === 'to-left') return 'right';
  return job.policy(conflict);
}
