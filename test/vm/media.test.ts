import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ERROR_PREFIX } from '../../src/dbus/names.js';
import { Cradle, fields } from './cradle.js';
import { Gadget } from './gadget.js';
import { Guest } from './guest.js';
import { Medium } from './medium.js';
import { host } from './shell.js';
import { Stick } from './stick.js';
import { items, treeIn } from './tree.js';
import { until } from './until.js';

/** Exit codes of cradle(1). */
const FAILED = 1;
const PARTIAL = 6;

describe('media of all kinds', () => {
  let guest: Guest;
  let cradle: Cradle;
  before(async () => {
    guest = await Guest.boot('media');
    cradle = new Cradle(guest);
  });
  after(() => guest?.[Symbol.asyncDispose]());

  const folder = async (name: string): Promise<string> => {
    await guest.tester.run(['mkdir', name]);
    return `${guest.home}/${name}`;
  };
  const tree = async (path: string) => items(await treeIn(guest.tester, path));
  const names = async (path: string) => [...(await tree(path)).keys()];
  const claimed = async (serial: string): Promise<string> => {
    const id = String((await cradle.arrival(serial)).id);
    await cradle.run('claim', id);
    return id;
  };

  it('a camera is imported from and stays as it is, whatever happens to the copies', async () => {
    const medium = await Medium.make(guest.root, '/var/tmp/lumix.img', { volumes: [{ label: 'LUMIX', mib: 48 }] });
    await medium.write('DCIM/100_PANA/P1000001.JPG', 'one');
    await medium.write('DCIM/100_PANA/P1000002.JPG', 'two');
    const camera = new Gadget(guest, {
      ...{ name: 'lumix', port: 0, usbId: '04da:2372', manufacturer: 'Panasonic', product: 'DMC', serial: 'LUMIX1' },
      is: [{ image: medium.image }],
    });
    await camera.make();
    const pictures = await folder('Pictures');
    const before = await medium.tree();
    await camera.plug();
    const id = await claimed('LUMIX1');
    assert.deepEqual(fields(await cradle.device('LUMIX1'), 'manufacturer', 'model', 'kind'), {
      ...{ manufacturer: 'Panasonic', model: 'Lumix', kind: 'camera' },
    });
    await cradle.run('bind', id, `photos=${pictures}`, '--trigger', 'plug', '--first-sync', 'combine');
    await cradle.run('sync', id);
    assert.deepEqual(await tree(pictures), items(before, 'DCIM'));
    await guest.tester.run(['rm', `${pictures}/100_PANA/P1000001.JPG`]);
    await cradle.run('sync', id);
    assert.deepEqual(await names(pictures), ['100_PANA/P1000002.JPG'], 'what was deleted here stays deleted here');
    await cradle.run('eject', id);
    await camera.pull();
    await cradle.departure('LUMIX1');
    assert.deepEqual(await medium.tree(), before, 'the camera was written to');
  });

  it('photos are fetched from a disk with DCIM on one of its partitions', async () => {
    const medium = await Medium.make(host, join(guest.folder, 'dcim.img'), {
      volumes: [
        { label: 'SYSTEM', mib: 36 },
        { label: 'PHOTOS', mib: 40 },
      ],
    });
    await medium.write('DCIM/101CANON/IMG_0001.JPG', 'a picture', 1);
    const stick = new Stick(guest, { serial: 'DCIM1', image: medium.image });
    await stick.plug();
    const id = await claimed('DCIM1');
    const album = await folder('Album');
    await cradle.run('bind', id, `photos=${album}`, '--direction', 'to-desktop', '--trigger', 'none');
    await cradle.run('sync', id);
    assert.deepEqual(await tree(album), items(await medium.tree(1), 'DCIM'));
    await guest.tester.run(['sh', '-c', 'echo mine > "$1/mine.jpg"', 'sh', album]);
    await cradle.run('sync', id);
    await cradle.released(id);
    await stick.pull();
    assert.deepEqual([...items(await medium.tree(1), 'DCIM').keys()], ['101CANON/IMG_0001.JPG']);
    assert.deepEqual(items(await medium.tree(0), 'DCIM').size, 0);
  });

  it('a card reader is one device; a card that is not in it is away, not empty', async () => {
    const first = await Medium.make(guest.root, '/var/tmp/card1.img', { volumes: [{ label: 'CARD1', mib: 40 }] });
    const second = await Medium.make(guest.root, '/var/tmp/card2.img', { volumes: [{ label: 'CARD2', mib: 40 }] });
    await first.write('Music/first.mp3', 'on the first card');
    await second.write('Music/second.mp3', 'on the second card');
    const reader = new Gadget(guest, {
      ...{ name: 'reader', port: 1, usbId: '058f:6364', manufacturer: 'Generic', product: 'Reader', serial: 'READER1' },
      is: [{ image: first.image }, { image: second.image }],
    });
    await reader.make();
    await reader.plug();
    const id = await claimed('READER1');
    const music = await folder('Cards');
    await until('both cards', async () => (await guest.root.run(['lsblk', '-rno', 'LABEL'])).includes('CARD2'));
    await cradle.run('bind', id, `music=${music}`, '--trigger', 'none', '--first-sync', 'combine');
    await cradle.run('sync', id);
    assert.deepEqual(await names(music), ['first.mp3', 'second.mp3']);
    await cradle.run('eject', id);
    await reader.insert(1, '');
    await until(
      'the second card gone',
      async () => !(await guest.root.run(['lsblk', '-rno', 'LABEL'])).includes('CARD2'),
    );
    await cradle.run('sync', id);
    assert.deepEqual(await names(music), ['first.mp3', 'second.mp3'], 'an absent card was taken for an emptied one');
    await cradle.run('eject', id);
    await reader.pull();
    await cradle.departure('READER1');
    assert.deepEqual([...items(await first.tree(), 'Music').keys()], ['first.mp3']);
    assert.deepEqual([...items(await second.tree(), 'Music').keys()], ['second.mp3']);
  });

  it('a player that wants its disk ejected is let go after each sync, and is the same when it comes back', async () => {
    const medium = await Medium.make(guest.root, '/var/tmp/clip.img', { volumes: [{ label: 'CLIPZIP', mib: 40 }] });
    const player = new Gadget(guest, {
      ...{ name: 'clip', port: 3, usbId: '0781:74e5', manufacturer: 'SanDisk', product: 'Clip', serial: 'CLIP1' },
      is: [{ image: medium.image }],
    });
    await player.make();
    await player.plug();
    const id = await claimed('CLIP1');
    const music = await folder('Clips');
    await guest.tester.run(['sh', '-c', 'echo one > "$1/one.mp3"', 'sh', music]);
    await cradle.run('bind', id, `music=${music}`, '--trigger', 'plug', '--first-sync', 'combine');
    await cradle.run('sync', id);
    await until('the disk let go', async () => !(await guest.root.run(['lsblk', '-rno', 'LABEL'])).includes('CLIPZIP'));
    await cradle.run('eject', id);
    assert.deepEqual(fields(await cradle.device('CLIP1'), 'present', 'model', 'safeToUnplug'), {
      ...{ present: true, model: 'Sansa Clip Zip', safeToUnplug: true },
    });
    await player.pull();
    await cradle.departure('CLIP1');
    assert.deepEqual(items(await medium.tree(), 'MUSIC'), await tree(music));
    const sessions = (await cradle.sessions(id)).length;
    await medium.write('MUSIC/two.mp3', 'two');
    await player.plug();
    await cradle.sessionAfter(id, sessions);
    assert.deepEqual(await names(music), ['one.mp3', 'two.mp3']);
    await player.pull();
  });

  it('from a medium that cannot be written is fetched, and nothing is lost because of it', async () => {
    const medium = await Medium.make(host, join(guest.folder, 'locked.img'), {
      volumes: [{ label: 'LOCKED', mib: 40 }],
    });
    await medium.write('Music/theirs.mp3', 'theirs');
    const stick = new Stick(guest, { serial: 'LOCKED1', image: medium.image, readOnly: true });
    await stick.plug();
    const id = await claimed('LOCKED1');
    const music = await folder('Locked');
    await guest.tester.run(['sh', '-c', 'echo ours > "$1/ours.mp3"', 'sh', music]);
    await cradle.run('bind', id, `music=${music}`, '--trigger', 'none', '--first-sync', 'combine');
    for (const _ of ['the first time', 'again']) {
      assert.equal((await cradle.attempt('sync', id)).code, FAILED);
      const [last] = await cradle.sessions(id);
      assert.equal(last?.ErrorName, `${ERROR_PREFIX}ReadOnly`);
      assert.deepEqual(await names(music), ['ours.mp3', 'theirs.mp3']);
    }
    await cradle.released(id);
    await stick.pull();
    assert.deepEqual([...items(await medium.tree(), 'Music').keys()], ['theirs.mp3']);
  });

  it('a full medium gets what it has room for, and the session says that there was no more', async () => {
    const medium = await Medium.make(host, join(guest.folder, 'full.img'), { volumes: [{ label: 'FULL', mib: 40 }] });
    await medium.write('filler.bin', Buffer.alloc(24_000_000, 1));
    const stick = new Stick(guest, { serial: 'FULL1', image: medium.image });
    await stick.plug();
    const id = await claimed('FULL1');
    const music = await folder('Full');
    await guest.tester.run([
      'sh',
      '-c',
      'cd "$1" && head -c 20000000 /dev/zero > huge.mp3 && echo a > small.mp3',
      'sh',
      music,
    ]);
    await cradle.run('bind', id, `music=${music}`, '--trigger', 'none', '--first-sync', 'combine');
    const { code, stdout, stderr } = await cradle.attempt('sync', id);
    assert.equal(code, PARTIAL, stdout + stderr);
    assert.match(JSON.stringify(await cradle.sessions(id)), /huge\.mp3 with 20000000 bytes does not fit/);
    assert.deepEqual(await names(music), ['huge.mp3', 'small.mp3']);
    await cradle.released(id);
    await stick.pull();
    assert.deepEqual([...items(await medium.tree()).keys()], ['Music/small.mp3', 'filler.bin']);
  });

  it('a device that no rule knows is shown, not identified, and can be claimed', async () => {
    const stranger = new Gadget(guest, {
      ...{
        name: 'stranger',
        port: 2,
        usbId: 'f055:1234',
        manufacturer: 'Nobody',
        product: 'Thing',
        serial: 'STRANGER1',
      },
      is: 'loopback',
    });
    await stranger.make();
    await stranger.plug();
    const seen = await until('the stranger', () => cradle.device('STRANGER1'));
    assert.deepEqual(fields(seen, 'manufacturer', 'model', 'kind', 'identified', 'plugin'), {
      ...{ manufacturer: 'Nobody', model: 'Thing', kind: 'unknown', identified: false, plugin: null },
    });
    await cradle.run('claim', String(seen.id));
    assert.equal((await cradle.device('STRANGER1'))?.ownership, 'mine');
    await stranger.pull();
    await cradle.departure('STRANGER1');
  });
});
