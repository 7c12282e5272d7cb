import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, lstat, mkdir, readdir, readFile, rename, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { applyAll, applyOne, contentsOf, forever, item, put, refsOf } from '../../support/items.js';
import { temporaryFolder } from '../../support/tmp.js';
import { bed, FAT } from './bed.js';

const run = promisify(execFile);
const namesIn = async (it: { readonly folder: string }): Promise<readonly string[]> =>
  (await readdir(it.folder, { recursive: true })).filter((name) => name !== '.cradle-store').sort();

test('symbolic links, sockets and pipes are no items, and the log says so once', async (t) => {
  const it = await bed(t);
  const elsewhere = await temporaryFolder(t);
  await writeFile(join(elsewhere, 'secret.txt'), 'secret');
  await it.write('file.txt', 'file');
  await symlink(join(elsewhere, 'secret.txt'), it.path('link.txt'));
  await symlink(elsewhere, it.path('folder link'));
  await run('mkfifo', [it.path('pipe.txt')]);
  const server = createServer().listen(it.path('socket.txt'));
  t.after(() => server.close());
  const store = await it.open();
  assert.deepEqual([...(await contentsOf(store)).keys()], ['file.txt']);
  for (const id of ['link.txt', 'pipe.txt', 'socket.txt']) assert.equal(await store.read(id, forever), undefined);
  await refsOf(await it.open());
  const told = it.log.lines.filter(({ message }) => message.includes('not synced'));
  assert.deepEqual(
    told.map(({ level, message }) => [level, message.replace(it.folder, '').replaceAll(/ \(such as [^)]*\)/g, '')]),
    [['info', ': not synced are 2 sockets, pipes and devices, 2 symbolic links']],
  );
});

test('an item cannot be read or written through a folder that is a symbolic link', async (t) => {
  const it = await bed(t);
  const elsewhere = await temporaryFolder(t);
  await writeFile(join(elsewhere, 'secret.txt'), 'secret');
  await symlink(elsewhere, it.path('sub'));
  const store = await it.open();
  await assert.rejects(store.read('sub/secret.txt', forever), { code: 'InvalidItem', message: /symbolic link/ });
  const receipt = await applyOne(store, { kind: 'put', key: 1, item: item('sub/new.txt', 'new') });
  assert(receipt.outcome === 'refused' && receipt.reason.code === 'InvalidItem');
  const ref = { id: 'sub/secret.txt', revision: 'any' };
  for (const edit of [
    { kind: 'remove', key: 2, ref },
    { kind: 'put', key: 3, item: item('sub/secret.txt', 'mine'), replaces: ref },
  ] as const) {
    const answer = await applyOne(store, edit);
    assert(answer.outcome === 'refused' && answer.reason.code === 'InvalidItem');
  }
  assert.deepEqual(await readdir(elsewhere), ['secret.txt']);
  assert.equal(await readFile(join(elsewhere, 'secret.txt'), 'utf8'), 'secret');
});

test('a folder that is swapped for a symbolic link in the middle of a batch does not lead the writing astray', async (t) => {
  const it = await bed(t);
  const elsewhere = await temporaryFolder(t);
  await it.write('sub/old.txt', 'old');
  const store = await it.open();
  const edits = async function* () {
    yield { kind: 'put', key: 1, item: item('sub/one.txt', 'one') } as const;
    await rename(it.path('sub'), it.path('moved'));
    await symlink(elsewhere, it.path('sub'));
    yield { kind: 'put', key: 2, item: item('sub/two.txt', 'two') } as const;
  };
  for await (const _ of store.apply(edits(), forever));
  assert.deepEqual(await readdir(elsewhere), []);
  assert((await readdir(it.path('moved'))).includes('one.txt'));
});

for (const id of ['../outside.txt', '/etc/passwd', 'a/../../outside.txt', 'a\0b', '..'])
  test(`the id ${JSON.stringify(id)} leads outside, and is refused`, async (t) => {
    const it = await bed(t);
    await writeFile(join(it.folder, '../outside.txt'), 'outside');
    const store = await it.open();
    await assert.rejects(store.read(id, forever), { code: 'InvalidItem' });
    const ref = { id, revision: '1' };
    const receipts = await applyAll(store, [
      { kind: 'remove', key: 1, ref },
      { kind: 'put', key: 2, item: item('a.txt', 'a'), replaces: ref },
      { kind: 'put', key: 3, item: item(id, 'a') },
    ]);
    for (const receipt of receipts) assert(receipt.outcome === 'refused' && receipt.reason.code === 'InvalidItem');
    assert.equal(await readFile(join(it.folder, '../outside.txt'), 'utf8'), 'outside');
  });

test('hidden files, and those that editors leave for a while, are no items', async (t) => {
  const it = await bed(t);
  for (const name of [
    '.hidden',
    '.git/config',
    'a.txt~',
    '#a.txt#',
    '.a.txt.swp',
    '~$a.docx',
    'film.part',
    'Thumbs.db',
  ])
    await it.write(name, 'x');
  await it.write('a.txt', 'a');
  assert.deepEqual([...(await contentsOf(await it.open())).keys()], ['a.txt']);
});

test('a name that is no UTF-8 is passed over, never mangled', async (t) => {
  const it = await bed(t);
  await it.write('good.txt', 'good');
  await writeFile(
    Buffer.concat([Buffer.from(`${it.folder}/bad `), Buffer.from([0xff, 0xfe]), Buffer.from('.txt')]),
    'bad',
  );
  await mkdir(Buffer.concat([Buffer.from(`${it.folder}/`), Buffer.from([0xe9])]));
  await writeFile(Buffer.concat([Buffer.from(`${it.folder}/`), Buffer.from([0xe9]), Buffer.from('/in.txt')]), 'bad');
  const store = await it.open();
  assert.deepEqual([...(await contentsOf(store)).keys()], ['good.txt']);
  assert(it.log.lines.some(({ message }) => message.includes('2 names that are no UTF-8')));
});

test('a store of pictures and films holds nothing else', async (t) => {
  const it = await bed(t, { contentTypes: ['image/*', 'video/*'] });
  for (const name of ['a.JPG', 'b/c.mp4', 'notes.txt', 'noextension', 'song.mp3']) await it.write(name, name);
  const store = await it.open();
  assert.deepEqual([...(await contentsOf(store)).keys()].sort(), ['a.JPG', 'b/c.mp4']);
  assert.equal(await store.read('notes.txt', forever), undefined);
  const refused = await applyOne(store, { kind: 'put', key: 1, item: item('x.txt', 'x') });
  assert(refused.outcome === 'refused' && refused.reason.code === 'InvalidItem');
});

test('an item without a name is called by its summary, with the extension of its type', async (t) => {
  const it = await bed(t, { contentTypes: ['image/*'] });
  const store = await it.open();
  const nameless = (summary: string) => ({ contentType: 'image/png', body: Buffer.from(summary), summary });
  const names: (string | undefined)[] = [];
  for (const summary of ['Mum & Dad', '../../etc/passwd', '.hidden', '', 'a\nb', 'photo.png', 'x'.repeat(200)])
    names.push((await put(store, nameless(summary))).name);
  assert.deepEqual(names.slice(0, 3), ['Mum & Dad.png', 'etc passwd.png', 'hidden.png']);
  assert.match(names[3] ?? '', /^[0-9a-f]{16}\.png$/);
  assert.deepEqual(names.slice(4), ['a b.png', 'photo.png', `${'x'.repeat(80)}.png`]);
});

test('contacts and appointments lie flat, one file an item, and what vdir keeps beside them is no item', async (t) => {
  const it = await bed(t, { contentTypes: ['text/vcard'] });
  await it.write('anna.vcf', 'BEGIN:VCARD');
  await it.write('displayname', 'Friends\n');
  await it.write('color', '#ff0000');
  await it.write('sub/deep.vcf', 'BEGIN:VCARD');
  await it.write('event.ics', 'BEGIN:VCALENDAR');
  const store = await it.open();
  assert.equal(store.info.label, 'Friends');
  assert.deepEqual([...(await contentsOf(store)).keys()], ['anna.vcf']);
  const card = { contentType: 'text/x-vcard', body: Buffer.from('BEGIN:VCARD'), summary: 'Bob' };
  assert.equal((await put(store, card)).id, 'Bob.vcf');
  assert.equal((await put(store, { ...card, name: 'some/where/carol.vcf' })).id, 'carol.vcf');
  assert.equal((await store.read('Bob.vcf', forever))?.contentType, 'text/vcard');
});

test('times and permissions of files are kept', async (t) => {
  const it = await bed(t);
  const store = await it.open();
  const modified = 1_234_567_890_000_000n;
  const before = await put(store, item('a.txt', 'one', { modified }));
  assert.equal((await stat(it.path('a.txt'), { bigint: true })).mtimeNs / 1000n, modified);
  await chmod(it.path('a.txt'), 0o600);
  const [again] = await refsOf(store);
  assert(again !== undefined && again.revision !== before.revision);
  await put(store, item('a.txt', 'two', { modified }), again);
  assert.equal((await stat(it.path('a.txt'))).mode & 0o777, 0o600);
});

test('a time that the filesystem cannot count does not keep an item away', async (t) => {
  const it = await bed(t);
  const store = await it.open();
  await put(store, item('a.txt', 'one', { modified: 10n ** 25n }));
  await put(store, item('b.txt', 'two', { modified: -(10n ** 17n) }));
  assert.equal((await refsOf(store)).length, 2);
});

test('folders come with their first item and go with their last, but not those that hold something else', async (t) => {
  const it = await bed(t);
  await mkdir(it.path('empty'));
  await it.write('shared/.hidden', 'x');
  const store = await it.open();
  const receipts = await applyAll(
    store,
    ['a/b/c/one.txt', 'a/two.txt', 'shared/three.txt'].map((name, key) => ({
      kind: 'put',
      key,
      item: item(name, name),
    })),
  );
  const refs = receipts.flatMap((receipt) => ('ref' in receipt ? [receipt.ref] : []));
  await applyAll(
    store,
    refs.map((ref, key) => ({ kind: 'remove', key, ref })),
  );
  assert.deepEqual(await namesIn(it), ['empty', 'shared', 'shared/.hidden']);
});

test('a file becomes a folder, and a folder a file, in one batch', async (t) => {
  const it = await bed(t);
  const store = await it.open();
  const [file, inner] = [await put(store, item('one', 'file')), await put(store, item('two/inner', 'inner'))];
  await applyAll(store, [
    { kind: 'remove', key: 1, ref: file },
    { kind: 'put', key: 2, item: item('one/inner', 'now inside') },
    { kind: 'remove', key: 3, ref: inner },
    { kind: 'put', key: 4, item: item('two', 'now a file') },
  ]);
  assert.deepEqual(
    await contentsOf(store),
    new Map([
      ['one/inner', 'now inside'],
      ['two', 'now a file'],
    ]),
  );
});

test('an item below what is a file here is refused, and the file is left alone', async (t) => {
  const it = await bed(t);
  await it.write('a', 'file');
  const store = await it.open();
  const receipt = await applyOne(store, { kind: 'put', key: 1, item: item('a/b.txt', 'b') });
  assert(receipt.outcome === 'refused' && receipt.reason.code === 'InvalidItem');
  assert.deepEqual(await contentsOf(store), new Map([['a', 'file']]));
});

test('a file that appears where a new item is to go is not overwritten', async (t) => {
  const it = await bed(t);
  const store = await it.open();
  const edits = async function* () {
    yield { kind: 'put', key: 1, item: item('a.txt', 'ours') } as const;
    await it.write('a.txt', 'theirs');
  };
  for await (const receipt of store.apply(edits(), forever)) assert('ref' in receipt && receipt.ref.id === 'a (2).txt');
  assert.deepEqual(
    await contentsOf(store),
    new Map([
      ['a (2).txt', 'ours'],
      ['a.txt', 'theirs'],
    ]),
  );
});

test('a file that is edited between the reading and the writing of a batch is not overwritten or removed', async (t) => {
  const it = await bed(t);
  await it.write('a.txt', 'one');
  await it.write('b.txt', 'two');
  const store = await it.open();
  const refs = new Map((await refsOf(store)).map((ref) => [ref.id, ref]));
  const [a, b] = [refs.get('a.txt'), refs.get('b.txt')];
  assert(a !== undefined && b !== undefined);
  const edits = async function* () {
    yield { kind: 'put', key: 1, item: item('a.txt', 'ours'), replaces: a } as const;
    yield { kind: 'remove', key: 2, ref: b } as const;
    await it.write('a.txt', 'theirs');
    await it.write('b.txt', 'theirs');
  };
  for await (const receipt of store.apply(edits(), forever))
    assert(receipt.outcome === 'refused' && receipt.reason.code === 'ItemChanged');
  assert.deepEqual(new Set((await contentsOf(store)).values()), new Set(['theirs']));
  assert.deepEqual(await namesIn(it), ['a.txt', 'b.txt']);
});

test('no hidden file of ours is left after a batch, whatever became of it', async (t) => {
  const it = await bed(t);
  await it.write('taken.txt', 'theirs');
  const store = await it.open();
  await applyAll(store, [
    { kind: 'put', key: 1, item: item('good.txt', 'good') },
    { kind: 'put', key: 2, item: item('taken.txt', 'theirs') },
    { kind: 'put', key: 3, item: item('../bad.txt', 'bad') },
    { kind: 'put', key: 4, item: item('gone.txt', 'gone'), replaces: { id: 'gone.txt', revision: '1' } },
  ]);
  assert.deepEqual(await namesIn(it), ['good.txt', 'taken.txt']);
});

test('what an interrupted run left is cleaned up, what another process is writing is not', async (t) => {
  const it = await bed(t);
  const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'latin1')).slice(0, 8);
  // No process has a number above the kernel's limit.
  const dead = Number(await readFile('/proc/sys/kernel/pid_max', 'latin1')) + 1;
  const left = [`sub/.cradle-${boot}-${dead}-1.part`, `.cradle-${boot}-${process.pid}-999999999.part`];
  const alive = [`.cradle-${boot}-${process.ppid}-1.part`, '.cradle-00000000-1-1.part', '.cradle-mine', '.other.part'];
  for (const name of [...left, ...alive]) await it.write(name, 'half');
  assert.deepEqual(await refsOf(await it.open()), []);
  for (const name of left) assert.equal(existsSync(it.path(name)), false, name);
  for (const name of alive) assert.equal(existsSync(it.path(name)), true, name);
});

test('a file that changes while it is copied is not half of one and half of the other', async (t) => {
  const it = await bed(t);
  await it.write('film.mp4', 'one'.repeat(2_000_000));
  const store = await it.open();
  const found = await store.read('film.mp4', forever);
  assert(found !== undefined && !(found.body instanceof Uint8Array));
  const { body } = found;
  await assert.rejects(
    async () => {
      let chunks = 0;
      for await (const _ of body.open(forever)) if (chunks++ === 3) await it.write('film.mp4', 'two'.repeat(2_000_000));
    },
    { code: 'ItemChanged' },
  );
});

test('on a filesystem without case a name that is taken in another case stays', async (t) => {
  const it = await bed(t, { filesystem: FAT });
  const store = await it.open();
  await put(store, item('What?.txt', 'question'));
  assert.deepEqual(await namesIn(it), ['What？.txt']);
  assert.deepEqual([...(await contentsOf(store)).keys()], ['What?.txt']);
});

test('the time of a file is the time of the item', async (t) => {
  const it = await bed(t);
  await it.write('a.txt', 'a');
  await utimes(it.path('a.txt'), 1_600_000_000, 1_600_000_000);
  assert.equal((await (await it.open()).read('a.txt', forever))?.modified, 1_600_000_000_000_000n);
  assert.equal((await lstat(it.path('a.txt'))).mtimeMs, 1_600_000_000_000);
});
