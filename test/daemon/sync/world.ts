import type { Binding } from '../../../src/daemon/state/binding.js';
import { isBindingId } from '../../../src/daemon/state/bindings.js';
import { isDeviceId } from '../../../src/daemon/state/devices.js';
import { openState, type State } from '../../../src/daemon/state/state.js';
import { execute } from '../../../src/daemon/sync/execute.js';
import type { Job, Outcome, Side } from '../../../src/daemon/sync/job.js';
import type { MappingTable, Pending } from '../../../src/daemon/sync/mapping.js';
import { commit, compare, type Plan } from '../../../src/daemon/sync/plan.js';
import type { ItemRef, Log, Store, StoreInfo } from '../../../src/plugins/contract.js';
import { MemoryCollection } from '../../../src/plugins/memory/collection.js';
import { MemoryStore } from '../../../src/plugins/memory/store.js';
import { FaultyStore, type Misbehaviour } from '../../fakes/faulty-store.js';
import { RecordingAttic } from '../../fakes/recording-attic.js';

export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

export const PAIR = { device: 'Files', desktop: 'files' } as const;

export function aBinding(changes: Partial<Binding> = {}): Binding {
  const [id, device] = ['b1', 'usb:1234:5678:abc'];
  if (!isBindingId(id) || !isDeviceId(device)) throw new Error('unreachable');
  return {
    id,
    device,
    pairs: [PAIR],
    enabled: true,
    triggers: ['plug'],
    interval: 0,
    direction: 'both',
    conflictPolicy: 'both',
    firstSync: 'combine',
    filter: {},
    options: {},
    ...changes,
  };
}

/** A name and a content: what two sides are compared by. */
export type Held = readonly [name: string | undefined, content: string];

export type Misbehaviours = Partial<Record<Side, Misbehaviour>>;

/** Two collections, a state database and what a session needs: everything but a daemon. */
export class World {
  readonly left: MemoryCollection;
  readonly right: MemoryCollection;
  readonly attic = new RecordingAttic();
  readonly #path: string;
  state: State;
  terms: Partial<Job> = {};

  constructor(path = ':memory:', info: Partial<StoreInfo> = {}) {
    this.left = new MemoryCollection({ label: 'Files', ...info, name: 'left', identity: 'memory:left' });
    this.right = new MemoryCollection({ label: 'Phone', ...info, name: 'right', identity: 'memory:right' });
    this.#path = path;
    this.state = openState(path, silent);
    this.state.bindings.put(aBinding());
  }

  get mapping(): MappingTable {
    return this.state.mapping(aBinding().id, PAIR);
  }

  /** As after `kill -9`: nothing that was not durable is left. */
  restart(): void {
    this.state.close();
    this.state = openState(this.#path, silent);
  }

  put(side: Side, name: string | undefined, content: string, volume?: string): ItemRef {
    const named = name === undefined ? undefined : this[side].named(name);
    const item = {
      contentType: 'application/octet-stream',
      summary: name ?? '',
      ...(name === undefined ? {} : { name }),
    };
    return this[side].put(item, Buffer.from(content), named?.ref.id, volume).ref;
  }

  write(side: Side, id: string, content: string): void {
    const kept = this[side].kept(id);
    if (kept !== undefined) this[side].put(kept.item, Buffer.from(content), id);
  }

  remove(side: Side, name: string): void {
    const kept = this[side].named(name);
    if (kept !== undefined) this[side].remove(kept.ref.id);
  }

  held(side: Side): readonly Held[] {
    return [...this[side].present()]
      .map(({ ref, bytes }): Held => [ref.name, Buffer.from(bytes).toString()])
      .sort(byName);
  }

  /** The content under a name, on one side. */
  content(side: Side, name: string): string | undefined {
    const kept = this[side].named(name);
    return kept === undefined ? undefined : Buffer.from(kept.bytes).toString();
  }

  job(misbehaviour: Misbehaviours = {}): Job {
    const store = (side: Side): Store => new FaultyStore(new MemoryStore(this[side]), misbehaviour[side] ?? {});
    return this.jobOf(store('left'), store('right'));
  }

  protected jobOf(left: Store, right: Store): Job {
    return {
      left,
      right,
      mapping: this.mapping,
      policy: () => 'both',
      direction: 'both',
      firstSync: 'combine',
      allowMassDeletion: false,
      allowReplaced: false,
      wanted: () => true,
      terms: '',
      attic: this.attic,
      ...this.terms,
    };
  }

  /** As a session opens its stores. */
  async open(misbehaviour: Misbehaviours = {}): Promise<Job> {
    return this.job(misbehaviour);
  }

  compare(terms: Partial<Job> = {}): Promise<Plan> {
    return compare({ ...this.job(), ...terms }, new AbortController().signal);
  }

  /** A whole session. */
  async sync(
    misbehaviour: Misbehaviours = {},
    terms: Partial<Job> = {},
    signal = new AbortController().signal,
  ): Promise<Outcome & { readonly plan: Plan; readonly pending: readonly Pending[] }> {
    const job = { ...(await this.open(misbehaviour)), ...terms };
    try {
      const plan = await compare(job, signal);
      const execution = execute(job, plan, signal);
      for await (const _ of execution);
      commit(job, plan, execution);
      return { ...execution.outcome, pending: execution.pending, plan };
    } finally {
      await job.left[Symbol.asyncDispose]();
      await job.right[Symbol.asyncDispose]();
    }
  }
}

export const byName = (a: Held, b: Held): number => (`${a[0]}\n${a[1]}` < `${b[0]}\n${b[1]}` ? -1 : 1);
