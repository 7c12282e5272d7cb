import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, link, lstat, mkdir, open, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { native } from '../../src/hal/native.js';
import { type ScanChunk, type ScanOptions, scan } from '../../src/hal/scan.js';
import { temporaryFolder } from '../support/tmp.js';

const run = promisify(execFile);

async function walk(root: string, options?: ScanOptions): Promise<Map<string, { chunk: ScanChunk; index: number }>> {
  const found = new Map<string, { chunk: ScanChunk; index: number }>();
  for await (const chunk of scan(root, new AbortController().signal, options))
    for (const [index, name] of chunk.names.entries()) {
      assert.equal(found.has(name), false, `${name} twice`);
      found.set(name, { chunk, index });
    }
  return found;
}

test('a walk tells of every entry what lstat tells', async (t) => {
  const root = await temporaryFolder(t);
  await mkdir(join(root, 'Música/1999'), { recursive: true });
  await mkdir(join(root, 'empty'));
  await writeFile(join(root, 'Música/1999/a b.mp3'), 'x'.repeat(12345));
  await writeFile(join(root, 'zero'), '');
  await symlink('/', join(root, 'way out'));
  await link(join(root, 'zero'), join(root, 'other name'));
  const found = await walk(root);
  assert.deepEqual(
    [...found.keys()].sort(),
    ['Música', 'Música/1999', 'Música/1999/a b.mp3', 'empty', 'other name', 'way out', 'zero'].sort(),
  );
  for (const [name, { chunk, index }] of found) {
    const status = await lstat(join(root, name), { bigint: true });
    assert.equal(chunk.size(index), Number(status.size), name);
    assert.equal(chunk.mtimeNs(index), status.mtimeNs, name);
    assert.equal(chunk.ctimeNs(index), status.ctimeNs, name);
    assert.equal(chunk.inode(index), status.ino, name);
    assert.equal(chunk.mode(index), Number(status.mode), name);
    assert.equal(chunk.links(index), Number(status.nlink), name);
    assert.equal(chunk.errno(index), 0, name);
    assert.equal(chunk.wellFormed(index), true, name);
    const kind = status.isFile() ? 'file' : status.isDirectory() ? 'folder' : 'symlink';
    assert.equal(chunk.kind(index), kind, name);
  }
  const order = [...found.keys()];
  assert.ok(order.indexOf('Música') < order.indexOf('Música/1999'));
});

test('a walk goes no deeper than it may, skips what it shall, and says where it did not enter', async (t) => {
  const root = await temporaryFolder(t);
  await mkdir(join(root, 'a/b/c'), { recursive: true });
  await mkdir(join(root, 'a/.trash/x'), { recursive: true });
  await writeFile(join(root, '.trash'), '');
  const found = await walk(root, { maxDepth: 2, skip: ['.trash'] });
  assert.deepEqual([...found.keys()], ['a', 'a/b', 'a/b/c']);
  const deep = found.get('a/b/c');
  assert.equal(deep?.chunk.errno(deep.index), 36, 'ENAMETOOLONG');
  const whole = found.get('a/b');
  assert.equal(whole?.chunk.errno(whole.index), 0);
});

test('a walk crosses into no other filesystem unless it is told to', async () => {
  const inside = (found: Awaited<ReturnType<typeof walk>>) => [...found.keys()].some((name) => name.startsWith('shm/'));
  const shared = join('/dev/shm', `cradle-test-${process.pid}`);
  const file = await open(shared, 'wx');
  try {
    const staying = await walk('/dev', { maxDepth: 3 });
    const mount = staying.get('shm');
    assert.equal(mount?.chunk.errno(mount.index), 18, 'EXDEV');
    assert.equal(inside(staying), false);
    assert.equal(inside(await walk('/dev', { maxDepth: 3, crossMounts: true })), true);
  } finally {
    await file.close();
    await rm(shared);
  }
});

test('a name that is no UTF-8 is told and marked', async (t) => {
  const root = await temporaryFolder(t);
  const path = Buffer.concat([Buffer.from(`${root}/bad-`), Buffer.from([0xff, 0xc3])]);
  await writeFile(path, 'x');
  await writeFile(join(root, 'bad-\ufffd'), 'y');
  const found = await walk(root);
  assert.equal(found.size, 2);
  for (const [name, { chunk, index }] of found) assert.equal(chunk.wellFormed(index), name === 'bad-\ufffd', name);
});

test('a walk in small pieces tells the same as one in a single piece', async (t) => {
  const root = await temporaryFolder(t);
  for (let folder = 0; folder < 20; folder++) {
    await mkdir(join(root, `d${folder}`));
    await Promise.all(Array.from({ length: 50 }, (_, file) => writeFile(join(root, `d${folder}`, `f${file}`), '')));
  }
  const pieces = await walk(root, { chunk: 7 });
  const whole = await walk(root, { chunk: 1 << 20 });
  assert.equal(whole.size, 1020);
  assert.deepEqual([...pieces.keys()].sort(), [...whole.keys()].sort());
});

test('a walk can be cut short, is bounded, and names the root it cannot read', async (t) => {
  const root = await temporaryFolder(t);
  await Promise.all(Array.from({ length: 100 }, (_, file) => writeFile(join(root, `f${file}`), '')));
  const descriptors = async () => (await readdir('/proc/self/fd')).length;
  const before = await descriptors();
  for await (const chunk of scan(root, new AbortController().signal, { chunk: 10 })) {
    assert.equal(chunk.count, 10);
    break;
  }
  const ending = new AbortController();
  await assert.rejects(
    async () => {
      for await (const _ of scan(root, ending.signal, { chunk: 10 })) ending.abort();
    },
    { code: 'Cancelled' },
  );
  await assert.rejects(() => walk(root, { maxEntries: 99, chunk: 10 }), { code: 'LimitsExceeded' });
  await assert.rejects(() => walk(join(root, 'none')), { code: 'ENOENT', syscall: 'open', path: join(root, 'none') });
  await assert.rejects(() => walk(join(root, 'f1')), { code: 'ENOTDIR' });
  assert.equal(await descriptors(), before);
});

test('two calls for the next piece at once are refused, and a closed walk gives no more', async (t) => {
  const addon = native();
  const handle = addon.scanOpen(await temporaryFolder(t), 1, false, []);
  const first = addon.scanNext(handle, 1);
  assert.throws(() => addon.scanNext(handle, 1), { code: 'EBUSY' });
  addon.scanClose(handle);
  addon.scanClose(handle);
  await first;
  assert.throws(() => addon.scanNext(handle, 1), { code: 'EBADF' });
});

test('renaming replaces nothing', async (t) => {
  const root = await temporaryFolder(t);
  const at = (name: string) => join(root, name);
  await writeFile(at('a'), 'A');
  await writeFile(at('b'), 'B');
  await mkdir(at('folder'));
  await assert.rejects(native().renameNoReplace(at('a'), at('b')), {
    code: 'EEXIST',
    path: at('b'),
    syscall: 'rename',
  });
  await assert.rejects(native().renameNoReplace(at('folder'), at('a')), { code: 'EEXIST' });
  await assert.rejects(native().renameNoReplace(at('none'), at('c')), { code: 'ENOENT', path: at('none') });
  await native().renameNoReplace(at('a'), at('c'));
  await native().renameNoReplace(at('folder'), at('folder 2'));
  assert.deepEqual((await readdir(root)).sort(), ['b', 'c', 'folder 2']);
  assert.equal(await readFile(at('c'), 'utf8'), 'A');
  assert.equal(await readFile(at('b'), 'utf8'), 'B');
  assert.throws(() => native().renameNoReplace(at('b'), 'with\0nul'), TypeError);
});

test('renaming replaces nothing where the filesystem cannot refuse by itself', async (t) => {
  const root = await temporaryFolder(t);
  // The system calls as FUSE and FAT drivers of old answer them.
  await writeFile(
    join(root, 'old.c'),
    `#include <errno.h>
     int renameat2(int a, const char *b, int c, const char *d, unsigned e) { errno = EINVAL; return -1; }
     #ifdef LINKLESS
     int linkat(int a, const char *b, int c, const char *d, int e) { errno = EPERM; return -1; }
     #endif\n`,
  );
  const program = `
    import { native } from ${JSON.stringify(new URL('../../src/hal/native.js', import.meta.url).href)};
    import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
    process.chdir(process.argv[1]);
    for (const name of ['a', 'b']) writeFileSync(name, name);
    mkdirSync('folder');
    const outcome = (from, to) => native().renameNoReplace(from, to).then(() => 'done', ({ code }) => code);
    const outcomes = [];
    for (const [from, to] of [['a', 'b'], ['none', 'c'], ['a', 'c'], ['folder', 'b'], ['folder', 'folder 2']])
      outcomes.push(await outcome(from, to));
    console.log(JSON.stringify([outcomes, readdirSync('.').sort(), readFileSync('b', 'utf8'), readFileSync('c', 'utf8')]));`;
  for (const define of ['-DLINKS', '-DLINKLESS']) {
    const place = join(root, define);
    const library = join(root, `${define}.so`);
    await mkdir(place);
    await run('cc', ['-shared', '-fPIC', define, '-o', library, join(root, 'old.c')]);
    const env = { ...process.env, LD_PRELOAD: library };
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program, place], { env });
    const outcomes = ['EEXIST', 'ENOENT', 'done', 'EEXIST', 'done'];
    assert.deepEqual(JSON.parse(stdout), [outcomes, ['b', 'c', 'folder 2'], 'b', 'a'], define);
  }
});

test('flushing a filesystem needs an open file of it', async (t) => {
  const root = await temporaryFolder(t);
  await chmod(root, 0o700);
  const folder = await open(root);
  const flushed = native().syncfs(folder.fd);
  const { fd } = folder;
  await folder.close();
  await flushed;
  assert.throws(() => native().syncfs(fd), { code: 'EBADF', syscall: 'syncfs' });
  for (const no of [Number.NaN, 1.5, 2 ** 40, -(2 ** 31) - 1]) assert.throws(() => native().syncfs(no), TypeError);
});
