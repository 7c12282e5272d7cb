import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Cradle, fields } from './cradle.js';
import { Gadget } from './gadget.js';
import { Guest } from './guest.js';
import { Medium } from './medium.js';
import { items, leftovers, treeIn } from './tree.js';
import { until } from './until.js';

const SERIAL = 'PLAYER0001';
const DEVICE = `usb-1006-3003-${SERIAL}`;

describe('a media player that udev, media-player-info and the kernel know', () => {
  let guest: Guest;
  let cradle: Cradle;
  let medium: Medium;
  let player: Gadget;
  const desktop = async () => items(await treeIn(guest.tester, `${guest.home}/Music`));
  const device = async () => items(await medium.tree(), 'MUSIC');

  before(async () => {
    guest = await Guest.boot('player');
    cradle = new Cradle(guest);
    medium = await Medium.make(guest.root, '/var/tmp/player.img', { volumes: [{ label: 'IRIVER', mib: 64 }] });
    await medium.write('MUSIC/Artist/Album/01 First.mp3', Buffer.alloc(300_000, 'first'));
    await medium.write('MUSIC/Artist/Album/02 Ünïcödé.mp3', 'second');
    await medium.write('SYSTEM/settings.dat', 'the player keeps this');
    player = new Gadget(guest, {
      ...{ name: 'player', port: 0, usbId: '1006:3003', manufacturer: 'iRiver', product: 'H3xx' },
      ...{ serial: SERIAL, is: [{ image: medium.image }] },
    });
    await player.make();
    await guest.tester.run(['sh', '-c', 'mkdir Music && head -c 200000 /dev/urandom > Music/mine.mp3']);
  });
  after(() => guest?.[Symbol.asyncDispose]());

  it('starts the service of the user who sits at the seat, which did not run before', async () => {
    assert.equal(await cradle.service('ActiveState'), 'inactive');
    await player.plug();
    await until('the service', async () => (await cradle.service('ActiveState')) === 'active');
    assert.equal(await cradle.service('Type'), 'notify');
    assert.notEqual(await cradle.service('WatchdogUSec'), '0');
    const owner = await guest.root.run(['ps', '-o', 'user=', '-p', await cradle.service('MainPID')]);
    assert.equal(owner.trim(), 'tester');
  });

  it('is identified by what others know of it, and offered', async () => {
    const seen = await cradle.arrival(SERIAL);
    assert.deepEqual(fields(seen, 'id', 'manufacturer', 'model', 'kind', 'plugin', 'ownership'), {
      ...{ id: DEVICE, manufacturer: 'iRiver', model: 'H320, H340', kind: 'player' },
      ...{ plugin: 'storage', ownership: 'offered' },
    });
    assert.match(await cradle.run('list'), /H320, H340/);
    assert.match(await cradle.run('explain', DEVICE), /Media player as a disk/);
  });

  it('is not touched before someone has claimed it', async () => {
    const refused = await cradle.attempt('bind', DEVICE, 'music=~/Music');
    assert.notEqual(refused.code, 0);
    assert.equal(await guest.root.run(['sh', '-c', 'grep IRIVER /proc/mounts || true']), '');
  });

  it('once claimed and bound is synced both ways', async () => {
    await cradle.run('claim', DEVICE);
    assert.equal((await cradle.device(SERIAL))?.ownership, 'mine');
    await cradle.run('bind', DEVICE, 'music=~/Music', '--first-sync', 'combine');
    await cradle.run('sync', DEVICE);
    await cradle.run('eject', DEVICE);
    assert.equal((await cradle.device(SERIAL))?.safeToUnplug, true);
    await player.pull();
    await cradle.departure(SERIAL);
    assert.deepEqual(
      [...(await desktop()).keys()],
      ['Artist/Album/01 First.mp3', 'Artist/Album/02 Ünïcödé.mp3', 'mine.mp3'],
    );
    assert.deepEqual(await device(), await desktop());
    assert.deepEqual(leftovers(await medium.tree()), []);
    assert.equal((await medium.read('SYSTEM/settings.dat')).toString(), 'the player keeps this');
  });

  it('changed on both sides while away is synced by being plugged in again', async () => {
    const before = (await cradle.sessions(DEVICE)).length;
    await medium.write('MUSIC/from the device.mp3', 'recorded on the way');
    await medium.remove('MUSIC/Artist/Album/01 First.mp3');
    await guest.tester.run(['sh', '-c', 'cd Music && echo changed > mine.mp3 && mkdir new && echo new > new/four.mp3']);
    await player.plug();
    const session = await cradle.sessionAfter(DEVICE, before);
    assert.deepEqual(fields(session, 'Cause', 'Result', 'ErrorName'), {
      ...{ Cause: 'plug', Result: 'finished', ErrorName: '' },
    });
    await cradle.released(SERIAL);
    await player.pull();
    await cradle.departure(SERIAL);
    assert.deepEqual(
      [...(await desktop()).keys()],
      ['Artist/Album/02 Ünïcödé.mp3', 'from the device.mp3', 'mine.mp3', 'new/four.mp3'],
    );
    assert.deepEqual(await device(), await desktop());
  });

  it('while plugged in takes what changes on the desktop', async () => {
    const before = (await cradle.sessions(DEVICE)).length;
    await player.plug();
    await cradle.sessionAfter(DEVICE, before);
    await guest.tester.run(['sh', '-c', 'echo later > Music/later.mp3']);
    const session = await cradle.sessionAfter(DEVICE, before + 1);
    assert.deepEqual(fields(session, 'Cause', 'Result'), { Cause: 'change', Result: 'finished' });
    await cradle.run('eject', DEVICE);
    await player.pull();
    await cradle.departure(SERIAL);
    assert.ok((await device()).has('later.mp3'));
    assert.deepEqual(await device(), await desktop());
  });

  it('has a history that says why each sync began and how it ended', async () => {
    const history = await cradle.json('history', DEVICE);
    assert.ok(Array.isArray(history));
    assert.deepEqual(
      history.map(({ cause, result }) => `${cause} ${result}`),
      ['change finished', 'plug finished', 'plug finished', 'user finished'],
    );
  });

  it('leaves a daemon behind that sleeps, and a journal without errors', async () => {
    assert.equal(await guest.root.run(['sh', '-c', 'grep IRIVER /proc/mounts || true']), '');
    await cradle.rest();
    assert.equal(await cradle.service('StatusText'), '0 devices, 0 syncs running');
    assert.equal(await cradle.service('NRestarts'), '0');
    assert.equal(await cradle.journal('err'), '');
  });

  it('is remembered by a daemon that the first question on the bus starts again', async () => {
    await guest.tester.run(['systemctl', '--user', 'stop', 'cradle.service']);
    assert.equal(await cradle.service('Result'), 'success');
    assert.equal(await cradle.service('ActiveState'), 'inactive');
    assert.deepEqual(fields(await cradle.device(SERIAL), 'id', 'model', 'present', 'ownership'), {
      ...{ id: DEVICE, model: 'H320, H340', present: false, ownership: 'mine' },
    });
    assert.equal(await cradle.service('ActiveState'), 'active');
  });
});
