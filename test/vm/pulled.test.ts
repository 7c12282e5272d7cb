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
import { items, leftovers, treeIn } from './tree.js';
import { until } from './until.js';

/** A megabyte a second, so that what is copied takes a few seconds. */
const SPEED = 1_000_000;
const BIG = 6_000_000;

/** Something slow that can be plugged in and pulled out. */
interface Plug {
  readonly serial: string;
  readonly medium: Medium;
  plug(): Promise<void>;
  pull(): Promise<void>;
}

describe('what is pulled out in mid-copy', () => {
  let guest: Guest;
  let cradle: Cradle;
  before(async () => {
    guest = await Guest.boot('pulled');
    cradle = new Cradle(guest);
  });
  after(() => guest?.[Symbol.asyncDispose]());

  async function stick(serial: string): Promise<Plug> {
    const medium = await Medium.make(host, join(guest.folder, `${serial}.img`), {
      volumes: [{ label: serial, mib: 64 }],
    });
    const plugged = new Stick(guest, { serial, image: medium.image, speed: SPEED });
    return { serial, medium, plug: () => plugged.plug(), pull: () => plugged.pull() };
  }

  async function gadget(serial: string): Promise<Plug> {
    const medium = await Medium.make(guest.root, `/var/tmp/${serial}.img`, { volumes: [{ label: serial, mib: 64 }] });
    const plugged = new Gadget(guest, {
      ...{ name: serial, port: 1, usbId: '0951:1666', manufacturer: 'Kingston', product: 'DataTraveler', serial },
      ...{ is: [{ image: medium.image }], slow: true },
    });
    await plugged.make();
    return { serial, medium, plug: () => plugged.plug(), pull: () => plugged.pull() };
  }

  /** A device of mine, bound to a folder of its own in which two small files lie; both sides are equal. */
  async function bound({ serial, medium, plug }: Plug): Promise<{ readonly id: string; readonly folder: string }> {
    const folder = `${guest.home}/${serial}`;
    await guest.tester.run(['sh', '-ec', `mkdir "$1"; cd "$1"; echo 1 > one.mp3; echo 2 > two.mp3`, 'sh', folder]);
    await medium.write('Music/three.mp3', 'three');
    await plug();
    const id = String((await cradle.arrival(serial)).id);
    await cradle.run('claim', id);
    await cradle.run('bind', id, `music=${folder}`, '--trigger', 'plug', '--first-sync', 'combine');
    await cradle.run('sync', id);
    return { id, folder };
  }

  const big = (path: string) => guest.tester.run(['sh', '-c', `head -c ${BIG} /dev/urandom > "$1"`, 'sh', path]);

  /** Waits until a file is being written somewhere below that folder. */
  const copying = (folder: string) =>
    until(`a copy below ${folder}`, async () => {
      const find = ['find', folder, '-name', '.cradle-*.part', '-size', '+0'];
      return (await guest.tester.run(find)) !== '';
    });

  for (const [kind, make] of [
    ['a disk of QEMU', stick],
    ['a gadget', gadget],
  ] as const) {
    describe(kind, () => {
      let plug: Plug;
      let id: string;
      let folder: string;
      let sessions: number;

      before(async () => {
        plug = await make(kind === 'a gadget' ? 'GADGET1' : 'STICK1');
        ({ id, folder } = await bound(plug));
      });

      /** What the interrupted session has to look like. */
      async function cutOff(): Promise<void> {
        await cradle.departure(plug.serial);
        const cut = await cradle.sessionAfter(id, sessions);
        assert.deepEqual(fields(cut, 'Result', 'ErrorName'), {
          ...{ Result: 'failed', ErrorName: `${ERROR_PREFIX}NotConnected` },
        });
        sessions++;
      }

      /** Plugs it in again, waits for the sync that starts by itself, and compares the sides. */
      async function completed(expected: readonly string[]): Promise<void> {
        await plug.plug();
        const session = await cradle.sessionAfter(id, sessions);
        assert.deepEqual(fields(session, 'Cause', 'Result'), { Cause: 'plug', Result: 'finished' });
        await cradle.released(plug.serial);
        await plug.pull();
        await cradle.departure(plug.serial);
        const desktop = await treeIn(guest.tester, folder);
        const device = await plug.medium.tree();
        assert.deepEqual([...items(desktop).keys()], expected);
        assert.deepEqual(items(device, 'Music'), items(desktop));
        assert.deepEqual([leftovers(desktop), leftovers(device)], [[], []]);
      }

      it('while a file goes to it, ends as not connected and is completed by the next plug', async () => {
        sessions = (await cradle.sessions(id)).length;
        await big(`${folder}/big.mp3`);
        await cradle.run('sync', id, '--no-wait');
        await copying(`/media/tester/${plug.serial}/Music`);
        await plug.pull();
        await cutOff();
        assert.ok(!items(await plug.medium.tree(), 'Music').has('big.mp3'), 'half a file was taken for one');
        await completed(['big.mp3', 'one.mp3', 'three.mp3', 'two.mp3']);
      });

      it('while a file comes from it, ends as not connected and is completed by the next plug', async () => {
        sessions = (await cradle.sessions(id)).length;
        await big('/tmp/film');
        const film = (await guest.root.attempt(['cat', '/tmp/film'])).output;
        await plug.medium.write('Music/film.mp3', film);
        await plug.plug();
        await copying(folder);
        await plug.pull();
        await cutOff();
        assert.ok(!items(await treeIn(guest.tester, folder)).has('film.mp3'), 'half a file was taken for one');
        await completed(['big.mp3', 'film.mp3', 'one.mp3', 'three.mp3', 'two.mp3']);
      });
    });
  }

  it('a daemon that is killed in mid-copy is started again by systemd and completes', async () => {
    const plug = await stick('STICK2');
    const { id, folder } = await bound(plug);
    await big(`${folder}/big.mp3`);
    await cradle.run('sync', id, '--no-wait');
    await copying('/media/tester/STICK2/Music');
    await guest.root.run(['kill', '-9', await cradle.service('MainPID')]);
    await until('the service again', async () => (await cradle.service('NRestarts')) === '1');
    await until('the sync after it', async () => {
      const [last] = await cradle.sessions(id);
      return last?.Result === 'finished' && last.Cause === 'plug';
    });
    await cradle.run('eject', id);
    await plug.pull();
    const desktop = await treeIn(guest.tester, folder);
    const device = await plug.medium.tree();
    assert.deepEqual([...items(desktop).keys()], ['big.mp3', 'one.mp3', 'three.mp3', 'two.mp3']);
    assert.deepEqual(items(device, 'Music'), items(desktop));
    assert.deepEqual([leftovers(desktop), leftovers(device)], [[], []]);
  });
});
