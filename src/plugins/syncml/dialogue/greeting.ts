import { CradleError } from '../../../dbus/errors.js';
import type { ClientCarrier, ServerCarrier } from '../carrier/carrier.js';
import type { Conversation } from './conversation.js';
import type { ServerHost } from './host.js';
import type { ClientPlan } from './plan.js';

/**
 * Package 1 and 2 in the client role. Fails with NotOwner when the server does not take our login, NotFound when it has
 * none of the datastores, Busy, Unsupported, NotConnected and Timeout.
 */
export async function greetServer(
  _carrier: ClientCarrier,
  _plan: ClientPlan,
  _signal: AbortSignal,
): Promise<Conversation> {
  throw new CradleError('Unsupported', 'the client role is being built');
}

/** Package 1 and 2 in the server role, up to the client's first words on its datastores. Fails as greetServer does. */
export async function greetClient(
  _carrier: ServerCarrier,
  _host: ServerHost,
  _signal: AbortSignal,
): Promise<Conversation> {
  throw new CradleError('Unsupported', 'the server role is being built');
}
