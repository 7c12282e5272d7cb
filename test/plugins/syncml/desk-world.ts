import { join } from 'node:path';
import { openState, type State } from '../../../src/daemon/state/state.js';
import { execute } from '../../../src/daemon/sync/execute.js';
import type { Job, Outcome } from '../../../src/daemon/sync/job.js';
import { commit, compare, type Plan } from '../../../src/daemon/sync/plan.js';
import type { Store, Wish } from '../../../src/plugins/contract.js';
import { MemoryCollection } from '../../../src/plugins/memory/collection.js';
import { MemoryStore } from '../../../src/plugins/memory/store.js';
import type { Form } from '../../../src/plugins/syncml/content/form.js';
import { NoteForm } from '../../../src/plugins/syncml/content/note.js';
import type { Storeroom } from '../../../src/plugins/syncml/drain.js';
import type { Role } from '../../../src/plugins/syncml/replica/holdings.js';
import { type Lease, Lender } from '../../../src/plugins/syncml/replica/lender.js';
import { SyncmlStore } from '../../../src/plugins/syncml/store.js';
import type { Wire } from '../../../src/plugins/syncml/wire.js';
import { aBinding, PAIR, silent } from '../../daemon/sync/world.js';
import { FaultyStore, type Misbehaviour } from '../../fakes/faulty-store.js';
import { RecordingAttic } from '../../fakes/recording-attic.js';

/** The one store there is. */
export const STORE = 'notes';

export const card = (text: string) => ({ type: 'text/x-vcard', bytes: Buffer.from(text) });

export const note = (text: string) => ({ type: 'text/plain', bytes: Buffer.from(text) });

/** What goes wrong on our side. */
export interface Misfortune {
  readonly left?: Misbehaviour;
  readonly right?: Misbehaviour;
  /** As by `kill -9`: nothing is let go of. */
  readonly crashed?: () => boolean;
}

/** The replica of a device and a desktop store with the daemon's engine between them: all but the wire. */
export abstract class DeskWorld<Mood> {
  readonly desktop = new MemoryCollection({
    label: 'Notes',
    name: 'desktop',
    identity: 'memory:desktop',
    contentTypes: ['*'],
  });
  readonly attic = new RecordingAttic();
  readonly #folder: string;
  readonly #form: Form;
  terms: Partial<Job> = {};
  #state: State;

  constructor(folder: string, form: Form = new NoteForm({ type: 'text/plain' })) {
    this.#folder = folder;
    this.#form = form;
    this.#state = openState(join(folder, 'state.db'), silent);
    this.#state.bindings.put(aBinding());
  }

  get mapping() {
    return this.#state.mapping(aBinding().id, PAIR);
  }

  close(): void {
    this.#state.close();
  }

  /** As after `kill -9`: nothing that was not durable is left. */
  restart(): void {
    this.#state.close();
    this.#state = openState(join(this.#folder, 'state.db'), silent);
  }

  protected abstract readonly role: Role;
  /** What the device calls itself. */
  protected abstract readonly uri: string | undefined;
  protected abstract wire(lease: Lease, rooms: ReadonlyMap<string, Storeroom>, mood: Mood): Wire;

  lend(): Lease {
    const lease = new Lender().lend(join(this.#folder, 'replica'), this.role, silent);
    lease.begin(this.uri);
    return lease;
  }

  #storeOver(lease: Lease, wire: Wire): SyncmlStore {
    const { instance } = lease.replica;
    return new SyncmlStore({
      info: {
        name: STORE,
        label: 'Device',
        icon: 'phone',
        identity: `syncml:device:${instance}`,
        contentTypes: ['text/plain'],
        readOnly: false,
      },
      holdings: lease.replica.holdings(STORE),
      instance,
      form: this.#form,
      wire,
      room: {},
      over: lease.over,
      maxObjectSize: 1024 * 1024,
      log: silent,
    });
  }

  /** A whole session, as the daemon runs it: whatever happens in between, the device is let go as well as it can be. */
  async sync(mood: Mood, misfortune: Misfortune = {}): Promise<Outcome & { readonly plan: Plan }> {
    const signal = new AbortController().signal;
    const lease = this.lend();
    const rooms = new Map([[STORE, { holdings: lease.replica.holdings(STORE), form: this.#form }]]);
    const wire = this.wire(lease, rooms, mood);
    const store = this.#storeOver(lease, wire);
    try {
      const left: Store = new FaultyStore(new MemoryStore(this.desktop), misfortune.left ?? {});
      const right: Store = new FaultyStore(store, misfortune.right ?? {});
      const job: Job = {
        left,
        right,
        mapping: this.mapping,
        policy: () => 'both',
        direction: 'both',
        ...wished(store.wish),
        firstSync: 'combine',
        allowMassDeletion: true,
        allowReplaced: true,
        wanted: () => true,
        terms: '',
        attic: this.attic,
        ...this.terms,
      };
      const plan = await compare(job, signal);
      const execution = execute(job, plan, signal);
      for await (const _ of execution);
      commit(job, plan, execution);
      await wire.finish(signal);
      return { ...execution.outcome, plan };
    } catch (error) {
      if (misfortune.crashed?.() !== true) await wire.finish(signal).catch(() => undefined);
      throw error;
    } finally {
      await wire[Symbol.asyncDispose]();
      lease[Symbol.dispose]();
    }
  }

  write(content: string, id?: string): void {
    this.desktop.put({ contentType: 'text/plain', summary: content }, Buffer.from(content), id);
  }

  writeCard(content: string): void {
    this.desktop.put({ contentType: 'text/vcard', summary: 'a card' }, Buffer.from(content));
  }

  get desktopContents(): readonly string[] {
    return [...this.desktop.present()].map(({ bytes }) => Buffer.from(bytes).toString()).sort();
  }
}

/** As the daemon takes it. */
function wished(wish: Wish | undefined): Pick<Job, 'wish'> {
  if (wish === undefined) return {};
  return {
    wish: ({ 'to-desktop': 'to-left', 'to-device': 'to-right', 'mirror-to-desktop': 'mirror-to-left' } as const)[wish],
  };
}
