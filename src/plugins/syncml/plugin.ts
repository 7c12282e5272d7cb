import { CradleError } from '../../dbus/errors.js';
import { stopIfCancelled } from '../cancel.js';
import type { Call, OptionType, Peer, PluginContext, ProtocolPlugin, Reception } from '../contract.js';
import type { Environment } from './account.js';
import { OPTIONS } from './options.js';
import { Lender } from './replica/lender.js';

export interface SyncmlPluginParts {
  /** For proxies. */
  readonly environment: Environment;
}

/**
 * SyncML (OMA DS) in both roles: telephones on their cables, accounts on servers, and clients that call. What talks is
 * loaded when somebody is to be talked to: most starts of the daemon have no use for it.
 */
export class SyncmlPlugin implements ProtocolPlugin {
  readonly name = 'syncml';
  readonly transports = ['serial', 'rfcomm', 'tcp', 'http'];
  readonly options: Readonly<Record<string, OptionType>> = OPTIONS;
  readonly #environment: Environment;
  readonly #lender = new Lender();

  constructor({ environment }: SyncmlPluginParts) {
    this.#environment = environment;
  }

  async connect(context: PluginContext, signal: AbortSignal): Promise<Peer> {
    const { device } = context;
    stopIfCancelled(signal, `connecting to ${device.id}`);
    switch (device.evidence.get('account.role')) {
      case 'server': {
        const { meetServer } = await import('./account.js');
        return meetServer(context, this.#lender, this.#environment, signal);
      }
      case 'caller':
        throw new CradleError(
          'NotConnected',
          `${device.evidence.get('account.label') ?? device.id} syncs when it calls`,
        );
      default: {
        const { meetPhone } = await import('./phone.js');
        return meetPhone(context, this.#lender, signal);
      }
    }
  }

  async *accept(reception: Reception, signal: AbortSignal): AsyncGenerator<Call> {
    const { callersOver } = await import('./callers.js');
    yield* callersOver(reception, this.#lender, signal);
  }
}
