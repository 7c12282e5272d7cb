import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CradleError } from '../../dbus/errors.js';
import type { Device, DeviceId } from '../../hal/device.js';
import { readable } from '../../hal/device-id.js';
import { waysInto } from '../../hal/reach.js';
import type { Channel, Transport } from '../../hal/transport.js';
import type { Log, PluginContext } from '../../plugins/contract.js';
import type { Secrets } from '../secrets/secrets.js';
import type { Binding } from '../state/binding.js';

export interface ContextsParts {
  /** Where the devices' own folders go. */
  readonly folder: string;
  /** The bindings of a device, enabled or not. */
  readonly bindings: (device: DeviceId) => readonly Binding[];
  readonly secrets: Pick<Secrets, 'get'>;
  readonly transports: ReadonlyMap<string, Transport>;
  readonly log: Log;
}

/** Makes what a plugin may see of the daemon, one for each device it works with. */
export class Contexts {
  readonly #parts: ContextsParts;

  constructor(parts: ContextsParts) {
    this.#parts = parts;
  }

  /** The context of a device that a rule says how to talk to. Fails with NotIdentified, NoSpace, ReadOnly. */
  async of(device: Device): Promise<PluginContext> {
    const { bindings, secrets, log } = this.#parts;
    const { id, identity } = device;
    if (identity.plugin === undefined)
      throw new CradleError('NotIdentified', `no rule says how to talk to ${identity.model || id}`);
    const folder = join(this.#folderOf(id), identity.plugin);
    await makeFolder(folder);
    const enabled = bindings(id).filter((binding) => binding.enabled);
    return {
      device,
      log,
      folder,
      wanted: [...new Set(enabled.flatMap((binding) => binding.pairs.map((pair) => pair.device)))],
      channel: (signal) => this.#channel(device, signal),
      credentials: (signal) => secrets.get(id, signal),
    };
  }

  /** Removes all that plugins have remembered of a device. */
  async forget(id: DeviceId): Promise<void> {
    await rm(this.#folderOf(id), { recursive: true, force: true });
  }

  #folderOf(id: DeviceId): string {
    return join(this.#parts.folder, readable(id));
  }

  /** Through the first way in that lets us; fails as the last one did. */
  async #channel(device: Device, signal: AbortSignal): Promise<Channel> {
    const { transport: name, model } = device.identity;
    const transport = this.#parts.transports.get(name ?? '');
    if (transport === undefined) throw new CradleError('Unsupported', `there is no channel over ${name}`);
    let failure = new CradleError('NotConnected', `${model || device.id} cannot be reached yet`);
    for (const sighting of waysInto(device)) {
      try {
        return await transport.open(sighting, signal);
      } catch (error) {
        if (!(error instanceof CradleError) || signal.aborted) throw error;
        failure = error;
      }
    }
    throw failure;
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
