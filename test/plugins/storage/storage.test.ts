import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { LargeBody } from '../../../src/plugins/body.js';
import type { Edit } from '../../../src/plugins/contract.js';
import { applyAll, applyOne, contentsOf, entriesOf, forever, item, put, refsOf } from '../../support/items.js';
import { bed, pathOn } from './bed.js';

test('a volume nobody has mounted is mounted through UDisks2, without asking anybody for a password', async (t) => {
  const it = await bed(t);
  const [volume] = it.volumes;
  await it.write(volume, 'Music/song.mp3', 'la la');
  const store = await it.open('music');
  assert.deepEqual(await contentsOf(store), new Map([['song.mp3', 'la la']]));
  assert.deepEqual(
    volume?.asked.map(({ method, options }) => [
      method,
      options.get('auth.no_user_interaction'),
      options.get('options'),
    ]),
    [['Mount', true, undefined]],
  );
});

test('a volume that is mounted already is used where it is, and stays mounted', async (t) => {
  const it = await bed(t);
  const [volume] = it.volumes;
  await it.write(volume, 'Music/song.mp3', 'la la');
  await volume?.mount();
  await using peer = await it.connect();
  assert.equal((await contentsOf(await peer.open('music', forever))).size, 1);
  await assert.rejects(async () => peer.release?.(forever), {
    code: 'Busy',
    message: /was mounted by another program/,
  });
  assert.equal(volume?.mounted, true);
  await peer.release?.(forever, true);
  assert.equal(volume?.mounted, false, 'a person asked for it');
});

test('the kernel is believed about mounts when there is no UDisks2', async (t) => {
  const it = await bed(t, { plugin: { systemBus: () => Promise.reject(new Error('there is no bus')) } });
  const [volume] = it.volumes;
  await it.write(volume, 'Music/song.mp3', 'la la');
  const point = `${volume?.options.medium}`;
  const line = `36 35 8:17 / ${point} rw,nosuid shared:1 - vfat ${volume?.options.node} rw,uid=1000`;
  await writeFile(join(it.folder, 'mountinfo'), `nonsense\n${line}\n`);
  assert.equal((await contentsOf(await it.open('music'))).size, 1);
});

test('what nobody mounts is not connected, and the sentence says why', async (t) => {
  const it = await bed(t);
  const [volume] = it.volumes;
  if (volume !== undefined) volume.mood = 'not-authorized';
  await assert.rejects(it.open('music'), { code: 'NotConnected', message: /sd0 is not mounted: Not authorized/ });
});

test('an aborted wait for a mount ends at once', async (t) => {
  const it = await bed(t);
  const [volume] = it.volumes;
  if (volume !== undefined) volume.mood = 'silent';
  await using peer = await it.connect();
  const stop = new AbortController();
  const opening = peer.open('music', stop.signal);
  stop.abort();
  await assert.rejects(opening, { code: 'Cancelled' });
});

test('a device without volumes is not connected', async (t) => {
  const it = await bed(t);
  await assert.rejects(it.connect(it.device('no such')), { code: 'NotConnected' });
});

test('stores are those the rule names, and their identity is the volume and the folder', async (t) => {
  const it = await bed(t);
  await using peer = await it.connect();
  assert.deepEqual(
    peer.stores.map(({ name, label, icon, identity, contentTypes }) => ({ name, label, icon, identity, contentTypes })),
    [
      {
        name: 'music',
        label: 'Music',
        icon: 'folder-music',
        identity: 'storage:AAAA-0001:/Music',
        contentTypes: ['audio/*'],
      },
      { name: 'files', label: 'Files', icon: 'folder', identity: 'storage:AAAA-0001:/Files', contentTypes: ['*'] },
    ],
  );
  await assert.rejects(peer.open('nothing', forever), { code: 'NotFound' });
});

test('a folder is found in whatever case the device spells it, and only its types are listed', async (t) => {
  const it = await bed(t);
  const [volume] = it.volumes;
  await it.write(volume, 'MUSIC/Album/song.mp3', 'la la');
  await it.write(volume, 'MUSIC/Album/cover.jpg', 'picture');
  await it.write(volume, 'Elsewhere/other.mp3', 'la la');
  const store = await it.open('music');
  await put(store, item('new.mp3', 'new', { contentType: 'audio/mpeg' }));
  assert.deepEqual([...(await contentsOf(store)).keys()].sort(), ['Album/song.mp3', 'new.mp3']);
  assert.deepEqual(await readdir(pathOn(volume, '.')), ['Elsewhere', 'MUSIC']);
});

test('a folder that is not there is empty, and is made by the first item', async (t) => {
  const it = await bed(t);
  const [volume] = it.volumes;
  const store = await it.open('music');
  assert.deepEqual(await refsOf(store), []);
  assert.equal(existsSync(pathOn(volume, 'Music')), false);
  await put(store, item('a.mp3', 'la', { contentType: 'audio/mpeg' }));
  assert.equal(await readFile(pathOn(volume, 'Music/a.mp3'), 'utf8'), 'la');
});

test('nothing but the items is left on a device', async (t) => {
  const it = await bed(t);
  const [volume] = it.volumes;
  const store = await it.open('files');
  const ref = await put(store, item('a/b/c.txt', 'one'));
  await put(store, item('d.txt', 'two'));
  await applyOne(store, { kind: 'remove', key: 1, ref });
  assert.deepEqual(await readdir(pathOn(volume, '.'), { recursive: true }), ['Files', 'Files/d.txt']);
});

test('several folders of one line are one store', async (t) => {
  const it = await bed(t, { stores: { photos: '/DCIM;/Pictures image/*' } });
  const [volume] = it.volumes;
  await it.write(volume, 'DCIM/100CANON/a.jpg', 'a');
  await it.write(volume, 'Pictures/b.jpg', 'b');
  const store = await it.open('photos');
  assert.deepEqual(
    await contentsOf(store),
    new Map([
      ['100CANON/a.jpg', 'a'],
      ['b.jpg', 'b'],
    ]),
  );
  for (const ref of await refsOf(store)) assert.equal(ref.volume, 'AAAA-0001');
});

test('the root of a volume can be a store, without what the filesystem keeps there', async (t) => {
  const it = await bed(t, { stores: { all: '/ *' } });
  const [volume] = it.volumes;
  await it.write(volume, 'a.txt', 'a');
  await it.write(volume, 'System Volume Information/x.txt', 'x');
  assert.deepEqual([...(await contentsOf(await it.open('all'))).keys()], ['a.txt']);
});

test('a card that is not in is inactive: its items are neither there nor gone', async (t) => {
  const it = await bed(t, { volumes: ['AAAA-0001', 'CARD-0002'] });
  const [memory, card] = it.volumes;
  await it.write(memory, 'Files/inside.txt', 'inside');
  await it.write(card, 'Files/on card.txt', 'on card');
  const both = await it.open('files');
  const refs = await refsOf(both);
  assert.deepEqual(refs.map(({ name, volume }) => [name, volume]).sort(), [
    ['inside.txt', 'AAAA-0001'],
    ['on card.txt', 'CARD-0002'],
  ]);
  const alone = await it.open('files', it.device('AAAA-0001'));
  assert.equal(alone.info.identity, both.info.identity);
  const listing = await alone.list(undefined, forever);
  assert.deepEqual([...(listing.volumes ?? [])], ['AAAA-0001']);
  assert.deepEqual((await entriesOf(listing)).length, 1);
  const onCard = refs.find(({ volume }) => volume === 'CARD-0002');
  assert(onCard !== undefined);
  await assert.rejects(alone.read(onCard.id, forever), { code: 'NotFound' });
  const receipt = await applyOne(alone, { kind: 'remove', key: 1, ref: onCard });
  assert.equal(receipt.outcome, 'refused');
});

test('the cards of a camera are one store, whichever is in', async (t) => {
  const it = await bed(t, { kind: 'camera', volumes: ['CARD-0001', 'CARD-0002'] });
  const [one, two] = await Promise.all([it.connect(it.device('CARD-0001')), it.connect(it.device('CARD-0002'))]);
  assert.equal(one.stores[0]?.identity, two.stores[0]?.identity);
});

test('new items go to the volume that has the folder', async (t) => {
  const it = await bed(t, { volumes: ['AAAA-0001', 'CARD-0002'] });
  const [memory, card] = it.volumes;
  await it.write(card, 'Files/old.txt', 'old');
  const store = await it.open('files');
  await put(store, item('new.txt', 'new'));
  assert.equal(existsSync(pathOn(card, 'Files/new.txt')), true);
  assert.equal(existsSync(pathOn(memory, 'Files')), false);
});

test('edits of several volumes in one batch are all receipted, each where it belongs', async (t) => {
  const it = await bed(t, { volumes: ['AAAA-0001', 'CARD-0002'] });
  const [memory, card] = it.volumes;
  for (let n = 0; n < 5; n++) {
    await it.write(memory, `Files/m${n}.txt`, 'before');
    await it.write(card, `Files/c${n}.txt`, 'before');
  }
  const store = await it.open('files');
  const refs = [...(await refsOf(store))].sort((a, b) => ((a.name ?? '').slice(1) < (b.name ?? '').slice(1) ? -1 : 1));
  const edits = refs.map(
    (ref, key): Edit => ({ kind: 'put', key, item: item(ref.name ?? '', 'after'), replaces: ref }),
  );
  const receipts = await applyAll(store, edits);
  assert.deepEqual(
    receipts.map(({ outcome }) => outcome),
    refs.map(() => 'stored'),
  );
  for (const receipt of receipts) assert('ref' in receipt && receipt.ref.volume === refs[receipt.key]?.volume);
  assert.deepEqual(new Set((await contentsOf(store)).values()), new Set(['after']));
});

test('a device that is for import only is mounted read-only', async (t) => {
  const it = await bed(t, { options: { ImportOnly: 'true' } });
  await it.open('music');
  assert.equal(it.volumes[0]?.asked[0]?.options.get('options'), 'ro');
});

test('what we mounted is unmounted when the device is let go, and may be powered off', async (t) => {
  const it = await bed(t, { options: { PowerOff: 'true', Eject: 'true' } });
  const [volume] = it.volumes;
  await using peer = await it.connect();
  const store = await peer.open('files', forever);
  await put(store, item('a.txt', 'one'));
  await peer.release?.(forever);
  assert.equal(volume?.mounted, false);
  assert.deepEqual(
    volume?.asked.map(({ method }) => method),
    ['Mount', 'Unmount', 'Eject', 'PowerOff'],
  );
  await assert.rejects(store.list(undefined, forever), { code: 'StoreUnavailable' });
});

test('what a session could not unmount the next one still may', async (t) => {
  const it = await bed(t);
  const [volume] = it.volumes;
  assert(volume !== undefined);
  const first = await it.connect();
  await first.open('files', forever);
  volume.mood = 'busy';
  await assert.rejects(async () => first.release?.(forever), { code: 'Busy' });
  await first[Symbol.asyncDispose]();
  volume.mood = 'willing';
  const second = await it.connect();
  await second.release?.(forever);
  assert.equal(volume.mounted, false);
});

test('who holds a volume is named', async (t) => {
  const it = await bed(t);
  const [volume] = it.volumes;
  assert(volume !== undefined);
  await using peer = await it.connect();
  await peer.open('files', forever);
  const holder = spawn('sleep', ['60'], { cwd: volume.options.point, stdio: 'ignore' });
  t.after(() => holder.kill('SIGKILL'));
  await once(holder, 'spawn');
  volume.mood = 'busy';
  await assert.rejects(async () => peer.release?.(forever), {
    code: 'Busy',
    message: new RegExp(`is in use by .*\\(${holder.pid}\\)`),
  });
});

test('a device that is pulled in mid-copy ends the writing, and no part of a file is an item afterwards', async (t) => {
  const it = await bed(t);
  const [volume] = it.volumes;
  assert(volume !== undefined);
  const store = await it.open('files');
  const film: LargeBody = {
    size: 8 * 1024 * 1024,
    async *open() {
      for (let chunk = 0; chunk < 8; chunk++) {
        if (chunk === 4) await volume.pull();
        yield Buffer.alloc(1024 * 1024, chunk);
      }
    },
  };
  const edits = async function* (): AsyncGenerator<Edit> {
    for (let key = 0; key < 600; key++) yield { kind: 'put', key, item: item(`${key}.txt`, `content ${key}`) };
    yield { kind: 'put', key: 600, item: item('film.mp4', new Uint8Array(), { body: film }) };
    for (let key = 601; key < 2000; key++) yield { kind: 'put', key, item: item(`${key}.txt`, `content ${key}`) };
  };
  const told = new Set<number>();
  await assert.rejects(
    async () => {
      for await (const receipt of store.apply(edits(), forever))
        if (receipt.outcome === 'stored') told.add(receipt.key);
    },
    { code: 'NotConnected' },
  );
  assert(told.size > 0 && !told.has(600));
  await assert.rejects(async () => refsOf(store), { code: 'NotConnected' });
  assert(
    (await readdir(pathOn(volume, 'Files'))).some((name) => name.startsWith('.')),
    'a part was left behind',
  );

  await volume.plug();
  const again = await it.open('files');
  const contents = await contentsOf(again);
  for (const key of told) assert.equal(contents.get(`${key}.txt`), `content ${key}`);
  for (const [name, content] of contents) assert.equal(content, `content ${name.slice(0, -4)}`);
  assert.deepEqual(
    (await readdir(pathOn(volume, 'Files'))).filter((name) => name.startsWith('.')),
    [],
  );
});

test('a device that is pulled while it is listed looks unplugged, not empty', async (t) => {
  const it = await bed(t);
  const [volume] = it.volumes;
  for (let n = 0; n < 10; n++) await it.write(volume, `Files/${n}.txt`, `${n}`);
  const store = await it.open('files');
  await assert.rejects(
    async () => {
      for await (const _ of (await store.list(undefined, forever)).entries) await volume?.pull();
    },
    { code: 'NotConnected' },
  );
  await assert.rejects(store.read('AAAA-0001:/Files:1.txt', forever), { code: 'NotConnected' });
});

test('volumes without a UUID, or with the same, are kept apart', async (t) => {
  const it = await bed(t, { volumes: ['AAAA-0001', 'AAAA/0001'] });
  const [one, two] = it.volumes;
  await it.write(one, 'Files/a.txt', 'one');
  await it.write(two, 'Files/a.txt', 'two');
  const store = await it.open('files');
  assert.deepEqual(
    (await refsOf(store)).map(({ volume }) => volume),
    ['AAAA-0001', 'AAAA_0001'],
  );
});

test('a rule cannot lead out of the volume', async (t) => {
  const it = await bed(t, { stores: { evil: '/../.. *' } });
  await mkdir(join(it.folder, 'media'), { recursive: true });
  await assert.rejects(async () => refsOf(await it.open('evil')), { code: 'InvalidArgs' });
});

test('a card that cannot be mounted does not spoil the others', async (t) => {
  const it = await bed(t, { volumes: ['AAAA-0001', 'CARD-0002'] });
  const [memory, card] = it.volumes;
  if (card !== undefined) card.mood = 'not-authorized';
  await it.write(memory, 'Files/a.txt', 'one');
  assert.equal((await contentsOf(await it.open('files'))).size, 1);
  assert(it.log.lines.some(({ message }) => message.includes('sd1 is left out')));
});
