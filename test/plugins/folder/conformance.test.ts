import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { toFat } from '../../../src/plugins/folder/fat-names.js';
import type { Filesystem } from '../../../src/plugins/folder/filesystem.js';
import { FolderPlugin } from '../../../src/plugins/folder/plugin.js';
import { type DataSetFactory, storeConformance } from '../../conformance/store.js';
import { ListedLog } from '../../fakes/log.js';
import { forever } from '../../support/items.js';
import { temporaryFolder } from '../../support/tmp.js';

const folders =
  (filesystem?: Filesystem): DataSetFactory =>
  async (t) => {
    const address = await temporaryFolder(t);
    const parts = { log: new ListedLog(), environment: {} };
    const plugin = new FolderPlugin(filesystem === undefined ? parts : { ...parts, filesystem });
    const store = { name: 'files', label: 'Files', icon: 'folder', provider: 'folder', address, contentTypes: ['*'] };
    const path = (name: string) =>
      join(address, filesystem?.names === 'fat' ? name.split('/').map(toFat).join('/') : name);
    return {
      open: () => plugin.open(store, forever),
      write: async (name, content) => {
        await mkdir(dirname(path(name)), { recursive: true });
        await writeFile(path(name), content);
      },
      erase: (name) => rm(path(name)),
    };
  };

storeConformance('folder', folders());
storeConformance('folder on FAT', folders({ kind: 'vfat', lasting: false, names: 'fat', local: true }));
storeConformance(
  'folder where nothing is watched',
  folders({ kind: 'nfs', lasting: true, names: 'posix', local: false }),
);
