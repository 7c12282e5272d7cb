import { CradleError } from '../../dbus/errors.js';
import type { DeviceId } from '../../hal/device.js';
import { ours } from '../session/surroundings.js';
import { accountOf } from './accounts.js';
import type { Domain } from './domain.js';

/** How long a device may take to let go, in milliseconds. */
const EJECT_TIME = 120_000;

/** Lets the device go so that it may be unplugged. Fails with NotConnected, NotOwner, Busy naming who holds it. */
export async function eject(domain: Domain, id: DeviceId): Promise<void> {
  const device = domain.registry.get(id);
  if (device === undefined) throw new CradleError('NotConnected', `${id} is not plugged in`);
  if (accountOf(domain, id) !== undefined)
    throw new CradleError('Unsupported', `${id} is not plugged in: it is an account`);
  // Nothing of ours is on what no rule can talk to, such as a player whose disk has been ejected already.
  if (device.owner.kind === 'mine' && device.identity.plugin === undefined) return;
  ours(device);
  if (domain.queue.sessions.some((session) => session.binding.device === id && session.busy))
    throw new CradleError('Busy', `${device.identity.model || id} is being synced`);
  const plugin = domain.catalogue.protocols.get(device.identity.plugin ?? '');
  if (plugin === undefined) throw new CradleError('Unsupported', `there is no plugin ${device.identity.plugin}`);
  const signal = AbortSignal.any([domain.signal, AbortSignal.timeout(EJECT_TIME)]);
  await using peer = await plugin.connect(await domain.contexts.of(device), signal);
  await peer.release?.(signal, true);
  domain.presence.release(id, true);
}
