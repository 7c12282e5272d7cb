import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CradleError } from '../../dbus/errors.js';
import type { Device, DeviceId } from '../../hal/device.js';
import { readable } from '../../hal/device-id.js';
import type { Log, PluginContext } from '../../plugins/contract.js';
import type { Binding } from '../state/binding.js';

/** Makes what a plugin may see of the daemon, one for each device it works with. */
export class Contexts {
  readonly #folder: string;
  readonly #bindings: (device: DeviceId) => readonly Binding[];
  readonly #log: Log;

  /** `folder` is where the devices' own folders go; `bindings` gives those of a device. */
  constructor(parts: {
    readonly folder: string;
    readonly bindings: (device: DeviceId) => readonly Binding[];
    readonly log: Log;
  }) {
    this.#folder = parts.folder;
    this.#bindings = parts.bindings;
    this.#log = parts.log;
  }

  /** The context of a device that a rule says how to talk to. Fails with NotIdentified, NoSpace, ReadOnly. */
  async of(device: Device): Promise<PluginContext> {
    const { plugin, transport, model } = device.identity;
    if (plugin === undefined)
      throw new CradleError('NotIdentified', `no rule says how to talk to ${model || device.id}`);
    const folder = join(this.#folder, readable(device.id), plugin);
    await makeFolder(folder);
    const enabled = this.#bindings(device.id).filter((binding) => binding.enabled);
    return {
      device,
      log: this.#log,
      folder,
      wanted: [...new Set(enabled.flatMap((binding) => binding.pairs.map((pair) => pair.device)))],
      channel: () => Promise.reject(new CradleError('Unsupported', `there is no channel over ${transport}`)),
      credentials: async () => undefined,
    };
  }

  /** Removes all that plugins have remembered of a device. */
  async forget(id: DeviceId): Promise<void> {
    await rm(join(this.#folder, readable(id)), { recursive: true, force: true });
  }
}

/** For the user alone: what a device holds is nobody else's to read. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw new CradleError('NoSpace', `there is no space for ${folder}`, { cause: thrown });
    if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM')
      throw new CradleError('ReadOnly', `${folder} cannot be made`, { cause: thrown });
    throw new CradleError('Failed', `${folder} cannot be made (${String(code)})`, { cause: thrown });
  }
}
