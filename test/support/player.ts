import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Sighting } from '../../src/hal/device.js';
import type { ScriptedSource } from '../fakes/source.js';
import { sighting } from '../fakes/source.js';
import { FakeUdisks, type FakeVolume } from '../fakes/udisks.js';
import { startDaemon, type TestDaemon, type TestDaemonOptions } from './daemon.js';

/** A Walkman of media-player-info's list, as a test plugs it in. */
export interface Player {
  readonly id: string;
  /** What is on it, plugged in or not, while it is not mounted. */
  readonly medium: string;
  readonly volume: FakeVolume;
  readonly sightings: readonly Sighting[];
  plug(): void;
  /** Out with the plug, mounted or not. */
  pull(): Promise<void>;
}

const USB = {
  'usb.id': '054c:03fe',
  'usb.interfaces': ':080650:',
  'usb.manufacturer': 'Sony',
  'usb.product': 'WALKMAN',
};

/** The daemon, and a player that has not been plugged in yet. */
export async function daemonWithPlayer(
  t: TestContext,
  options: TestDaemonOptions & { readonly serial?: string } = {},
): Promise<{ readonly daemon: TestDaemon; readonly player: Player }> {
  const made: { udisks?: FakeUdisks } = {};
  const daemon = await startDaemon(t, {
    ...options,
    prepare: async (parts) => {
      made.udisks = new FakeUdisks(await parts.system.connect());
      await made.udisks.begin();
      await options.prepare?.(parts);
    },
  });
  if (made.udisks === undefined) throw new Error('there is no UDisks2');
  const player = await makePlayer(made.udisks, daemon.source, daemon.home, options.serial ?? '10FF508C20E0');
  return { daemon, player };
}

async function makePlayer(udisks: FakeUdisks, source: ScriptedSource, home: string, serial: string): Promise<Player> {
  const medium = join(home, '.media/player');
  await mkdir(join(medium, 'MUSIC'), { recursive: true });
  const volume = udisks.add({ node: '/dev/sdb1', medium, point: join(home, '.mnt/WALKMAN') });
  const facts = { ...USB, 'usb.path': '1-1', 'usb.serial': serial, 'udev.ID_MEDIA_PLAYER': 'sony_walkman-nwz-s500' };
  const sightings = [
    sighting({ ...facts, subsystem: 'usb', devtype: 'usb_device', node: '/dev/bus/usb/001/005' }),
    sighting({
      ...facts,
      subsystem: 'block',
      devtype: 'partition',
      node: '/dev/sdb1',
      'fs.usage': 'filesystem',
      'fs.type': 'vfat',
      'fs.uuid': '1A2B-3C4D',
      'fs.label': 'WALKMAN',
    }),
  ];
  return {
    id: `usb-054c-03fe-${serial}`,
    medium,
    volume,
    sightings,
    plug: () => source.appear(...sightings),
    pull: async () => {
      await volume.pull();
      source.vanish(...sightings.map(({ key }) => key));
    },
  };
}

/** Writes a file and the folders above it. */
export async function put(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
