import assert from 'node:assert/strict';
import { readlinkSync } from 'node:fs';
import { test } from 'node:test';
import type { Edit } from '../../../src/plugins/contract.js';
import { type Files, localFiles } from '../../../src/plugins/folder/files.js';
import { each, forever, item, refsOf } from '../../support/items.js';
import { bed } from './bed.js';

interface Call {
  readonly call: 'write' | 'name' | 'sync' | 'sync all' | 'receipt';
  /** What it was done to, as the kernel knows it. */
  readonly path: string;
}

/** The local disk, and what was asked of it. */
function recorded(calls: Call[]): Files {
  const where = (fd: number): string => readlinkSync(`/proc/self/fd/${fd}`);
  const real = (path: string): string => path.replace(/^\/proc\/self\/fd\/(\d+)/, (_, fd: string) => where(Number(fd)));
  return {
    ...localFiles,
    write(fd, bytes) {
      calls.push({ call: 'write', path: where(fd) });
      return localFiles.write(fd, bytes);
    },
    rename(from, to) {
      calls.push({ call: 'name', path: real(to) });
      return localFiles.rename(from, to);
    },
    renameNew(from, to) {
      calls.push({ call: 'name', path: real(to) });
      return localFiles.renameNew(from, to);
    },
    sync(fd) {
      calls.push({ call: 'sync', path: where(fd) });
      return localFiles.sync(fd);
    },
    syncAll(fd) {
      calls.push({ call: 'sync all', path: where(fd) });
      return localFiles.syncAll(fd);
    },
  };
}

for (const count of [1, 4, 5, 600])
  test(`of ${count} items each content is on the disk before its name, and the name before its receipt`, async (t) => {
    const calls: Call[] = [];
    const it = await bed(t, { files: recorded(calls) });
    await it.write('old.txt', 'old');
    const store = await it.open();
    const [old] = await refsOf(store);
    assert(old !== undefined);
    calls.length = 0;
    const edits = Array.from({ length: count }, (_, key): Edit => {
      const replaces = key === 0 ? { replaces: old } : {};
      return { kind: 'put', key, item: item(`${key % 9}/${key}.txt`, `content ${key}`), ...replaces };
    });
    for await (const receipt of store.apply(each(edits), forever)) {
      assert('ref' in receipt);
      calls.push({ call: 'receipt', path: it.path(receipt.ref.id) });
    }

    let [written, safe, named, told] = [0, 0, 0, 0];
    for (const [now, { call, path }] of calls.entries())
      if (call === 'write') written++;
      else if (call === 'sync all') safe = written;
      else if (call === 'sync' && path.endsWith('.part')) safe++;
      else if (call === 'name') assert(++named <= safe, `${path} has a name, and its content may be lost`);
      else if (call === 'receipt') {
        told++;
        const name = calls.findIndex((one) => one.call === 'name' && one.path === path);
        const folder = path.slice(0, path.lastIndexOf('/'));
        const flushed = calls.findIndex(
          (one, at) => at > name && (one.call === 'sync all' || (one.call === 'sync' && one.path === folder)),
        );
        assert(name >= 0 && flushed > name && flushed < now, `${path} is receipted, and its name may be lost`);
      }
    assert.deepEqual([written, named, told], [count, count, count]);
  });

test('the many items of a batch are flushed together, not each for itself', async (t) => {
  const calls: Call[] = [];
  const it = await bed(t, { files: recorded(calls) });
  const store = await it.open();
  calls.length = 0;
  const edits = Array.from({ length: 2000 }, (_, key): Edit => ({ kind: 'put', key, item: item(`${key}.txt`, 'x') }));
  for await (const receipt of store.apply(each(edits), forever)) assert.equal(receipt.outcome, 'stored');
  assert(calls.filter(({ call }) => call.startsWith('sync')).length <= 8);
});
