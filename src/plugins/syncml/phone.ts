import { CradleError } from '../../dbus/errors.js';
import type { Peer, PluginContext } from '../contract.js';
import type { Packet } from './carrier/carrier.js';
import { ObexPhoneCarrier } from './carrier/obex-client.js';
import type { Version } from './codec/document.js';
import { greetClient } from './dialogue/greeting.js';
import { type Hosted, hostedBy, principalOf, USUAL_SERVER } from './hosting.js';
import { noticePacket } from './notice.js';
import { readOptions, type SyncmlOptions } from './options.js';
import { SyncmlPeer } from './peer.js';
import type { Lease, Lender } from './replica/lender.js';
import { ServerWire } from './server-wire.js';

/** A telephone on its cable: it is asked to sync, and then is the client, we the server. */
export async function meetPhone(context: PluginContext, lender: Lender, signal: AbortSignal): Promise<Peer> {
  const { device, folder, log } = context;
  const options = readOptions(device);
  const hosted = hostedBy(context, options);
  if (hosted.length === 0) throw new CradleError('NotFound', 'nobody wants any of the stores of the device');
  const lease = lender.lend(folder, 'server', log);
  try {
    const carrier = await carrierTo(context, options, hosted, lease, signal);
    try {
      const conversation = await greetClient(
        carrier,
        {
          admit: async ({ deviceUri, login }) =>
            principalOf(hosted, options, lease, { login: login ?? '', password: undefined, deviceUri }),
          maxMessageSize: options.maxMessageSize,
          maxObjectSize: options.maxObjectSize,
        },
        signal,
      );
      return new SyncmlPeer({
        device,
        options,
        conversation,
        lease,
        wire: (rooms) => new ServerWire(conversation, rooms, log),
        log,
      });
    } catch (error) {
      await carrier[Symbol.asyncDispose]();
      throw error;
    }
  } catch (error) {
    lease[Symbol.dispose]();
    throw error;
  }
}

/** Where no rule tells which notification it understands, the newer one is tried, and then the older. */
async function carrierTo(
  context: PluginContext,
  options: SyncmlOptions,
  hosted: readonly Hosted[],
  lease: Lease,
  signal: AbortSignal,
): Promise<ObexPhoneCarrier> {
  const { device, log } = context;
  const { alert, version } = options;
  const told = alert ?? version;
  const versions: readonly (Version | undefined)[] =
    told === undefined ? ['1.2', '1.1'] : told === 'none' ? [undefined] : [told];
  const peer = device.identity.model || device.id;
  const enterObex = options.enterObex.length > 0 ? options.enterObex : commandsOf(device.evidence.get('at.obex'));
  let failure = new CradleError('NotConnected', `${peer} does not begin to sync`);
  for (const one of versions)
    try {
      const channel = await context.channel(signal);
      const baud = Number(device.evidence.get('at.baud') ?? Number.NaN);
      if (Number.isInteger(baud) && baud > 0) await channel.line?.setSpeed(baud);
      const encoding = options.encoding ?? 'wbxml';
      const notification = one === undefined ? undefined : notificationFor(one, options, hosted, lease);
      return await ObexPhoneCarrier.open(channel, { peer, encoding, enterObex, notification }, signal);
    } catch (error) {
      const again =
        error instanceof CradleError && ['Unsupported', 'NotFound', 'PluginFailed', 'InvalidArgs'].includes(error.code);
      if (!again || !(error instanceof CradleError)) throw error;
      log.info(`${peer} was not asked to sync: ${error.message}`, { notification: one ?? 'none' });
      failure = error;
    }
  throw failure;
}

const commandsOf = (fact: string | undefined): readonly string[] =>
  (fact ?? '').split(';').filter((command) => command.trim() !== '');

function notificationFor(
  version: Version,
  options: SyncmlOptions,
  hosted: readonly Hosted[],
  { memory, replica }: Lease,
): Packet {
  return noticePacket({
    version,
    encoding: options.encoding ?? 'wbxml',
    serverId: options.serverId ?? USUAL_SERVER,
    deviceUri: replica.text('peer') ?? '',
    code: options.alertCode,
    datastores: hosted.map(({ datastore: { types }, uri }) => ({ uri, type: types[0] ?? '' })),
    nonce: memory.nonce('ours') ?? new Uint8Array(),
  });
}
