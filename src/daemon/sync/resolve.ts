import { type Conflict, type Job, mayWrite, type Resolution } from './job.js';

/** Whose version of a conflict stays. Where only one side may be written, the other side's word stands. */
export function resolve(job: Pick<Job, 'direction' | 'wish' | 'policy'>, conflict: Conflict): Resolution {
  if (mayWrite(job, 'left') !== 'now') return 'left';
  if (mayWrite(job, 'right') !== 'now') return 'right';
  return job.policy(conflict);
}
