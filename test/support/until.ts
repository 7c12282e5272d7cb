import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for something that comes by itself; the test runner's own limit ends a wait in vain. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(5);
}
