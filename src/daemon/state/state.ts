import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { CradleError } from '../../dbus/errors.js';
import type { Log } from '../../plugins/contract.js';
import type { MappingTable } from '../sync/mapping.js';
import { Accounts } from './accounts.js';
import { preserve, type Salvage, salvage, setAside } from './aside.js';
import type { BindingId, StorePair } from './binding.js';
import { Bindings, pairName } from './bindings.js';
import { Claims } from './claims.js';
import { Database, isCorrupt } from './database.js';
import { Devices } from './devices.js';
import { History } from './history.js';
import { Mapping, MappingStatements } from './mapping.js';
import { migrate, VERSION } from './migrations.js';
import { Questions } from './questions.js';
import { Results } from './results.js';
import { Settings } from './settings.js';
import { Stores } from './stores.js';

/** What happened to the database when it was opened. */
export interface DatabaseReport {
  readonly path: string;
  /** A broken or newer database was found and kept under this name; a fresh one was started. */
  readonly setAside: { readonly path: string; readonly reason: string } | undefined;
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
  if (path !== ':memory:') makeFile(path);
  const copy = path === ':memory:' ? undefined : preserve(path);
  const opened = openOrComplain(path);
  if (opened instanceof Database) {
    copy?.drop();
    return stateOf(opened, undefined, log);
  }
  copy?.restore();
  const aside = setAside(path);
  log.error(`the state database was set aside as ${aside}: ${opened.complaint}`);
  const saved = salvage(aside, log);
  makeFile(path);
  const fresh = Database.open(path);
  migrate(fresh);
  const state = stateOf(fresh, { path: aside, reason: opened.complaint }, log);
  fresh.transaction(() => restore(state, saved));
  return state;
}

function openOrComplain(path: string): Database | { readonly complaint: string } {
  let database: Database | undefined;
  try {
    database = Database.open(path);
    const complaint = database.complaint() ?? tooNew(database.version);
    if (complaint !== undefined) {
      database.close();
      return { complaint };
    }
    migrate(database);
    return database;
  } catch (thrown) {
    database?.close();
    const cause = thrown instanceof CradleError ? thrown.cause : thrown;
    if (isCorrupt(cause) && cause instanceof Error) return { complaint: cause.message };
    throw thrown;
  }
}

const tooNew = (version: number): string | undefined =>
  version > VERSION ? `it is of version ${version}, this daemon knows up to ${VERSION}` : undefined;

/** The folder for its owner alone, the file too, before SQLite first opens it: contacts' names are in there. */
function makeFile(path: string): void {
  const folder = dirname(path);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw new CradleError('NoSpace', `there is no space for the state database ${path}`, { cause: thrown });
    if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM')
      throw new CradleError('ReadOnly', `the state folder ${folder} cannot be written`, { cause: thrown });
    throw new CradleError('Failed', `the state database ${path} cannot be made (${String(code)})`, { cause: thrown });
  }
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
