import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds after which nothing comes any more: long, so that a slow machine is no failure. */
const PATIENCE = 60_000;

/** Waits for something that comes by itself; fails, saying what was waited for, when it does not come at all. */
export async function until(holds: () => boolean | Promise<boolean>, patience = PATIENCE): Promise<void> {
  const end = performance.now() + patience;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited in vain until ${String(holds)}`);
    await sleep(5);
  }
}
