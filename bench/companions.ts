import { join } from 'node:path';
import { bindingId } from '../src/daemon/state/bindings.js';
import { deviceId } from '../src/daemon/state/devices.js';
import { openState, type State } from '../src/daemon/state/state.js';
import { FolderAttic } from '../src/daemon/sync/attic.js';
import { execute } from '../src/daemon/sync/execute.js';
import type { Job, Outcome } from '../src/daemon/sync/job.js';
import { commit, compare } from '../src/daemon/sync/plan.js';
import type { Log, Store } from '../src/plugins/contract.js';

const PAIR = { device: 'right', desktop: 'left' } as const;

/** Says what is wrong and nothing else. */
export const quietLog: Log = {
  debug() {},
  info() {},
  warn: (message) => process.stderr.write(`${message}\n`),
  error: (message) => process.stderr.write(`${message}\n`),
};

/** Two stores that keep each other company: what they agreed stands in a state database, as in the daemon. */
export class Companions implements Disposable {
  readonly #state: State;
  readonly #attic: FolderAttic;
  readonly #id = bindingId({ id: 'bench' }, 'id');
  #session = 0;

  /** `folder` keeps the state database and the attic. */
  constructor(folder: string) {
    this.#state = openState(join(folder, 'state.db'), quietLog);
    this.#attic = new FolderAttic(join(folder, 'attic'), { days: 90, bytes: 2 ** 32 });
    if (this.#state.bindings.get(this.#id) !== undefined) return;
    this.#state.bindings.put({
      id: this.#id,
      device: deviceId({ id: 'bench' }, 'id'),
      pairs: [PAIR],
      enabled: true,
      triggers: [],
      interval: 0,
      direction: 'both',
      conflictPolicy: 'both',
      firstSync: 'combine',
      filter: {},
      options: {},
    });
  }

  /** One session's work from listing to moving the anchors. Fails when anything was refused. */
  async sync(left: Store, right: Store): Promise<Outcome> {
    const { signal } = new AbortController();
    const job: Job = {
      left,
      right,
      mapping: this.#state.mapping(this.#id, PAIR),
      policy: () => 'both',
      direction: 'both',
      firstSync: 'combine',
      allowMassDeletion: false,
      allowReplaced: false,
      wanted: () => true,
      terms: '',
      attic: this.#attic.session(String(++this.#session)),
    };
    const plan = await compare(job, signal);
    const execution = execute(job, plan, signal);
    for await (const _ of execution);
    const { outcome } = execution;
    commit(job, plan, execution);
    this.#state.rest();
    const [refusal] = outcome.refused;
    if (refusal !== undefined) throw new Error(`${refusal.name}: ${refusal.reason}`);
    return outcome;
  }

  [Symbol.dispose](): void {
    this.#state.close();
  }
}
