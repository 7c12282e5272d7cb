import assert from 'node:assert/strict';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { LargeBody } from '../../../src/plugins/body.js';
import type { Edit, Receipt } from '../../../src/plugins/contract.js';
import { FailingDisk, fullAfter } from '../../fakes/failing-disk.js';
import { applyAll, contentsOf, forever, item, refsOf } from '../../support/items.js';
import { bed } from './bed.js';

const thousand = function* (): Generator<Edit> {
  for (let key = 0; key < 1000; key++) yield { kind: 'put', key, item: item(`${key}.txt`, `content ${key}`) };
};

test('a folder that is missing, or is none, is unavailable, and the sentence names it', async (t) => {
  const it = await bed(t);
  await rm(it.folder, { recursive: true });
  const unavailable = { code: 'StoreUnavailable', message: new RegExp(it.folder) };
  await assert.rejects(it.open(), unavailable);
  await assert.rejects(it.plugin.look(it.address, forever), unavailable);
  await writeFile(it.folder, 'a file');
  await assert.rejects(it.open(), unavailable);
});

test('an address that is no absolute path is refused', async (t) => {
  const it = await bed(t);
  for (const address of ['', 'Pictures', './Pictures', '~/Pictures'])
    await assert.rejects(it.plugin.open({ ...it.address, address }, forever), { code: 'InvalidArgs' });
});

test('a folder that goes away or is replaced while it is open is unavailable', async (t) => {
  const it = await bed(t);
  await it.write('a.txt', 'a');
  const store = await it.open();
  assert.equal((await refsOf(store)).length, 1);
  await rename(it.folder, `${it.folder} moved`);
  await assert.rejects(store.list(undefined, forever), { code: 'StoreUnavailable' });
  await assert.rejects(applyAll(store, thousand()), { code: 'StoreUnavailable' });
  await mkdir(it.folder);
  await assert.rejects(store.list(undefined, forever), { code: 'StoreUnavailable', message: /replaced/ });
  assert.deepEqual(await readdir(it.folder), []);
});

test('a folder that goes away in the middle of a batch ends it', async (t) => {
  const it = await bed(t);
  const store = await it.open();
  const edits = async function* (): AsyncGenerator<Edit> {
    for (const edit of thousand()) {
      if (edit.key === 600) await rename(it.folder, `${it.folder} moved`);
      yield edit;
    }
  };
  const receipts: Receipt[] = [];
  await assert.rejects(
    async () => {
      for await (const receipt of store.apply(edits(), forever)) receipts.push(receipt);
    },
    { code: 'StoreUnavailable' },
  );
  assert.equal(receipts.length, 512);
});

test('a full disk ends the writing, and keeps what was receipted and nothing else', async (t) => {
  const it = await bed(t, { files: fullAfter(8_000) });
  const store = await it.open();
  const told: string[] = [];
  await assert.rejects(
    async () => {
      for await (const receipt of store.apply(
        (async function* () {
          yield* thousand();
        })(),
        forever,
      ))
        if ('ref' in receipt) told.push(receipt.ref.id);
    },
    { code: 'NoSpace' },
  );
  assert(told.length > 500 && told.length < 1000);
  assert.deepEqual((await readdir(it.folder)).filter((name) => name !== '.cradle-store').sort(), told.sort());
  for (const [name, content] of await contentsOf(store)) assert.equal(content, `content ${name.slice(0, -4)}`);
});

test('an item that is too large for the disk is refused, and smaller ones are not', async (t) => {
  const it = await bed(t);
  const store = await it.open();
  const body: LargeBody = {
    size: Number.MAX_SAFE_INTEGER,
    open: () => {
      throw new Error('nobody should look at it');
    },
  };
  const receipts = await applyAll(store, [
    { kind: 'put', key: 1, item: item('film.mp4', new Uint8Array(), { body }) },
    { kind: 'put', key: 2, item: item('a.txt', 'one') },
  ]);
  assert.deepEqual(
    receipts.map((receipt) => [receipt.key, receipt.outcome === 'refused' ? receipt.reason.code : receipt.outcome]),
    [
      [1, 'NoSpace'],
      [2, 'stored'],
    ],
  );
});

test('a disk that turned read-only ends the writing', async (t) => {
  const disk = new FailingDisk();
  const it = await bed(t, { files: disk.files });
  const store = await it.open();
  disk.fail('open', 'EROFS');
  await assert.rejects(applyAll(store, thousand()), { code: 'ReadOnly', message: /read-only/ });
});

test('a disk that no longer answers ends whatever is under way', async (t) => {
  const disk = new FailingDisk();
  const it = await bed(t, { files: disk.files });
  await it.write('a.txt', 'a');
  const store = await it.open();
  disk.fail('open', 'EIO');
  await assert.rejects(store.read('a.txt', forever), { code: 'StoreUnavailable' });
  await assert.rejects(applyAll(store, thousand()), { code: 'StoreUnavailable' });
});
