import type { PluginContext } from '../contract.js';
import { type Datastore, datastoresOf } from './datastores.js';
import type { Principal } from './dialogue/host.js';
import { plainUri } from './dialogue/uri.js';
import type { SyncmlOptions } from './options.js';
import { ourselves } from './ourselves.js';
import type { Lease } from './replica/lender.js';

/** What we call ourselves where no rule wants anything else. */
export const USUAL_SERVER = 'cradle';

/** A datastore that somebody wants synced, and what the device has to call it. */
export interface Hosted {
  readonly datastore: Datastore;
  readonly uri: string;
}

/** The datastores of a device that are wanted. */
export function hostedBy({ device, wanted }: PluginContext, { serverUris }: SyncmlOptions): readonly Hosted[] {
  return datastoresOf(device, undefined)
    .filter(({ name }) => wanted.includes(name))
    .map((datastore) => ({ datastore, uri: serverUris.get(datastore.name) ?? datastore.name }));
}

/** A device in the server role, before it has proved who it is: nothing of its replica moves until then. */
export function principalOf(
  hosted: readonly Hosted[],
  options: SyncmlOptions,
  lease: Lease,
  proof: { readonly login: string; readonly password: string | undefined; readonly deviceUri: string },
): Principal {
  const { login, password, deviceUri } = proof;
  const serverId = options.serverId ?? USUAL_SERVER;
  lease.memory.onProof(() => {
    lease.begin(deviceUri);
    for (const { datastore } of hosted) lease.replica.settle(datastore.name, plainUri(datastore.address));
  });
  return {
    login,
    password,
    information: ourselves('server', serverId, options.version ?? '1.2', hosted),
    memory: lease.memory,
    datastores: hosted.map(({ datastore: { name }, uri }) => ({ name, uri })),
  };
}
