import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { toFat } from '../../../src/plugins/folder/fat-names.js';
import type { Filesystem } from '../../../src/plugins/folder/filesystem.js';
import { storeConformance } from '../../conformance/store.js';
import type { FakeVolume } from '../../fakes/udisks.js';
import { bed, pathOn } from './bed.js';

const FAT: Filesystem = { kind: 'vfat', lasting: false, names: 'fat', local: true };

storeConformance('storage', async (t) => {
  const it = await bed(t, { plugin: { filesystem: FAT } });
  const [volume] = it.volumes;
  const disk = (name: string) => `Files/${name.split('/').map(toFat).join('/')}`;
  return {
    open: () => it.open('files'),
    write: (name, content) => it.write(volume, disk(name), content),
    erase: (name) => rm(pathOn(volume, disk(name))),
  };
});

storeConformance('storage on two volumes', async (t) => {
  const it = await bed(t, { volumes: ['AAAA-0001', 'BBBB-0002'], stores: { files: '/Files;/More *' } });
  const [memory, card] = it.volumes;
  const everywhere = (name: string) =>
    [memory, card].flatMap((volume) => [`Files/${name}`, `More/${name}`].map((path) => ({ volume, path })));
  /** Where the item is already, or else on the card. */
  const place = (name: string): [FakeVolume | undefined, string] => {
    const found = everywhere(name).find(({ volume, path }) => existsSync(pathOn(volume, path)));
    return [found?.volume ?? card, found?.path ?? `More/${name}`];
  };
  return {
    open: () => it.open('files'),
    write: (name, content) => it.write(...place(name), content),
    erase: (name) => rm(pathOn(...place(name))),
  };
});
