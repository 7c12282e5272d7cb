import { setTimeout as pause } from 'node:timers/promises';
import type { Bus } from '../../dbus/bus.js';
import { asCradleError, CradleError } from '../../dbus/errors.js';
import { udisks } from '../../dbus/names.js';
import type { Log } from '../../hal/log.js';
import { stopIfCancelled } from '../cancel.js';
import { holdersOf } from './holders.js';
import { readMounts } from './mounts.js';
import { UDisks } from './udisks.js';
import type { Partition } from './volume.js';

/** Milliseconds that another program gets to mount what we may not, and between two looks. */
const PATIENCE = 3_000;
const LOOK = 250;

export interface MountingParts {
  readonly systemBus: () => Promise<Bus>;
  /** Where the kernel tells what is mounted. */
  readonly mountinfo: string;
  readonly log: Log;
}

/** Mounts and unmounts filesystems as an ordinary user, and remembers which ones it mounted. */
export class Mounting {
  readonly #parts: MountingParts;
  /** Nodes with the mount points that we gave them. */
  readonly #ours = new Map<string, string>();

  constructor(parts: MountingParts) {
    this.#parts = parts;
  }

  /** Where the filesystem shows; undefined when it is not mounted. */
  async pointOf(partition: Partition, signal: AbortSignal): Promise<string | undefined> {
    const shown = await this.#shown(partition);
    if (shown !== undefined) return shown;
    try {
      const [point] = await (await this.#udisks()).mountPoints(partition.node, signal);
      return point;
    } catch (error) {
      this.#parts.log.debug(`UDisks2 does not say where ${partition.node} is mounted: ${asCradleError(error).message}`);
      return undefined;
    }
  }

  /** Gives the mount point, of whoever mounted it. Fails with NotConnected when nobody does. */
  async mount(partition: Partition, readOnly: boolean, signal: AbortSignal): Promise<string> {
    const there = await this.pointOf(partition, signal);
    if (there !== undefined) return there;
    try {
      const point = await (await this.#udisks()).mount(partition.node, readOnly, signal);
      this.#ours.set(partition.node, point);
      return point;
    } catch (thrown) {
      stopIfCancelled(signal, `mounting ${partition.node}`);
      const error = asCradleError(thrown);
      const other = error.remote === udisks.errors.alreadyMounted ? await this.pointOf(partition, signal) : undefined;
      const point = other ?? (await this.#await(partition, signal));
      if (point !== undefined) return point;
      throw new CradleError('NotConnected', `${partition.node} is not mounted: ${error.message}`, { cause: error });
    }
  }

  /** Whether it is mounted, and by us. */
  async isOurs(partition: Partition, signal: AbortSignal): Promise<boolean> {
    const point = this.#ours.get(partition.node);
    return point !== undefined && (await this.pointOf(partition, signal)) === point;
  }

  /** Fails with Busy naming who has something open on it. */
  async unmount(partition: Partition, signal: AbortSignal): Promise<void> {
    const point = await this.pointOf(partition, signal);
    if (point === undefined) {
      this.#ours.delete(partition.node);
      return;
    }
    try {
      await (await this.#udisks()).unmount(partition.node, signal);
      this.#ours.delete(partition.node);
    } catch (thrown) {
      const error = asCradleError(thrown);
      if (error.code !== 'Busy') throw error;
      const holders = await holdersOf(point);
      const who = holders.length === 0 ? 'by another program' : `by ${holders.join(', ')}`;
      throw new CradleError('Busy', `${point} is in use ${who}`, { cause: error });
    }
  }

  /** Nothing where the drive cannot. */
  async letGo(partition: Partition, how: 'Eject' | 'PowerOff', signal: AbortSignal): Promise<void> {
    await (await this.#udisks()).letGo(partition.node, how, signal);
  }

  async #udisks(): Promise<UDisks> {
    return new UDisks(await this.#parts.systemBus());
  }

  async #shown({ node, number }: Partition): Promise<string | undefined> {
    const mounts = await readMounts(this.#parts.mountinfo);
    return mounts.findLast((mount) => mount.root === '/' && (mount.source === node || mount.device === number))?.point;
  }

  /** Desktops mount what is plugged in; they may be about to. */
  async #await(partition: Partition, signal: AbortSignal): Promise<string | undefined> {
    for (let waited = 0; waited < PATIENCE; waited += LOOK) {
      await pause(LOOK, undefined, { signal }).catch(() => undefined);
      stopIfCancelled(signal, `mounting ${partition.node}`);
      const point = await this.#shown(partition);
      if (point !== undefined) return point;
    }
    return undefined;
  }
}
