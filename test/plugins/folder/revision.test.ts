import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { stat, utimes, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type Files, localFiles } from '../../../src/plugins/folder/files.js';
import { forever, refsOf } from '../../support/items.js';
import { bed, FAT } from './bed.js';

const LONG_AGO = new Date('2020-01-02T03:04:06Z');

test('an edit that keeps size and mtime is seen, whatever the filesystem', async (t) => {
  for (const parts of [{}, { filesystem: FAT }]) {
    const it = await bed(t, parts);
    await it.write('a.txt', 'one');
    await utimes(it.path('a.txt'), LONG_AGO, LONG_AGO);
    const store = await it.open();
    const [before] = await refsOf(store);
    await it.write('a.txt', 'two');
    await utimes(it.path('a.txt'), LONG_AGO, LONG_AGO);
    const [after] = await refsOf(store);
    assert.notEqual(after?.revision, before?.revision);
  }
});

test('a file that nobody touched keeps its revision', async (t) => {
  for (const parts of [{}, { filesystem: FAT }]) {
    const it = await bed(t, parts);
    await it.write('small.txt', 'one');
    await it.write('large.txt', 'one'.repeat(100_000));
    await utimes(it.path('large.txt'), LONG_AGO, LONG_AGO);
    await pause(20);
    const store = await it.open();
    assert.deepEqual(await refsOf(store), await refsOf(store));
  }
});

test('a file that was written a moment ago is looked into, so that the same is the same and another is another', async (t) => {
  const it = await bed(t);
  const store = await it.open();
  const seen = new Map<string, string>();
  for (let n = 0; n < 50; n++) {
    const content = `${n % 5}`;
    await it.write('a.txt', content);
    const [ref] = await refsOf(store);
    assert(ref !== undefined);
    const known = seen.get(ref.revision);
    assert(known === undefined || known === content);
    seen.set(ref.revision, content);
  }
});

test('on FAT a touch is no change of a small file, and a remount of another time zone neither', async (t) => {
  const it = await bed(t, { filesystem: FAT });
  await it.write('a.txt', 'one');
  const store = await it.open();
  const before = await refsOf(store);
  await utimes(it.path('a.txt'), LONG_AGO, LONG_AGO);
  assert.deepEqual(await refsOf(store), before);
});

test('on FAT a large file is looked into at both ends when its time is the same', async (t) => {
  const it = await bed(t, { filesystem: FAT });
  const content = Buffer.alloc(300_000, 'x');
  const revisions = new Set<string>();
  const store = await it.open();
  for (const at of [undefined, 0, content.length - 1]) {
    if (at !== undefined) content[at] = 0;
    await writeFile(it.path('film.mp4'), content);
    await utimes(it.path('film.mp4'), LONG_AGO, LONG_AGO);
    for (const { revision } of await refsOf(store)) revisions.add(revision);
  }
  assert.equal(revisions.size, 3);
});

test('on FAT an edit in the middle of a large file within the same two seconds is seen', async (t) => {
  const it = await bed(t, { filesystem: FAT });
  const content = Buffer.alloc(300_000, 'x');
  const store = await it.open();
  await writeFile(it.path('film.mp4'), content);
  const { mtime } = await stat(it.path('film.mp4'));
  const [before] = await refsOf(store);
  content[150_000] = 0;
  await writeFile(it.path('film.mp4'), content);
  await utimes(it.path('film.mp4'), mtime, mtime);
  const [after] = await refsOf(store);
  assert.notEqual(after?.revision, before?.revision);
});

test('a time in the future, as after the clock was set back, is not trusted', async (t) => {
  const it = await bed(t, { filesystem: FAT });
  const future = new Date(Date.now() + 3_600_000);
  const content = Buffer.alloc(300_000, 'x');
  const store = await it.open();
  const revisions = new Set<string>();
  for (const middle of [1, 2]) {
    content[150_000] = middle;
    await writeFile(it.path('film.mp4'), content);
    await utimes(it.path('film.mp4'), future, future);
    for (const { revision } of await refsOf(store)) revisions.add(revision);
  }
  assert.equal(revisions.size, 2);
});

test('a file that somebody keeps writing is not given, until he stops', async (t) => {
  let writing = false;
  const files: Files = {
    ...localFiles,
    // Whenever it is looked at, something has just been written to it.
    fstat(fd) {
      if (writing) appendFileSync(it.path('log.txt'), 'line\n');
      return localFiles.fstat(fd);
    },
  };
  const it = await bed(t, { files });
  await it.write('log.txt', 'line\n');
  const store = await it.open();
  writing = true;
  await assert.rejects(store.read('log.txt', forever), { code: 'ItemChanged', message: /log.txt changed/ });
  assert.equal((await refsOf(store)).length, 1, 'it is listed all the same');
  writing = false;
  assert.notEqual(await store.read('log.txt', forever), undefined);
});
