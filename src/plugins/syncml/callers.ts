import { isIP } from 'node:net';
import { asCradleError, CradleError } from '../../dbus/errors.js';
import type { Call, PluginContext, Reception } from '../contract.js';
import { listenHttp } from './carrier/http-server.js';
import type { HttpSession } from './carrier/http-session.js';
import { greetClient } from './dialogue/greeting.js';
import { hostedBy, principalOf } from './hosting.js';
import { Mailbox } from './mailbox.js';
import { readOptions, type SyncmlOptions } from './options.js';
import { SyncmlPeer } from './peer.js';
import type { Lease, Lender } from './replica/lender.js';
import { ServerWire } from './server-wire.js';

/** Milliseconds in which a caller has to prove who it is, and say what it wants. */
const GREETING_TIME = 120_000;
/** Bytes, before it is known who calls. */
const MESSAGE = 256 * 1024;
const OBJECT = 16 * 1024 * 1024;

/** Phones and programs that sync with us over HTTP, each when it has proved who it is. */
export async function* callersOver(reception: Reception, lender: Lender, signal: AbortSignal): AsyncGenerator<Call> {
  const calls = new Mailbox<Call>();
  const stop = (): void => calls.end();
  const greetings = new Set<Promise<void>>();
  const begun = (session: HttpSession): void => {
    const take = async (): Promise<void> => {
      try {
        const call = await greetCaller(session, reception, lender, signal);
        if (call === undefined) return;
        if (signal.aborted) await call.peer[Symbol.asyncDispose]();
        else calls.put(call);
      } catch (error) {
        reception.log.info(`a call was not taken: ${asCradleError(error).message}`, { peer: session.peer });
      }
    };
    const greeting = take();
    greetings.add(greeting);
    void greeting.finally(() => greetings.delete(greeting));
  };
  await using listener = await listenHttp(doorOf(reception.settings), { begun });
  reception.listening?.(listener.urls[0] ?? '');
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    yield* calls;
  } finally {
    signal.removeEventListener('abort', stop);
    calls.end();
    for await (const { peer } of calls) await peer[Symbol.asyncDispose]();
  }
}

/** As the settings say; cradled(8) describes them. Fails with InvalidArgs rather than doing without TLS that is wanted. */
function doorOf(settings: ReadonlyMap<string, string>): Parameters<typeof listenHttp>[0] {
  const addresses = (settings.get('ListenAddress') ?? '')
    .split(';')
    .map((address) => address.trim())
    .filter((address) => isIP(address) !== 0);
  const [path, base] = [settings.get('ListenPath'), settings.get('ListenUrl')];
  const [certificateFile, keyFile] = [settings.get('ListenCertificate'), settings.get('ListenKey')];
  if ((certificateFile === undefined) !== (keyFile === undefined))
    throw new CradleError('InvalidArgs', 'of ListenCertificate and ListenKey one is missing');
  return {
    port: Number(settings.get('ListenPort') ?? 0),
    ...(addresses.length === 0 ? {} : { addresses }),
    ...(path === undefined ? {} : { path }),
    ...(base === undefined ? {} : { base }),
    ...(certificateFile === undefined || keyFile === undefined ? {} : { tls: { certificateFile, keyFile } }),
  };
}

interface Admitted {
  readonly context: PluginContext;
  readonly options: SyncmlOptions;
  readonly lease: Lease;
}

/** Undefined where nobody that we know has called. */
async function greetCaller(
  session: HttpSession,
  reception: Reception,
  lender: Lender,
  signal: AbortSignal,
): Promise<Call | undefined> {
  let admitted: Admitted | undefined;
  try {
    const conversation = await greetClient(
      session,
      {
        async admit({ login, deviceUri }, until) {
          const context = login === undefined ? undefined : await reception.caller(login, until);
          const credentials = await context?.credentials(until);
          if (context === undefined || credentials === undefined) return undefined;
          admitted?.lease[Symbol.dispose]();
          const options = readOptions(context.device);
          admitted = { context, options, lease: lender.lend(context.folder, 'server', context.log) };
          const { user, password } = credentials;
          return principalOf(hostedBy(context, options), options, admitted.lease, { login: user, password, deviceUri });
        },
        respUri: () => session.respUri,
        maxMessageSize: MESSAGE,
        maxObjectSize: OBJECT,
      },
      AbortSignal.any([signal, AbortSignal.timeout(GREETING_TIME)]),
    );
    if (admitted === undefined) {
      await conversation[Symbol.asyncDispose]();
      return undefined;
    }
    const { context, options, lease } = admitted;
    const { device, log } = context;
    const peer = new SyncmlPeer({
      device,
      options,
      conversation,
      lease,
      wire: (rooms) => new ServerWire(conversation, rooms, log),
      log,
    });
    return { device: device.id, peer };
  } catch (error) {
    admitted?.lease[Symbol.dispose]();
    await session[Symbol.asyncDispose]();
    throw error;
  }
}
