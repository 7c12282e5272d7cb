import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openState } from '../../../src/daemon/state/state.js';
import { execute } from '../../../src/daemon/sync/execute.js';
import type { Job, Outcome } from '../../../src/daemon/sync/job.js';
import { commit, compare, type Plan } from '../../../src/daemon/sync/plan.js';
import type { Device } from '../../../src/hal/device.js';
import { nameDevice } from '../../../src/hal/device-id.js';
import type { Call, Log, Login, Peer, PluginContext, Reception, Wish } from '../../../src/plugins/contract.js';
import { MemoryCollection } from '../../../src/plugins/memory/collection.js';
import { MemoryStore } from '../../../src/plugins/memory/store.js';
import { SyncmlPlugin } from '../../../src/plugins/syncml/plugin.js';
import { aBinding, silent } from '../../daemon/sync/world.js';
import { RecordingAttic } from '../../fakes/recording-attic.js';
import { temporaryFolder } from '../../support/tmp.js';

/** Contacts, appointments and notes. */
export const STORES: Readonly<Record<string, string>> = {
  contacts: 'text/vcard',
  calendar: 'text/calendar',
  notes: 'text/plain',
};

export interface AccountOptions {
  readonly role: 'server' | 'caller';
  readonly url?: string;
  readonly login?: Login | undefined;
  readonly options?: Readonly<Record<string, string>>;
  readonly addresses?: Readonly<Record<string, string>>;
  readonly wanted?: readonly string[];
}

/** An account as the daemon would hand it to the plugin. */
export function accountContext(folder: string, account: AccountOptions, log: Log = silent): PluginContext {
  const { role, url = '', login, options = {}, addresses = {}, wanted = Object.keys(STORES) } = account;
  const evidence = new Map([
    ['subsystem', 'account'],
    ['account', role],
    ['account.role', role],
    ['account.url', url],
    ...Object.entries(addresses).map(([name, address]): [string, string] => [`account.store.${name}`, address]),
  ]);
  const { id } = nameDevice(evidence, '', 'account');
  const device: Device = {
    id,
    evidence,
    owner: { kind: 'mine', because: 'claim' },
    sightings: [],
    identity: {
      manufacturer: '',
      model: '',
      kind: 'account',
      icon: 'network-server',
      plugin: 'syncml',
      transport: 'http',
      startedBy: role === 'caller' ? 'device' : 'us',
      stores: Object.entries(STORES).map(([name, contentType]) => ({ name, address: name, contentType })),
      options: new Map(Object.entries(options).map(([key, value]) => [`syncml.${key}`, value])),
      lasting: true,
    },
  };
  return {
    device,
    log,
    folder,
    wanted,
    channel: () => Promise.reject(new Error('an account has no channel')),
    credentials: async () => login,
  };
}

/** One side of a pair of partners: its desktop stores, and what it has agreed with the other. */
export class Desk implements Disposable {
  readonly collections = new Map<string, MemoryCollection>();
  readonly attic = new RecordingAttic();
  readonly #state;

  constructor(folder: string) {
    this.#state = openState(join(folder, 'state.db'), silent);
    this.#state.bindings.put(aBinding());
    for (const [name, contentType] of Object.entries(STORES))
      this.collections.set(
        name,
        new MemoryCollection({ name, label: name, identity: `desk:${name}`, contentTypes: [contentType] }),
      );
  }

  collection(name: string): MemoryCollection {
    const found = this.collections.get(name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  }

  put(name: string, body: string, id?: string): string {
    const contentType = STORES[name] ?? '';
    return this.collection(name).put({ contentType, summary: body.slice(0, 20) }, Buffer.from(body), id).ref.id;
  }

  contents(name: string): readonly string[] {
    return [...this.collection(name).present()].map(({ bytes }) => Buffer.from(bytes).toString()).sort();
  }

  /** All stores with a peer, as a session of the daemon does it, but one after the other. */
  async sync(
    peer: Peer,
    names: readonly string[] = Object.keys(STORES),
    terms: Partial<Job> = {},
  ): Promise<readonly (Outcome & { readonly plan: Plan })[]> {
    const signal = new AbortController().signal;
    const works: { job: Job; plan?: Plan }[] = [];
    try {
      for (const name of names) {
        const right = await peer.open(name, signal);
        const pair = { device: name, desktop: name };
        works.push({
          job: {
            left: new MemoryStore(this.collection(name)),
            right,
            mapping: this.#state.mapping(aBinding().id, pair),
            policy: () => 'both',
            direction: 'both',
            ...wished(right.wish),
            firstSync: 'combine',
            allowMassDeletion: true,
            allowReplaced: true,
            wanted: () => true,
            terms: '',
            attic: this.attic,
            ...terms,
          },
        });
      }
      for (const work of works) work.plan = await compare(work.job, signal);
      const outcomes: (Outcome & { plan: Plan })[] = [];
      for (const { job, plan } of works) {
        if (plan === undefined) continue;
        const execution = execute(job, plan, signal);
        for await (const _ of execution);
        commit(job, plan, execution);
        outcomes.push({ ...execution.outcome, plan });
      }
      await peer.release?.(AbortSignal.timeout(60_000));
      return outcomes;
    } finally {
      for (const { job } of works) {
        await job.left[Symbol.asyncDispose]();
        await job.right[Symbol.asyncDispose]();
      }
      await peer[Symbol.asyncDispose]();
    }
  }

  [Symbol.dispose](): void {
    this.#state.close();
  }
}

export interface Partners {
  /** Of the one that is called. */
  readonly server: Desk;
  readonly client: Desk;
  readonly url: string;
  /** The client syncs, and the server with it. */
  sync(options?: Readonly<Record<string, string>>, wanted?: readonly string[]): Promise<void>;
  /** `place` tells one client's memory from another's. */
  connect(account: Partial<AccountOptions>, place?: string): Promise<Peer>;
  /** Another client, of which nothing is known. */
  newcomer(): Desk;
  /** No more calls are taken; settles when the listener is gone. */
  close(): Promise<void>;
  /** What became of the calls, in their order. */
  readonly calls: Promise<unknown>[];
}

/** Two of us, one of whom calls the other over HTTP. */
export async function partners(t: TestContext, caller: Partial<AccountOptions> = {}): Promise<Partners> {
  const login: Login = { user: 'alice', password: 'se:cret' };
  const folder = await temporaryFolder(t);
  const [server, client] = [new Desk(join(folder, 's')), new Desk(join(folder, 'c'))];
  const desks = [server, client];
  const plugins = [new SyncmlPlugin({ environment: {} }), new SyncmlPlugin({ environment: {} })] as const;
  const stop = new AbortController();
  const calls: Promise<unknown>[] = [];
  const theirs = accountContext(join(folder, 's', 'caller'), { login, ...caller, role: 'caller' });
  let listening: (url: string) => void = () => {};
  const url = new Promise<string>((resolve) => {
    listening = resolve;
  });
  const reception: Reception = {
    log: silent,
    settings: new Map([
      ['ListenAddress', '127.0.0.1'],
      ['ListenPort', '0'],
    ]),
    caller: async (user) => (user === login.user ? theirs : undefined),
    listening,
  };
  const take = async ({ peer }: Call): Promise<unknown> =>
    server.sync(
      peer,
      peer.stores.map(({ name }) => name),
    );
  const accepting = (async () => {
    for await (const call of plugins[0].accept(reception, stop.signal)) {
      const done = take(call);
      done.catch(() => undefined);
      calls.push(done);
    }
  })();
  const close = async (): Promise<void> => {
    stop.abort();
    await accepting;
  };
  t.after(async () => {
    await close();
    await Promise.allSettled(calls);
    for (const desk of desks) desk[Symbol.dispose]();
  });
  const address = await url;
  const connect = (account: Partial<AccountOptions>, place = 'account'): Promise<Peer> =>
    plugins[1].connect(
      accountContext(join(folder, 'c', place), { role: 'server', url: address, login, ...account }),
      new AbortController().signal,
    );
  return {
    server,
    client,
    url: address,
    calls,
    close,
    connect,
    newcomer() {
      const desk = new Desk(join(folder, `n${desks.length}`));
      desks.push(desk);
      return desk;
    },
    async sync(options = {}, wanted = Object.keys(STORES)) {
      const before = calls.length;
      await client.sync(await connect({ options, wanted }), wanted);
      await Promise.all(calls.slice(before));
    },
  };
}

/** As the daemon takes it. */
function wished(wish: Wish | undefined): Pick<Job, 'wish'> {
  if (wish === undefined) return {};
  return {
    wish: ({ 'to-desktop': 'to-left', 'to-device': 'to-right', 'mirror-to-desktop': 'mirror-to-left' } as const)[wish],
  };
}
