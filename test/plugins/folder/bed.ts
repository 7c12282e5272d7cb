import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Store, StoreAddress } from '../../../src/plugins/contract.js';
import type { Filesystem } from '../../../src/plugins/folder/filesystem.js';
import { FolderPlugin, type FolderPluginParts } from '../../../src/plugins/folder/plugin.js';
import { ListedLog } from '../../fakes/log.js';
import { forever } from '../../support/items.js';
import { temporaryFolder } from '../../support/tmp.js';

export const FAT: Filesystem = { kind: 'vfat', lasting: false, names: 'fat', local: true };

/** A folder, and a plugin to open it with. */
export interface Bed {
  readonly folder: string;
  readonly log: ListedLog;
  readonly plugin: FolderPlugin;
  readonly address: StoreAddress;
  /** Closed with the test. */
  open(): Promise<Store>;
  path(name: string): string;
  write(name: string, content: string | Uint8Array): Promise<void>;
}

export interface BedOptions extends Partial<FolderPluginParts> {
  readonly contentTypes?: readonly string[];
}

export async function bed(t: TestContext, { contentTypes = ['*'], ...parts }: BedOptions = {}): Promise<Bed> {
  const folder = join(await temporaryFolder(t), 'folder');
  await mkdir(folder);
  const log = new ListedLog();
  const plugin = new FolderPlugin({ log, environment: {}, ...parts });
  const address = { name: 'files', label: 'Files', icon: 'folder', provider: 'folder', address: folder, contentTypes };
  const path = (name: string): string => join(folder, name);
  return {
    folder,
    log,
    plugin,
    address,
    path,
    async open() {
      const store = await plugin.open(address, forever);
      t.after(() => store[Symbol.asyncDispose]());
      return store;
    },
    async write(name, content) {
      await mkdir(dirname(path(name)), { recursive: true });
      await writeFile(path(name), content);
    },
  };
}
