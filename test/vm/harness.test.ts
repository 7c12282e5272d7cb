import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Gadget } from './gadget.js';
import { Guest } from './guest.js';
import { Medium } from './medium.js';
import { host } from './shell.js';
import { Stick } from './stick.js';
import { until } from './until.js';

/** What udev knows of the whole disk with that serial; rejects while there is none. */
async function disk(guest: Guest, serial: string): Promise<ReadonlyMap<string, string>> {
  const found = await guest.root.run(['sh', '-c', `grep -lsx "E:ID_SERIAL_SHORT=$1" /run/udev/data/b*`, 'sh', serial]);
  for (const file of found.split('\n')) {
    const text = await guest.root.run([
      'udevadm',
      'info',
      '-q',
      'property',
      '-n',
      `/dev/block/${file.split('/b').at(-1)}`,
    ]);
    const properties = new Map(
      text.split('\n').map((line): [string, string] => [line.replace(/=.*/, ''), line.replace(/^[^=]*=/, '')]),
    );
    if (properties.get('DEVTYPE') === 'disk' && properties.get('ID_FS_TYPE') !== undefined) return properties;
  }
  throw new Error(`no disk with serial ${serial} yet`);
}

describe('the machine itself, without Cradle', () => {
  let guest: Guest;
  before(async () => {
    guest = await Guest.boot('harness', 'bare');
  });
  after(() => guest?.[Symbol.asyncDispose]());

  it('boots Debian with a user manager and a session bus of an ordinary user at the seat', async () => {
    assert.equal(await guest.tester.run(['id', '-un']), 'tester');
    assert.equal(await guest.tester.run(['id', '-Gn']), 'tester');
    assert.match(await guest.root.run(['loginctl', 'show-user', 'tester']), /^State=active$/m);
    assert.match(await guest.tester.run(['busctl', '--user', 'list', '--no-pager']), /org\.freedesktop\.systemd1/);
    assert.equal(await guest.root.run(['systemctl', 'list-units', '--failed', '--plain', '--no-legend']), '');
  });

  it('gives back exit codes, output and errors of a command, and ends one that takes too long', async () => {
    const outcome = await guest.tester.attempt(['sh', '-c', `cat; echo "it's bad" >&2; exit 7`], { input: 'ä\n' });
    assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [7, 'ä', "it's bad\n"]);
    await assert.rejects(guest.root.run(['sleep', '30'], { timeout: 1 }), /not done in 1 s/);
    await assert.rejects(guest.root.run(['false']), /exit code 1/);
  });

  it('runs the Node of this machine', async () => {
    assert.equal(await guest.tester.run(['node', '--version']), process.version);
  });

  it('sees a disk of QEMU plugged in, lets the user mount it, and sees it pulled out', async () => {
    const medium = await Medium.make(host, join(guest.folder, 'stick.img'), {
      volumes: [
        { label: 'ONE', mib: 40 },
        { label: 'TWO', mib: 36 },
      ],
    });
    await medium.write('DCIM/100CANON/IMG_0001.JPG', 'a picture');
    await medium.write('read me.txt', 'the second volume', 1);
    assert.deepEqual([...(await medium.tree()).keys()], ['DCIM/100CANON/IMG_0001.JPG']);
    const stick = new Stick(guest, { serial: 'HARNESS1', image: medium.image });
    await stick.plug();
    const node = await until('the partitions', async () => {
      const all = await guest.root.run(['lsblk', '-rno', 'PATH,LABEL']);
      return all.includes('TWO') && /^(\S+) ONE$/m.exec(all)?.[1];
    });
    await guest.seat.run(['udisksctl', 'mount', '--no-user-interaction', '-b', node]);
    assert.equal(await guest.tester.run(['cat', '/media/tester/ONE/DCIM/100CANON/IMG_0001.JPG']), 'a picture');
    await guest.tester.run(['sh', '-c', 'echo back > /media/tester/ONE/back.txt && sync -f /media/tester/ONE']);
    await stick.pull();
    await until('the disk gone', async () => !(await guest.root.run(['lsblk', '-rno', 'LABEL'])).includes('ONE'));
    assert.equal((await medium.read('back.txt')).toString(), 'back\n');
    assert.equal((await medium.read('read me.txt', 1)).toString(), 'the second volume');
  });

  it('sees a gadget dressed as a media player, with what the device lists of others say of it', async () => {
    const medium = await Medium.make(guest.root, '/var/tmp/player.img', { volumes: [{ label: 'CLIPZIP', mib: 40 }] });
    await medium.write('MUSIC/one.mp3', 'la');
    const player = new Gadget(guest, {
      ...{
        name: 'player',
        port: 0,
        usbId: '0781:74e5',
        manufacturer: 'SanDisk',
        product: 'Sansa Clip Zip',
        serial: 'HARNESS2',
      },
      is: [{ image: medium.image }],
    });
    await player.make();
    await player.plug();
    const properties = await until('the disk', () => disk(guest, 'HARNESS2'));
    const body = `/sys${properties.get('DEVPATH')?.replace(/\/\d+-\d+:.*/, '')}`;
    const known = await guest.root.run(['udevadm', 'info', '-q', 'property', '-p', body]);
    assert.match(known, /^ID_MEDIA_PLAYER=sandisk_sansa-clip-zip$/m);
    assert.equal(properties.get('ID_FS_LABEL'), 'CLIPZIP');
    await player.pull();
    await until('the disk gone', async () => !(await guest.root.run(['lsblk', '-rno', 'LABEL'])).includes('CLIPZIP'));
    await player.plug();
    await until('the disk again', () => disk(guest, 'HARNESS2'));
    await player.pull();
  });

  it('has slow devices of both kinds', async () => {
    const medium = await Medium.make(guest.root, '/var/tmp/slow.img', { volumes: [{ label: 'SLOW', mib: 40 }] });
    const gadget = new Gadget(guest, {
      ...{ name: 'slow', port: 1, usbId: '0781:5567', manufacturer: 'SanDisk', product: 'Cruzer', serial: 'HARNESS3' },
      ...{ is: [{ image: medium.image }], slow: true },
    });
    await gadget.make();
    await gadget.plug();
    const slow = await until('the slow gadget', () => disk(guest, 'HARNESS3'));
    assert.equal(await guest.root.run(['cat', `/sys${slow.get('DEVPATH')?.replace(/\/\d+-\d+:.*/, '')}/speed`]), '12');
    await gadget.pull();
    const second = await Medium.make(host, join(guest.folder, 'slow.img'), {
      volumes: [{ label: 'THROTTLED', mib: 40 }],
    });
    const stick = new Stick(guest, { serial: 'HARNESS4', image: second.image, speed: 1_000_000 });
    await stick.plug();
    const node = (await until('the throttled disk', () => disk(guest, 'HARNESS4'))).get('DEVNAME') ?? '';
    const read = ['dd', `if=${node}`, 'of=/dev/null', 'bs=1M', 'count=30', 'iflag=direct'];
    await assert.rejects(guest.root.run(read, { timeout: 5 }), /not done in 5 s/);
    await stick.pull();
  });
});
