import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Bus } from '../../src/dbus/bus.js';
import { CradleError } from '../../src/dbus/errors.js';
import { type ExportedInterface, exportInterface } from '../../src/dbus/exported.js';
import { escapeUDisks, udisks } from '../../src/dbus/names.js';
import { arg, defineShape, method, options, property } from '../../src/dbus/shape.js';
import type { Options } from '../../src/dbus/variant.js';

const blockShape = defineShape({
  name: udisks.block,
  properties: { Device: property('ay', 'const'), Drive: property('o', 'const'), ReadOnly: property('b', 'const') },
  methods: {},
  signals: {},
});

const filesystemShape = defineShape({
  name: udisks.filesystem,
  properties: { MountPoints: property('aay', 'read') },
  methods: {
    Mount: method([options], [arg('mount_path', 's')]),
    Unmount: method([options], []),
  },
  signals: {},
});

const driveShape = defineShape({
  name: udisks.drive,
  properties: { Ejectable: property('b', 'const'), CanPowerOff: property('b', 'const') },
  methods: { Eject: method([options], []), PowerOff: method([options], []) },
  signals: {},
});

export interface FakeVolumeOptions {
  /** Such as /dev/sdb1, or a path in a temporary folder: then a file there stands for the node while it is plugged in. */
  readonly node: string;
  /** The folder that is the medium: what is on it, plugged in or not. */
  readonly medium: string;
  /** Where it is mounted; nothing may be there. */
  readonly point: string;
  readonly ejectable?: boolean;
  readonly canPowerOff?: boolean;
}

/** How a volume answers: as it should, as for somebody without the right, as one that is in use. */
export type Mood = 'willing' | 'not-authorized' | 'busy' | 'silent';

const fileName = (path: string): Uint8Array => Buffer.from(`${path}\0`);

/** One volume that UDisks2 knows: mounting puts the medium's folder where it shows, pulling takes it from under whoever writes. */
export class FakeVolume {
  mood: Mood = 'willing';
  /** The options of the calls so far, by the method's name. */
  readonly asked: { readonly method: string; readonly options: Options }[] = [];
  #mounted = false;
  /** Gone, and its medium still being put where it is kept. */
  #pulled = false;
  readonly interfaces: readonly [ExportedInterface<typeof blockShape>, ExportedInterface<typeof filesystemShape>];
  readonly drive: ExportedInterface<typeof driveShape>;

  constructor(
    readonly options: FakeVolumeOptions,
    drivePath: string,
  ) {
    const note = (name: string, given: Options) => this.asked.push({ method: name, options: given });
    this.interfaces = [
      exportInterface(blockShape, {
        properties: {
          Device: () => fileName(options.node),
          Drive: () => drivePath,
          ReadOnly: () => false,
        },
        methods: {},
      }),
      exportInterface(filesystemShape, {
        properties: { MountPoints: () => (this.#mounted ? [fileName(options.point)] : []) },
        methods: {
          Mount: async (given) => {
            note('Mount', given);
            await this.#humour();
            if (this.#mounted) throw new CradleError('Failed', `${options.node} is mounted already`);
            await this.mount();
            return options.point;
          },
          Unmount: async (given) => {
            note('Unmount', given);
            await this.#humour();
            if (!this.#mounted) throw new CradleError('Failed', `${options.node} is not mounted`);
            await this.unmount();
          },
        },
      }),
    ];
    this.drive = exportInterface(driveShape, {
      properties: { Ejectable: () => options.ejectable ?? false, CanPowerOff: () => options.canPowerOff ?? false },
      methods: { Eject: (given) => note('Eject', given), PowerOff: (given) => note('PowerOff', given) },
    });
  }

  get mounted(): boolean {
    return this.#mounted;
  }

  /** As the desktop does it, or anybody else. */
  async mount(): Promise<void> {
    const { medium, point } = this.options;
    await mkdir(dirname(point), { recursive: true });
    await rename(medium, point);
    this.#mounted = true;
    this.interfaces[1].changed('MountPoints');
  }

  async unmount(): Promise<void> {
    await rename(this.options.point, this.options.medium);
    this.#mounted = false;
    this.interfaces[1].changed('MountPoints');
  }

  /** Out with the plug: the medium stays as it is at this moment, whatever is still written to where it was. */
  async pull(): Promise<void> {
    const { node, medium, point } = this.options;
    // Nodes of the real machine are not ours to remove.
    if (!node.startsWith('/dev/')) await rm(node, { force: true });
    if (!this.#mounted) return;
    const dead = join(dirname(medium), `.${basename(medium)}-pulled`);
    this.#mounted = false;
    this.#pulled = true;
    await rename(point, dead);
    await copyStill(dead, medium);
    await rm(dead, { recursive: true, force: true, maxRetries: 10 });
    this.#pulled = false;
    this.interfaces[1].changed('MountPoints');
  }

  /** Makes the node's file, for a node that is one. */
  async plug(): Promise<void> {
    await writeFile(this.options.node, '');
  }

  async #humour(): Promise<void> {
    if (this.#pulled) throw new CradleError('Failed', `there is no ${this.options.node}`);
    if (this.mood === 'silent') await new Promise(() => {});
    if (this.mood === 'not-authorized') throw new CradleError('Failed', 'Not authorized to perform operation');
    if (this.mood === 'busy') throw new CradleError('Busy', `target is busy: ${this.options.node}`);
  }
}

/** Whoever was writing when the plug was pulled may still tidy up: it is copied again until nothing moves under the copy. */
async function copyStill(from: string, to: string): Promise<void> {
  for (let tries = 50; ; tries -= 1)
    try {
      await rm(to, { recursive: true, force: true });
      await cp(from, to, { recursive: true, preserveTimestamps: true });
      return;
    } catch (error) {
      if (tries === 0 || !(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
}

/** UDisks2 as far as we ask it (http://storaged.org/doc/udisks2-api/latest/), with folders for volumes. */
export class FakeUdisks implements AsyncDisposable {
  readonly #bus: Bus;
  readonly #published: Disposable[] = [];

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  begin(): Promise<void> {
    return this.#bus.own(udisks.name);
  }

  add(volume: FakeVolumeOptions): FakeVolume {
    const name = escapeUDisks(basename(volume.node));
    const drivePath = `${udisks.path}/drives/${name}`;
    const fake = new FakeVolume(volume, drivePath);
    this.#published.push(this.#bus.publish(`${udisks.blockDevices}/${name}`, fake.interfaces));
    this.#published.push(this.#bus.publish(drivePath, [fake.drive]));
    return fake;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const published of this.#published.splice(0)) published[Symbol.dispose]();
    await this.#bus[Symbol.asyncDispose]();
  }
}
