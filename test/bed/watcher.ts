// The real udev source through the real addon, for a test to run in a test bed: one JSON line an event. A line on its
// input asks for the memory in use after a collection (run with --expose-gc); the end of the input ends the watch.
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { UdevSource } from '../../src/hal/sources/udev.js';

const ending = new AbortController();
const input = createInterface({ input: process.stdin });
input.on('line', async () => {
  // V8 hands pages back some time after a collection.
  globalThis.gc?.();
  await sleep(50);
  globalThis.gc?.();
  await sleep(50);
  const { rss, heapUsed, external } = process.memoryUsage();
  print({ kind: 'memory', rss, used: heapUsed + external });
});
input.on('close', () => ending.abort());

for await (const event of new UdevSource().watch(ending.signal)) {
  if ('sighting' in event) {
    const { key, body, evidence } = event.sighting;
    print({ kind: event.kind, key, body, evidence: Object.fromEntries([...evidence].sort()) });
  } else print(event);
}

function print(object: object): void {
  process.stdout.write(`${JSON.stringify(object)}\n`);
}
