import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again until the answer is not undefined or false; rejects with the last answer's reason after so many seconds. */
export async function until<T>(what: string, ask: () => Promise<T | undefined | false>, seconds = 120): Promise<T> {
  const end = Date.now() + seconds * 1000;
  let reason: unknown;
  do {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      reason = undefined;
    } catch (error) {
      reason = error;
    }
    await sleep(500);
  } while (Date.now() < end);
  throw new Error(`${what}: not in ${seconds} s`, { cause: reason });
}
