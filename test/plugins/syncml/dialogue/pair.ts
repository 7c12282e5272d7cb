import type { Encoding, Version } from '../../../../src/plugins/syncml/codec/document.js';
import type { DeviceInformation } from '../../../../src/plugins/syncml/devinf/device-information.js';
import type { Conversation, Outgoing, SyncMode } from '../../../../src/plugins/syncml/dialogue/conversation.js';
import { greetClient, greetServer } from '../../../../src/plugins/syncml/dialogue/greeting.js';
import type { ServerHost } from '../../../../src/plugins/syncml/dialogue/host.js';
import type { ClientPlan } from '../../../../src/plugins/syncml/dialogue/plan.js';
import { Line, type Mishap } from './line.js';
import { Remembered } from './remembered.js';

export const informationOf = (deviceId: string, more: Partial<DeviceInformation> = {}): DeviceInformation => ({
  version: '1.2',
  deviceId,
  deviceType: 'workstation',
  utc: true,
  largeObjects: true,
  numberOfChanges: true,
  datastores: ['contacts', 'calendar'].map((uri) => ({
    uri,
    receives: [{ type: 'text/vcard', version: '3.0' }],
    sends: [{ type: 'text/vcard', version: '3.0' }],
    syncTypes: [1, 2, 3, 4, 5, 6, 7],
    capabilities: [],
  })),
  ...more,
});

export interface Wishes {
  readonly version?: Version;
  readonly encoding?: Encoding;
  readonly modes?: Readonly<Record<string, SyncMode>>;
  /** Which the server has. */
  readonly hosted?: readonly string[];
  readonly maxMessageSize?: number;
  readonly serverMessageSize?: number;
  readonly maxObjectSize?: number;
  readonly plan?: Partial<ClientPlan>;
  readonly host?: Partial<ServerHost>;
  readonly password?: string | undefined;
  readonly mishap?: (exchange: number) => Mishap;
}

/** A client and a server of ours that know each other, from one session to the next. */
export class Pair {
  readonly clientMemory = new Remembered();
  readonly serverMemory = new Remembered();
  line = new Line();
  #now = Date.UTC(2026, 10, 21);

  constructor(readonly wishes: Wishes = {}) {}

  plan(more: Partial<ClientPlan> = {}): ClientPlan {
    const { wishes } = this;
    const modes = wishes.modes ?? { contacts: 'two-way' };
    return {
      uri: 'client-1',
      server: 'http://server.example/syncml',
      login: { user: 'alice', password: 'secret' },
      version: wishes.version ?? '1.2',
      encoding: wishes.encoding ?? 'wbxml',
      information: informationOf('client-1'),
      memory: this.clientMemory,
      datastores: Object.entries(modes).map(([name, mode]) => ({ name: `my-${name}`, uri: `./${name}`, mode })),
      maxMessageSize: wishes.maxMessageSize ?? 100_000,
      maxObjectSize: wishes.maxObjectSize ?? 4_000_000,
      pace: { now: () => this.#now, linger: 5 },
      ...wishes.plan,
      ...more,
    };
  }

  host(more: Partial<ServerHost> = {}): ServerHost {
    const { wishes } = this;
    return {
      admit: async ({ login }) =>
        login !== undefined && login !== 'alice'
          ? undefined
          : {
              login: 'alice',
              password: 'password' in wishes ? wishes.password : 'secret',
              information: informationOf('server-1', { deviceType: 'server' }),
              memory: this.serverMemory,
              datastores: (wishes.hosted ?? ['contacts', 'calendar']).map((name) => ({ name, uri: name })),
            },
      maxMessageSize: wishes.serverMessageSize ?? 100_000,
      maxObjectSize: wishes.maxObjectSize ?? 4_000_000,
      pace: { now: () => this.#now, linger: 5, keepAlive: 10_000 },
      ...wishes.host,
      ...more,
    };
  }

  /** Both ends of a new session; the server's is there once the client has said its first words on its datastores. */
  meet(signal: AbortSignal, plan?: Partial<ClientPlan>, host?: Partial<ServerHost>): Meeting {
    this.#now += 60_000;
    this.line = new Line(this.wishes.mishap);
    const client = greetServer(this.line.client, this.plan(plan), signal);
    const server = greetClient(this.line.server, this.host(host), signal);
    // Whoever waits for one of them may never come to the other.
    for (const one of [client, server]) one.catch(() => undefined);
    return { client, server };
  }
}

export interface Meeting {
  readonly client: Promise<Conversation>;
  readonly server: Promise<Conversation>;
}

export interface Heard {
  readonly kind: string;
  readonly id: string;
  readonly text: string;
}

/** Takes all changes, answers each, and tells what they were. */
export async function hear(
  conversation: Conversation,
  datastore: string,
  signal: AbortSignal,
  answer: (heard: Heard, at: number) => { readonly code: number; readonly luid?: string } = ({ kind }) => ({
    code: kind === 'add' ? 201 : 200,
  }),
): Promise<readonly Heard[]> {
  const session = conversation.datastores.get(datastore);
  if (session === undefined) throw new Error(`no ${datastore}`);
  const all: Heard[] = [];
  for await (const batch of session.changes(signal))
    for (const change of batch.changes) {
      const text = change.content === undefined ? '' : Buffer.from(change.content.bytes).toString();
      const heard = { kind: change.kind, id: change.id, text };
      const { code, luid } = answer(heard, all.length);
      all.push(heard);
      change.answer(code, luid);
    }
  return all;
}

export async function* each<T>(things: Iterable<T>): AsyncGenerator<T> {
  yield* things;
}

export const put = (key: number, kind: 'add' | 'replace', id: string, text: string, type = 'text/vcard'): Outgoing => ({
  key,
  kind,
  id,
  content: { type, bytes: Buffer.from(text) },
});

export const remove = (key: number, id: string): Outgoing => ({ key, kind: 'delete', id });

/** Sends changes and gives the outcomes by key. */
export async function tell(
  conversation: Conversation,
  datastore: string,
  changes: readonly Outgoing[],
  signal: AbortSignal,
  last = true,
): Promise<ReadonlyMap<number, number>> {
  const session = conversation.datastores.get(datastore);
  if (session === undefined) throw new Error(`no ${datastore}`);
  const codes = new Map<number, number>();
  for await (const { key, code } of session.apply(each(changes), signal, { count: changes.length, last }))
    codes.set(key, code);
  return codes;
}

/** A whole session in which each side sends what it has; what each heard, and how it fared. */
export async function converse(
  meeting: Meeting,
  of: { readonly client?: readonly Outgoing[]; readonly server?: readonly Outgoing[] },
  signal: AbortSignal,
  [mine, its]: readonly [string, string] = ['my-contacts', 'contacts'],
): Promise<{
  readonly atClient: readonly Heard[];
  readonly atServer: readonly Heard[];
  readonly clientCodes: ReadonlyMap<number, number>;
  readonly serverCodes: ReadonlyMap<number, number>;
}> {
  const atClient = async () => {
    await using client = await meeting.client;
    const codes = of.client === undefined ? undefined : tell(client, mine, of.client, signal);
    const heard = await hear(client, mine, signal, ({ kind, id }) => ({
      code: kind === 'add' ? 201 : 200,
      ...(kind === 'add' && { luid: `luid-${id}` }),
    }));
    const clientCodes = (await codes) ?? new Map<number, number>();
    await client.finish(signal);
    return { atClient: heard, clientCodes };
  };
  const atServer = async () => {
    await using server = await meeting.server;
    const heard = await hear(server, its, signal);
    const serverCodes =
      of.server === undefined ? new Map<number, number>() : await tell(server, its, of.server, signal);
    await server.finish(signal);
    return { atServer: heard, serverCodes };
  };
  const [one, other] = await Promise.all([atClient(), atServer()]);
  return { ...one, ...other };
}
