import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { FolderAttic } from '../../../src/daemon/sync/attic.js';
import { CradleError } from '../../../src/dbus/errors.js';
import type { Item } from '../../../src/plugins/contract.js';
import { temporaryFolder } from '../../support/tmp.js';

const never = new AbortController().signal;
const LIMITS = { days: 30, bytes: 1_000 };

const item = (content: string): Item => ({ contentType: 'text/plain', body: Buffer.from(content), summary: '' });
const ref = (name: string) => ({ id: name, revision: '1', name });

test('what is kept is an ordinary file that tells its name and why it is there', async (t) => {
  const folder = join(await temporaryFolder(t), 'attic');
  const attic = new FolderAttic(folder, LIMITS).session('17');
  const path = await attic.keep('right', ref('notes/shopping.txt'), item('milk'), 'lost-conflict', never);
  assert.equal(path, join(folder, '17', 'right', 'lost-conflict.notes_shopping.txt'));
  assert.equal(await readFile(path, 'utf8'), 'milk');
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.equal((await stat(join(folder, '17'))).mode & 0o777, 0o700);
});

test('nothing in the attic is ever written over', async (t) => {
  const attic = new FolderAttic(await temporaryFolder(t), LIMITS).session('1');
  const paths = await Promise.all(
    ['one', 'two', 'three'].map((content) => attic.keep('left', ref('a'), item(content), 'removed', never)),
  );
  assert.equal(new Set(paths).size, 3);
  const contents = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  assert.deepEqual(contents, ['one', 'two', 'three']);
});

test('no name leads out of the attic, is hidden or too long for a file system', async (t) => {
  const folder = await temporaryFolder(t);
  const attic = new FolderAttic(join(folder, 'attic'), LIMITS).session('../../out');
  for (const name of ['../../../etc/passwd', '.bashrc', 'a\0b\nc', '', 'ü'.repeat(500), '..', '/']) {
    const path = await attic.keep('left', ref(name), item(name), 'removed', never);
    assert.equal(await readFile(path, 'utf8'), name);
  }
  assert.deepEqual(await readdir(folder), ['attic']);
  for (const name of await readdir(join(folder, 'attic', '_._.._out', 'left')))
    assert.match(name, /^(\d+\.)?removed\./);
});

test('a large body is kept in pieces, and half of one never', async (t) => {
  const folder = await temporaryFolder(t);
  const attic = new FolderAttic(folder, LIMITS).session('1');
  const pieces = async function* () {
    for (let piece = 0; piece < 100; piece++) yield Buffer.alloc(10_000, piece);
  };
  const large = { contentType: 'video/mp4', summary: '', body: { size: 1_000_000, open: pieces } };
  const path = await attic.keep('left', ref('film.mp4'), large, 'removed', never);
  assert.equal((await stat(path)).size, 1_000_000);
  const torn = async function* () {
    yield Buffer.alloc(10_000);
    throw new CradleError('ItemChanged', 'film.mp4 has changed');
  };
  const half = { ...large, body: { size: 1_000_000, open: torn } };
  await assert.rejects(attic.keep('left', ref('half.mp4'), half, 'removed', never), { code: 'ItemChanged' });
  assert.deepEqual(await readdir(join(folder, '1', 'left')), ['removed.film.mp4']);
});

test('a cancelled copy leaves nothing behind', async (t) => {
  const folder = await temporaryFolder(t);
  const attic = new FolderAttic(folder, LIMITS).session('1');
  await assert.rejects(attic.keep('left', ref('a'), item('a'), 'removed', AbortSignal.abort()), { code: 'Cancelled' });
  assert.deepEqual(await readdir(join(folder, '1', 'left')), []);
});

test('a place where nothing can be kept is named', async () => {
  // Nobody may make a folder there, not even root.
  const attic = new FolderAttic('/sys/cradle-attic', LIMITS).session('1');
  await assert.rejects(attic.keep('left', ref('a'), item('a'), 'removed', never), { code: 'ReadOnly' });
});

test('old sessions go first, then the oldest until the rest fits; a running one stays', async (t) => {
  const folder = await temporaryFolder(t);
  const attic = new FolderAttic(folder, { days: 30, bytes: 1_000 });
  const now = Date.now();
  const made = async (name: string, days: number, bytes: number): Promise<void> => {
    const side = join(folder, name, 'left');
    await mkdir(side, { recursive: true });
    await writeFile(join(side, 'removed.a'), Buffer.alloc(bytes));
    const time = new Date(now - days * 86_400_000);
    await utimes(join(side, 'removed.a'), time, time);
  };
  await made('ancient', 31, 1);
  await made('ancient and running', 40, 1);
  await made('old and big', 20, 900);
  await made('old and small', 19, 50);
  await made('new', 1, 600);
  await attic.prune(new Set(['ancient and running']), now);
  assert.deepEqual((await readdir(folder)).sort(), ['ancient and running', 'new', 'old and small']);
  await attic.prune(new Set(), now);
  assert.deepEqual((await readdir(folder)).sort(), ['new', 'old and small']);
});

test('an attic that was never used has nothing to prune', async (t) => {
  await new FolderAttic(join(await temporaryFolder(t), 'attic'), LIMITS).prune();
});
