import { CradleError } from '../../dbus/errors.js';
import { stopIfCancelled } from '../cancel.js';
import type { Call, OptionType, Peer, PluginContext, ProtocolPlugin, Reception } from '../contract.js';
import { type Environment, meetServer } from './account.js';
import { callersOver } from './callers.js';
import { OPTIONS } from './options.js';
import { meetPhone } from './phone.js';
import { Lender } from './replica/lender.js';

export interface SyncmlPluginParts {
  /** For proxies. */
  readonly environment: Environment;
}

/** SyncML (OMA DS) in both roles: telephones on their cables, accounts on servers, and clients that call. */
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
      case 'server':
        return meetServer(context, this.#lender, this.#environment, signal);
      case 'caller':
        throw new CradleError(
          'NotConnected',
          `${device.evidence.get('account.label') ?? device.id} syncs when it calls`,
        );
      default:
        return meetPhone(context, this.#lender, signal);
    }
  }

  accept(reception: Reception, signal: AbortSignal): AsyncIterable<Call> {
    return callersOver(reception, this.#lender, signal);
  }
}
