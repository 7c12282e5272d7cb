import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FakeUdisks, type FakeVolume } from '../fakes/udisks.js';
import type { Scope } from '../support/scope.js';
import type { Desktop } from './desktop.js';
import type { UsbDevice, UsbOptions } from './usb-device.js';

/** The player of test/rules/fixtures/demo-player.evidence. */
export const PLAYER = {
  vendor: '054c',
  product: '03fe',
  serial: '10FF508C20E0',
  manufacturer: 'Sony',
  model: 'WALKMAN',
  properties: { ID_MEDIA_PLAYER: 'sony_walkman-nwz-s500' },
  volumes: [{ label: 'WALKMAN', uuid: '1A2B-3C4D' }],
} as const satisfies UsbOptions;

/** The first disk that is plugged in; it is the only one. */
const NODE = '/dev/sdb1';

/** A media player that can be plugged into a desktop: a disk with one volume, whose medium is a folder. */
export class Player {
  readonly #desktop: Desktop;
  readonly #udisks: FakeUdisks;
  readonly #top: string;
  #volume: FakeVolume | undefined;
  #device: UsbDevice | undefined;

  private constructor(desktop: Desktop, udisks: FakeUdisks, top: string) {
    this.#desktop = desktop;
    this.#udisks = udisks;
    this.#top = top;
  }

  /** Brings a UDisks2 to the desktop's system bus, so there is one player to a desktop. */
  static async bring(scope: Scope, desktop: Desktop): Promise<Player> {
    const udisks = new FakeUdisks(await desktop.connectSystem());
    scope.after(() => udisks[Symbol.asyncDispose]());
    await udisks.begin();
    const top = join(desktop.home, '../player');
    await mkdir(join(top, 'medium'), { recursive: true });
    return new Player(desktop, udisks, top);
  }

  /** Where its files are now: on the mounted volume, or on the medium that lies on the table. */
  get folder(): string {
    return this.#volume?.mounted === true ? this.#point : this.#medium;
  }

  get mounted(): boolean {
    return this.#volume?.mounted ?? false;
  }

  async plug(): Promise<void> {
    this.#volume ??= this.#udisks.add({ node: NODE, medium: this.#medium, point: this.#point });
    this.#device = await this.#desktop.bed.plug(PLAYER);
    if (NODE !== `/dev/${this.#device.diskName}1`) throw new Error('another disk is plugged in already');
  }

  /** After everybody let go of it. */
  async unplug(): Promise<void> {
    if (this.mounted) throw new Error('the player is in use; to pull it all the same is another thing');
    await this.#vanish();
  }

  /**
   * In the middle of whatever the daemon does with it. The daemon stands still for that moment, as it would seem to on a
   * real machine: what has reached the medium by now is on it, and nothing comes after.
   */
  async pull(): Promise<void> {
    this.#desktop.daemon?.suspend();
    try {
      await this.#volume?.pull();
      await this.#vanish();
    } finally {
      this.#desktop.daemon?.resume();
    }
  }

  get #medium(): string {
    return join(this.#top, 'medium');
  }

  get #point(): string {
    return join(this.#top, 'media/WALKMAN');
  }

  async #vanish(): Promise<void> {
    if (this.#device !== undefined) await this.#desktop.bed.unplug(this.#device);
    this.#device = undefined;
  }
}
