import type { Bus } from '../../dbus/bus.js';
import { CradleError } from '../../dbus/errors.js';
import type { Device } from '../../hal/device.js';
import type { Log } from '../../hal/log.js';
import { stopIfCancelled } from '../cancel.js';
import type { OptionType, Peer, PluginContext, ProtocolPlugin } from '../contract.js';
import type { Filesystem } from '../folder/filesystem.js';
import { Mounting } from './mounting.js';
import { MOUNTINFO } from './mounts.js';
import { StoragePeer } from './peer.js';
import { partitionsOf } from './volume.js';

export interface StoragePluginParts {
  readonly systemBus: () => Promise<Bus>;
  readonly log: Log;
  /** In place of /proc/self/mountinfo. */
  readonly mountinfo?: string;
  /** Takes the filesystem for this kind instead of asking it: for tests of kinds that this machine lacks. */
  readonly filesystem?: Filesystem;
}

/** USB mass storage, memory cards: whatever shows as a filesystem on a block device. */
export class StoragePlugin implements ProtocolPlugin {
  readonly name = 'storage';
  readonly transports = ['block'];
  readonly options: Readonly<Record<string, OptionType>> = {
    ImportOnly: 'boolean',
    Cards: 'boolean',
    Eject: 'boolean',
    PowerOff: 'boolean',
  };
  readonly #mounting: Mounting;
  readonly #filesystem: Filesystem | undefined;

  constructor({ systemBus, log, mountinfo = MOUNTINFO, filesystem }: StoragePluginParts) {
    this.#mounting = new Mounting({ systemBus, mountinfo, log });
    this.#filesystem = filesystem;
  }

  async connect({ device, log }: PluginContext, signal: AbortSignal): Promise<Peer> {
    stopIfCancelled(signal, `connecting to ${device.id}`);
    const partitions = partitionsOf(device);
    if (partitions.length === 0)
      throw new CradleError('NotConnected', `${device.identity.model || device.id} shows no volume`);
    const is = (option: string, otherwise = false): boolean => optionOf(device, option, otherwise);
    const importOnly = is('ImportOnly');
    const options = {
      importOnly,
      cards: is('Cards', device.identity.kind === 'camera'),
      eject: is('Eject'),
      powerOff: is('PowerOff'),
    };
    return new StoragePeer({
      device,
      partitions,
      options,
      mounting: this.#mounting,
      log,
      filesystem: this.#filesystem,
    });
  }
}

function optionOf(device: Device, option: string, otherwise: boolean): boolean {
  const value = device.identity.options.get(`storage.${option}`)?.toLowerCase();
  return value === undefined || value === '' ? otherwise : value === 'true';
}
