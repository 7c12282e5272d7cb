import assert from 'node:assert/strict';
import { cp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { forever, refsOf } from '../../support/items.js';
import { bed } from './bed.js';

const MARKER = '.cradle-store';

test('a folder is marked when it is first opened, not when it is looked at', async (t) => {
  const it = await bed(t);
  await it.plugin.look(it.address, forever);
  assert.deepEqual(await readdir(it.folder), []);
  const store = await it.open();
  assert.deepEqual(await readdir(it.folder), [MARKER]);
  assert.match(store.info.identity, /^folder:[0-9a-f-]{36}$/);
  assert.deepEqual(await refsOf(store), [], 'the mark is no item');
});

test('a folder keeps its identity when it is moved, renamed or copied with its mark', async (t) => {
  const it = await bed(t);
  const { identity } = (await it.open()).info;
  await rename(it.folder, `${it.folder}-moved`);
  await cp(`${it.folder}-moved`, it.folder, { recursive: true });
  assert.equal((await it.open()).info.identity, identity);
});

test('a folder that was emptied, made anew or unmounted is another one', async (t) => {
  const it = await bed(t);
  const { identity } = (await it.open()).info;
  await rm(it.path(MARKER));
  assert.notEqual((await it.open()).info.identity, identity);
});

test('a mark that was cut short or scribbled over is made anew', async (t) => {
  const it = await bed(t);
  for (const broken of ['', 'nonsense', `${'x'.repeat(100_000)}`]) {
    await writeFile(it.path(MARKER), broken);
    const { identity } = (await it.open()).info;
    assert.match(identity, /^folder:/);
    assert.equal((await it.open()).info.identity, identity);
    assert.deepEqual(await readdir(it.folder), [MARKER]);
  }
});

test('many who open a new folder at once agree on its identity', async (t) => {
  const it = await bed(t);
  const stores = await Promise.all(Array.from({ length: 8 }, () => it.open()));
  assert.equal(new Set(stores.map(({ info }) => info.identity)).size, 1);
  assert.match(await readFile(it.path(MARKER), 'utf8'), /^# Cradle knows this folder/);
  assert.deepEqual(await readdir(it.folder), [MARKER]);
});
