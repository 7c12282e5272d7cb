import { asCradleError, CradleError } from '../../dbus/errors.js';
import type { Device, Evidence, StoreHint } from '../../hal/device.js';
import type { Log } from '../../hal/log.js';
import type { Peer, Store, StoreInfo } from '../contract.js';
import type { Filesystem } from '../folder/filesystem.js';
import type { Mounting } from './mounting.js';
import { Shelf } from './shelf.js';
import { StorageStore } from './store.js';
import { type Partition, Volume } from './volume.js';

export interface StorageOptions {
  /** Mounted read-only: what is on it is the device's own. */
  readonly importOnly: boolean;
  /** Volumes come and go, and are no other device for that: the cards of a camera. */
  readonly cards: boolean;
  readonly eject: boolean;
  readonly powerOff: boolean;
}

export interface StorageParts {
  readonly device: Device;
  readonly partitions: readonly Partition[];
  readonly options: StorageOptions;
  readonly mounting: Mounting;
  readonly log: Log;
  readonly filesystem: Filesystem | undefined;
}

/** A device that shows its memory as disks. It is mounted when a store is opened, not before. */
export class StoragePeer implements Peer {
  /** Its sightings have told all there is. */
  readonly evidence: Evidence = new Map();
  readonly stores: readonly StoreInfo[];
  readonly #parts: StorageParts;
  readonly #open = new Set<Store>();
  #volumes: Promise<readonly Volume[]> | undefined;

  constructor(parts: StorageParts) {
    this.#parts = parts;
    this.stores = parts.device.identity.stores.map((hint) => this.#info(hint, false));
  }

  async open(name: string, signal: AbortSignal): Promise<Store> {
    const { device, log } = this.#parts;
    const hint = device.identity.stores.find((one) => one.name === name);
    if (hint === undefined) throw new CradleError('NotFound', `the device has no store ${JSON.stringify(name)}`);
    const volumes = await this.#mounted(signal);
    const info = this.#info(
      hint,
      volumes.every((volume) => volume.readOnly),
    );
    const shelves = volumes.flatMap((volume) => foldersOf(hint).map((folder) => new Shelf(volume, folder, info, log)));
    const store = new StorageStore(info, shelves);
    this.#open.add(store);
    return store;
  }

  /** `all`: also what others have mounted, because a person asked for it. */
  async release(signal: AbortSignal, all = false): Promise<void> {
    const { partitions, mounting, options } = this.#parts;
    await this.#close(true);
    for (const partition of partitions)
      if (all || (await mounting.isOurs(partition, signal))) await mounting.unmount(partition, signal);
    for (const partition of partitions) {
      const point = await mounting.pointOf(partition, signal);
      if (point !== undefined) throw new CradleError('Busy', `${point} was mounted by another program and stays so`);
    }
    for (const [how, wanted] of [
      ['Eject', options.eject],
      ['PowerOff', options.powerOff],
    ] as const)
      if (wanted && partitions[0] !== undefined) await mounting.letGo(partitions[0], how, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close(false);
  }

  /** Lets go of everything, so that it can be unmounted. */
  async #close(flush: boolean): Promise<void> {
    for (const store of this.#open) await store[Symbol.asyncDispose]();
    this.#open.clear();
    const volumes = (await this.#volumes?.catch(() => [])) ?? [];
    this.#volumes = undefined;
    try {
      if (flush) for (const volume of volumes) if (!volume.readOnly) await volume.flush();
    } catch (error) {
      throw new CradleError('NotConnected', 'the device went before all was written to it', { cause: error });
    } finally {
      for (const volume of volumes) await volume[Symbol.asyncDispose]();
    }
  }

  #mounted(signal: AbortSignal): Promise<readonly Volume[]> {
    if (this.#volumes === undefined) {
      const volumes = this.#mount(signal);
      this.#volumes = volumes;
      // A second try is as good as the first.
      volumes.catch(() => {
        if (this.#volumes === volumes) this.#volumes = undefined;
      });
    }
    return this.#volumes;
  }

  /** Mounts what can be mounted; a card that cannot does not spoil the others. */
  async #mount(signal: AbortSignal): Promise<readonly Volume[]> {
    const { partitions, mounting, options, filesystem, log } = this.#parts;
    const volumes: Volume[] = [];
    let failure: CradleError | undefined;
    for (const partition of partitions)
      try {
        const point = await mounting.mount(partition, options.importOnly, signal);
        volumes.push(await Volume.open(partition, point, filesystem));
      } catch (thrown) {
        const error = asCradleError(thrown);
        log.info(`${partition.node} is left out: ${error.message}`);
        failure ??= error;
      }
    if (volumes.length > 0 && failure?.code !== 'Cancelled') return volumes;
    for (const volume of volumes) await volume[Symbol.asyncDispose]();
    throw failure ?? new CradleError('NotConnected', 'the device shows no volume');
  }

  #info(hint: StoreHint, readOnly: boolean): StoreInfo {
    const { device, partitions, options } = this.#parts;
    // The first slot is the built-in memory, where there is one: formatted anew, it is another store.
    const set = options.cards ? device.id : (partitions[0]?.key ?? device.id);
    const contentTypes = hint.contentType.split(/[;,\s]+/).filter((type) => type !== '');
    return {
      name: hint.name,
      label: hint.name.charAt(0).toUpperCase() + hint.name.slice(1),
      icon: iconFor(contentTypes),
      identity: `storage:${set}:${foldersOf(hint).join(';')}`,
      contentTypes,
      readOnly,
    };
  }
}

const foldersOf = (hint: StoreHint): readonly string[] =>
  hint.address.split(';').map(
    (folder) =>
      `/${folder
        .split('/')
        .filter((part) => part.trim() !== '')
        .join('/')}`,
  );

function iconFor(contentTypes: readonly string[]): string {
  const [first = ''] = contentTypes;
  if (first.startsWith('image/')) return 'folder-pictures';
  if (first.startsWith('audio/')) return 'folder-music';
  if (first.startsWith('video/')) return 'folder-videos';
  return 'folder';
}
