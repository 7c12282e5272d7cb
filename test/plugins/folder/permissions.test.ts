import assert from 'node:assert/strict';
import { chmod, mkdir } from 'node:fs/promises';
import { test } from 'node:test';
import { native } from '../../../src/hal/native.js';
import { applyAll, applyOne, contentsOf, forever, item, put, refsOf } from '../../support/items.js';
import { bed } from './bed.js';

/** `nobody` on every Linux. */
const NOBODY = 65534;

// Permissions mean nothing to root, so this whole file is somebody else; what it needs is loaded before.
native();
if (process.getuid?.() === 0) {
  process.setgroups?.([]);
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
}

/** Does the work while the permissions are so. */
async function whilst(mode: number, path: string, work: () => Promise<void>): Promise<void> {
  await chmod(path, mode);
  try {
    await work();
  } finally {
    await chmod(path, 0o755);
  }
}

test('a folder that may only be read is read, and says that it cannot be written', async (t) => {
  const it = await bed(t);
  await it.write('a.txt', 'a');
  await whilst(0o555, it.folder, async () => {
    assert.deepEqual(await it.plugin.look(it.address, forever), { readOnly: true });
    const store = await it.open();
    assert.equal(store.info.readOnly, true);
    assert.match(store.info.identity, /^inode:/);
    assert.equal((await it.open()).info.identity, store.info.identity);
    assert.deepEqual(await contentsOf(store), new Map([['a.txt', 'a']]));
    const edits = [{ kind: 'put', key: 1, item: item('b.txt', 'b') }] as const;
    await assert.rejects(applyAll(store, edits), { code: 'ReadOnly' });
  });
});

test('a folder that became read-only while it was open says so when it is written', async (t) => {
  const it = await bed(t);
  const store = await it.open();
  await whilst(0o555, it.folder, async () => {
    const edits = [{ kind: 'put', key: 1, item: item('b.txt', 'b') }] as const;
    await assert.rejects(applyAll(store, edits), { code: 'ReadOnly', message: new RegExp(it.folder) });
  });
});

test('a folder that may not be read is unavailable', async (t) => {
  const it = await bed(t);
  await whilst(0o000, it.folder, async () => {
    await assert.rejects(it.open(), { code: 'StoreUnavailable', message: /permissions/ });
    await assert.rejects(it.plugin.look(it.address, forever), { code: 'StoreUnavailable' });
  });
});

test('a folder within that may not be read makes the whole unavailable: its items would look deleted', async (t) => {
  const it = await bed(t);
  await it.write('a.txt', 'a');
  await it.write('closed/b.txt', 'b');
  const store = await it.open();
  await whilst(0o000, it.path('closed'), async () => {
    await assert.rejects(refsOf(store), { code: 'StoreUnavailable', message: /closed cannot be read \(EACCES\)/ });
  });
  assert.equal((await refsOf(store)).length, 2);
});

test('a file that may not be read is listed, and concerns nobody but itself', async (t) => {
  const it = await bed(t);
  await it.write('a.txt', 'a');
  await it.write('closed.txt', 'b');
  const store = await it.open();
  await whilst(0o000, it.path('closed.txt'), async () => {
    assert.equal((await refsOf(store)).length, 2);
    await assert.rejects(store.read('closed.txt', forever), { code: 'InvalidItem', message: /permissions/ });
  });
});

test('a folder within that may not be written refuses its items and no others', async (t) => {
  const it = await bed(t);
  await mkdir(it.path('closed'));
  const store = await it.open();
  await whilst(0o555, it.path('closed'), async () => {
    const refused = await applyOne(store, { kind: 'put', key: 1, item: item('closed/a.txt', 'a') });
    assert(refused.outcome === 'refused' && refused.reason.code === 'ReadOnly');
    await put(store, item('a.txt', 'a'));
  });
});
