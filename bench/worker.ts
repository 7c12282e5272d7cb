// A process that syncs two folders when told to, as the daemon does: a line in for each sync, one of JSON out.
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import type { Store } from '../src/plugins/contract.js';
import { FolderPlugin } from '../src/plugins/folder/plugin.js';
import { Companions, quietLog } from './companions.js';
import { peakMemory } from './process.js';

const [left = '', right = '', state = ''] = process.argv.slice(2);
const plugin = new FolderPlugin({ log: quietLog, environment: process.env });
using companions = new Companions(state);
print({ time: 0, peak: 0 });

for await (const _ of createInterface({ input: process.stdin })) {
  const began = performance.now();
  await sync();
  const time = performance.now() - began;
  print({ time, peak: await peakMemory(process.pid) });
}
process.exit();

async function sync(): Promise<void> {
  await using desktop = await open('left', left);
  await using device = await open('right', right);
  await companions.sync(desktop, device);
}

function open(name: string, address: string): Promise<Store> {
  const store = { name, label: name, icon: 'folder', provider: 'folder', address, contentTypes: ['*'] };
  return plugin.open(store, new AbortController().signal);
}

function print(said: { readonly time: number; readonly peak: number }): void {
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
