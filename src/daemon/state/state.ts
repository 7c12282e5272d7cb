import type { Log } from '../../plugins/contract.js';
import type { Database } from '../../plugins/database/database.js';
import { openDatabase, type SetAside } from '../../plugins/database/open.js';
import type { MappingTable } from '../sync/mapping.js';
import { Accounts } from './accounts.js';
import type { BindingId, StorePair } from './binding.js';
import { Bindings, pairName } from './bindings.js';
import { Claims } from './claims.js';
import { Devices } from './devices.js';
import { History } from './history.js';
import { Mapping, MappingStatements } from './mapping.js';
import { MIGRATIONS } from './migrations.js';
import { Questions } from './questions.js';
import { Results } from './results.js';
import { type Salvage, salvage } from './salvage.js';
import { Settings } from './settings.js';
import { Stores } from './stores.js';

/** What happened to the database when it was opened. */
export interface DatabaseReport {
  readonly path: string;
  /** A broken or newer database was found and kept under this name; a fresh one was started. */
  readonly setAside: SetAside | undefined;
}

/** All that outlives the daemon. */
export interface State extends Disposable {
  readonly database: DatabaseReport;
  readonly devices: Devices;
  readonly claims: Claims;
  readonly accounts: Accounts;
  readonly bindings: Bindings;
  readonly stores: Stores;
  readonly history: History;
  readonly questions: Questions;
  readonly results: Results;
  readonly settings: Settings;
  /** What a pair of stores has agreed; the binding must be there. */
  mapping(binding: BindingId, pair: StorePair): MappingTable;
  /** Gives memory back after a long session. */
  rest(): void;
  close(): void;
}

/**
 * Opens the state database, `:memory:` for one that is forgotten. A broken or newer one is set aside, never deleted, and
 * what can be read of it goes into a fresh one. Fails with ReadOnly or NoSpace when it cannot be written, with Busy when
 * another daemon holds it.
 */
export function openState(path: string, log: Log): State {
  const { database, setAside } = openDatabase(path, MIGRATIONS);
  const state = stateOf(database, setAside, log);
  if (setAside === undefined) return state;
  log.error(`the state database was set aside as ${setAside.path}: ${setAside.reason}`);
  const saved = salvage(setAside.path, log);
  database.transaction(() => restore(state, saved));
  return state;
}

function restore(state: State, saved: Salvage): void {
  for (const device of saved.devices) {
    state.devices.saw(device.id, device.identity, device.lastSeen);
    state.devices.label(device.id, device.label);
  }
  for (const claim of saved.claims) state.claims.claim(claim.device, claim.since);
  for (const account of saved.accounts) state.accounts.put(account);
  for (const binding of saved.bindings) state.bindings.put(binding);
  for (const store of saved.stores) state.stores.put(store);
}

function stateOf(database: Database, aside: DatabaseReport['setAside'], log: Log): State {
  const statements = new MappingStatements(database);
  let open = true;
  const close = (): void => {
    if (open) database.close();
    open = false;
  };
  return {
    database: { path: database.path, setAside: aside },
    devices: new Devices(database, log),
    claims: new Claims(database, log),
    accounts: new Accounts(database, log),
    bindings: new Bindings(database, log),
    stores: new Stores(database, log),
    history: new History(database, log),
    questions: new Questions(database, log),
    results: new Results(database, log),
    settings: new Settings(database),
    mapping: (binding, pair) => new Mapping(statements, binding, pairName(pair)),
    rest: () => database.rest(),
    close,
    [Symbol.dispose]: close,
  };
}
