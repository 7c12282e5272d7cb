import { constants } from 'node:fs';
import { access, mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { CradleError } from '../../dbus/errors.js';
import type { Log } from '../../hal/log.js';
import { stopIfCancelled } from '../cancel.js';
import type { Store, StoreAddress, StorePlugin } from '../contract.js';
import { type Files, localFiles } from './files.js';
import type { Filesystem } from './filesystem.js';
import { quoted } from './item-names.js';
import { Layout } from './layout.js';
import { identityOf } from './marker.js';
import { Root } from './root.js';
import { FolderStore } from './store.js';
import { dataHome, type UserDir, userDirs } from './user-dirs.js';
import { FolderWatch } from './watch.js';

export interface FolderPluginParts {
  readonly log: Log;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Takes the filesystem for this kind instead of asking it: for tests of kinds that this machine lacks. */
  readonly filesystem?: Filesystem;
  /** In place of the system calls of a local disk: for tests of disks that fail. */
  readonly files?: Files;
}

/** Folders watched at once; the one not opened for the longest time goes first. */
const WATCHED = 16;
/** Bytes left free on the user's own disk. */
const RESERVE = 64 * 1024 * 1024;

interface Place {
  readonly name: string;
  readonly label: string;
  readonly icon: string;
  readonly contentTypes: readonly string[];
}

const PLACES: Readonly<Record<UserDir, Place>> = {
  PICTURES: { name: 'pictures', label: 'Pictures', icon: 'folder-pictures', contentTypes: ['image/*', 'video/*'] },
  MUSIC: { name: 'music', label: 'Music', icon: 'folder-music', contentTypes: ['audio/*'] },
  VIDEOS: { name: 'videos', label: 'Videos', icon: 'folder-videos', contentTypes: ['video/*'] },
  DOCUMENTS: { name: 'documents', label: 'Documents', icon: 'folder-documents', contentTypes: ['*'] },
};
const BOOKS: Place = { name: 'books', label: 'Books', icon: 'folder-documents', contentTypes: ['*'] };
/** Collections of our own below $XDG_DATA_HOME/cradle, made when one is first opened: cards and dates in the vdir layout. */
const COLLECTIONS: readonly Place[] = [
  { name: 'contacts', label: 'Contacts', icon: 'x-office-address-book', contentTypes: ['text/vcard'] },
  { name: 'calendar', label: 'Calendar', icon: 'x-office-calendar', contentTypes: ['text/calendar'] },
  { name: 'notes', label: 'Notes', icon: 'text-x-generic', contentTypes: ['text/plain'] },
];

/** Directories as stores, one file an item. */
export class FolderPlugin implements StorePlugin {
  readonly name = 'folder';
  readonly #parts: FolderPluginParts;
  readonly #watches = new Map<string, FolderWatch>();

  constructor(parts: FolderPluginParts) {
    this.#parts = parts;
  }

  async discover(signal: AbortSignal): Promise<readonly StoreAddress[]> {
    const { environment } = this.#parts;
    const dirs = await userDirs(environment);
    const documents = dirs.get('DOCUMENTS');
    const candidates: readonly (readonly [Place, string | undefined])[] = [
      ...[...dirs].map(([dir, path]) => [PLACES[dir], path] as const),
      [BOOKS, documents === undefined ? undefined : join(documents, 'Books')],
      ...COLLECTIONS.map((place) => [place, this.#collection(place.name)] as const),
    ];
    const found: StoreAddress[] = [];
    for (const [place, address] of candidates) {
      stopIfCancelled(signal, 'looking for folders');
      if (address === undefined) continue;
      const store = { ...place, provider: this.name, address };
      if ((await isFolder(address)) || (await this.#isToBeMade(store))) found.push(store);
    }
    return found;
  }

  async look(store: StoreAddress, signal: AbortSignal): Promise<{ readonly readOnly: boolean }> {
    stopIfCancelled(signal, `looking at ${store.address}`);
    if (await this.#isToBeMade(store)) return { readOnly: false };
    await using root = await this.#root(store);
    return { readOnly: !(await isWritable(root)) };
  }

  async open(store: StoreAddress, signal: AbortSignal): Promise<Store> {
    stopIfCancelled(signal, `opening ${store.address}`);
    // What an earlier one was bound to tells by its missing marker that this one is another.
    if (await this.#isToBeMade(store)) await mkdir(store.address, { recursive: true, mode: 0o700 });
    const root = await this.#root(store);
    try {
      const { name, icon, contentTypes } = store;
      const layout = new Layout(contentTypes, root.filesystem);
      const info = {
        name,
        label: (layout.flat ? await displayName(root) : undefined) ?? store.label,
        icon,
        identity: await identityOf(root),
        contentTypes,
        readOnly: !(await isWritable(root)),
      };
      return new FolderStore({ info, root, watch: this.#watch(root, layout), reserve: RESERVE, log: this.#parts.log });
    } catch (error) {
      await root[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Where a collection of our own lies, or would. */
  #collection(name: string): string | undefined {
    const data = dataHome(this.#parts.environment);
    return data === undefined ? undefined : join(data, 'cradle', name);
  }

  /** One of our own collections that is not there, where it can be made. */
  async #isToBeMade({ name, address }: StoreAddress): Promise<boolean> {
    if (address !== this.#collection(name) || !COLLECTIONS.some((place) => place.name === name)) return false;
    return (await isMissing(address)) && (await canMake(address));
  }

  #root({ address }: StoreAddress): Promise<Root> {
    if (isAbsolute(address)) return Root.open(address, this.#parts.files ?? localFiles, this.#parts.filesystem);
    throw new CradleError('InvalidArgs', `the address of a folder is an absolute path, not ${quoted(address)}`);
  }

  /** Outlives the stores of the folder, so that the next session knows that nothing has happened since. */
  #watch(root: Root, layout: Layout): FolderWatch {
    const key = `${layout.depth} ${root.path}`;
    const watch = this.#watches.get(key) ?? new FolderWatch(layout.depth, this.#parts.log);
    this.#watches.delete(key);
    this.#watches.set(key, watch);
    const [oldest] = this.#watches;
    if (this.#watches.size > WATCHED && oldest !== undefined) {
      this.#watches.delete(oldest[0]);
      oldest[1][Symbol.dispose]();
    }
    return watch;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

const isMissing = (path: string): Promise<boolean> =>
  stat(path).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
  );

/** Whether the nearest folder above it that exists may be written to. */
async function canMake(path: string): Promise<boolean> {
  const above = dirname(path);
  if (above === path) return false;
  if (await isMissing(above)) return canMake(above);
  return access(above, constants.W_OK).then(
    () => true,
    () => false,
  );
}

async function isWritable(root: Root): Promise<boolean> {
  return access(root.at('.'), constants.W_OK).then(
    () => true,
    () => false,
  );
}

/** The `displayname` file of a vdir collection. */
async function displayName(root: Root): Promise<string | undefined> {
  const text = await readFile(root.at('displayname'), 'utf8').catch(() => '');
  const name = (text.split('\n')[0] ?? '').trim();
  return name === '' || name.length > 200 ? undefined : name;
}
