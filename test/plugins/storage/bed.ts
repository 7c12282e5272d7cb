import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Device } from '../../../src/hal/device.js';
import type { Peer, Store } from '../../../src/plugins/contract.js';
import { StoragePlugin, type StoragePluginParts } from '../../../src/plugins/storage/plugin.js';
import { type BlockDeviceOptions, blockDevice } from '../../fakes/block-device.js';
import { ListedLog } from '../../fakes/log.js';
import { FakeUdisks, type FakeVolume } from '../../fakes/udisks.js';
import { privateBus } from '../../support/bus.js';
import { forever } from '../../support/items.js';
import { temporaryFolder } from '../../support/tmp.js';

export interface BedOptions extends Omit<Partial<BlockDeviceOptions>, 'volumes'> {
  /** UUIDs; `card` has none of its own folder unless files are written there. One volume unless told. */
  readonly volumes?: readonly string[];
  readonly plugin?: Partial<StoragePluginParts>;
}

/** A device with volumes, a UDisks2 that knows them, and the plugin that is to work with both. */
export interface Bed {
  readonly folder: string;
  readonly plugin: StoragePlugin;
  readonly log: ListedLog;
  readonly volumes: readonly FakeVolume[];
  /** The device as it shows with these volumes in; with all unless told. */
  device(...uuids: readonly string[]): Device;
  connect(device?: Device): Promise<Peer>;
  /** Opens a store of a device that is connected for this; both are closed with the test. */
  open(store: string, device?: Device): Promise<Store>;
  /** Puts a file on a medium, mounted or not. */
  write(volume: FakeVolume | undefined, path: string, content: string): Promise<void>;
}

export const pathOn = (volume: FakeVolume | undefined, path: string): string => {
  if (volume === undefined) throw new Error('there is no such volume');
  return join(volume.mounted ? volume.options.point : volume.options.medium, path);
};

export async function bed(t: TestContext, options: BedOptions = {}): Promise<Bed> {
  const folder = await temporaryFolder(t);
  const bus = await privateBus(t);
  const udisks = new FakeUdisks(await bus.connect());
  await udisks.begin();
  const uuids = options.volumes ?? ['AAAA-0001'];
  const volumes: FakeVolume[] = [];
  for (const index of uuids.keys()) {
    const paths = {
      node: join(folder, `sd${index}`),
      medium: join(folder, `medium${index}`),
      point: join(folder, 'media', `${index}`),
    };
    await mkdir(paths.medium);
    const volume = udisks.add({ ...paths, ejectable: true, canPowerOff: true });
    await volume.plug();
    volumes.push(volume);
  }
  const log = new ListedLog();
  const mountinfo = join(folder, 'mountinfo');
  await writeFile(mountinfo, '');
  const systemBus = bus.connect();
  const plugin = new StoragePlugin({ systemBus: () => systemBus, log, mountinfo, ...options.plugin });
  const stores = { music: '/Music audio/*', files: '/Files *', ...options.stores };
  const device = (...present: readonly string[]): Device =>
    blockDevice({
      ...options,
      stores,
      volumes: uuids.flatMap((uuid, index) =>
        present.length > 0 && !present.includes(uuid)
          ? []
          : [{ node: volumes[index]?.options.node ?? '', uuid, label: uuid }],
      ),
    });
  const connect = (which = device()): Promise<Peer> =>
    plugin.connect(
      {
        device: which,
        log,
        folder,
        wanted: Object.keys(stores),
        channel: () => Promise.reject(new Error('there is no channel')),
        credentials: async () => undefined,
      },
      forever,
    );
  return {
    folder,
    plugin,
    log,
    volumes,
    device,
    connect,
    async open(store, which) {
      const peer = await connect(which);
      t.after(() => peer[Symbol.asyncDispose]());
      const opened = await peer.open(store, forever);
      t.after(() => opened[Symbol.asyncDispose]());
      return opened;
    },
    async write(volume, path, content) {
      await mkdir(dirname(pathOn(volume, path)), { recursive: true });
      await writeFile(pathOn(volume, path), content);
    },
  };
}
