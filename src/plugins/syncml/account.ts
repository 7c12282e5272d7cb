import { randomBytes } from 'node:crypto';
import { asCradleError, CradleError } from '../../dbus/errors.js';
import type { Login, Peer, PluginContext } from '../contract.js';
import { openHttpClient } from './carrier/http-client.js';
import { ClientWire } from './client-wire.js';
import { datastoresOf } from './datastores.js';
import type { Conversation } from './dialogue/conversation.js';
import { greetServer } from './dialogue/greeting.js';
import { plainUri } from './dialogue/uri.js';
import { readOptions } from './options.js';
import { ourselves } from './ourselves.js';
import { SyncmlPeer } from './peer.js';
import type { Lender } from './replica/lender.js';

/** HOME, https_proxy and the like. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** An account on a SyncML server: we are the client. */
export async function meetServer(
  context: PluginContext,
  lender: Lender,
  environment: Environment,
  signal: AbortSignal,
): Promise<Peer> {
  const { device, folder, wanted, log } = context;
  const options = readOptions(device);
  const url = device.evidence.get('account.url') ?? '';
  const datastores = datastoresOf(device, undefined).filter(({ name }) => wanted.includes(name));
  if (datastores.length === 0) throw new CradleError('NotFound', 'nobody wants any of the stores of the server');
  const login = await context.credentials(signal);
  const lease = lender.lend(folder, 'client', log);
  try {
    const { replica, memory } = lease;
    lease.begin(undefined);
    for (const { name, address } of datastores) replica.settle(name, plainUri(address));
    const uri = options.clientId ?? ourName(replica);
    const version = options.version ?? '1.2';
    const hosted = datastores.map((datastore) => ({ datastore, uri: datastore.name }));
    const { authority, certificateName, encoding = 'xml', scheme, maxMessageSize, maxObjectSize } = options;
    const greet = async (until: AbortSignal): Promise<Conversation> => {
      const carrier = await openHttpClient({
        url,
        environment,
        ...(authority === undefined ? {} : { authorityFile: authority }),
        ...(certificateName === undefined ? {} : { certificateName }),
      });
      try {
        return await greetServer(
          carrier,
          {
            uri,
            server: url,
            login,
            version,
            encoding,
            information: ourselves('client', uri, version, hosted),
            memory,
            datastores: datastores.map(({ name, address }) => ({ name, uri: address, mode: 'two-way' })),
            maxMessageSize,
            maxObjectSize,
            ...(scheme === undefined ? {} : { schemes: [scheme] }),
          },
          until,
        );
      } catch (error) {
        await carrier[Symbol.asyncDispose]();
        throw inOurWords(error, url, login, datastores);
      }
    };
    const first = await greet(signal);
    return new SyncmlPeer({
      device,
      options,
      conversation: first,
      ourName: uri,
      lease,
      wire: (rooms) => new ClientWire({ first, greet, rooms, log }),
      log,
    });
  } catch (error) {
    lease[Symbol.dispose]();
    throw error;
  }
}

/** What the server knows us by: one name for each account here, for ever. */
function ourName(replica: {
  text(key: string): string | undefined;
  remember(key: string, value: string): void;
}): string {
  const known = replica.text('our-name');
  if (known !== undefined) return known;
  const name = `cradle-${randomBytes(8).toString('hex')}`;
  replica.remember('our-name', name);
  return name;
}

/** What a greeting failed with, naming what an owner knows by name; never the password. */
function inOurWords(
  thrown: unknown,
  url: string,
  login: Login | undefined,
  datastores: readonly { readonly address: string }[],
): CradleError {
  const error = asCradleError(thrown);
  const cause = { cause: error };
  if (error.code === 'NotOwner')
    return new CradleError(
      'NotOwner',
      login === undefined ? `${url} wants a login` : `the server refused the login of ${login.user}`,
      cause,
    );
  if (error.code === 'NotFound')
    return new CradleError(
      'StoreUnavailable',
      `${url} has no ${datastores.map(({ address }) => address).join(' and no ')}`,
      cause,
    );
  return error;
}
