import Sqlite from 'better-sqlite3';
import type { Account } from '../../hal/sources/accounts.js';
import type { Log, StoreAddress } from '../../plugins/contract.js';
import type { Row } from '../../plugins/database/database.js';
import { readAccount } from './accounts.js';
import type { Binding } from './binding.js';
import { readBinding } from './bindings.js';
import { type Claim, readClaim } from './claims.js';
import { type KnownDevice, readDevice } from './devices.js';
import { readable } from './readable.js';
import { readStore } from './stores.js';

/** What could be read of a database that was set aside. Its mappings are void: nothing tells what was agreed since. */
export interface Salvage {
  readonly devices: readonly KnownDevice[];
  readonly claims: readonly Claim[];
  readonly accounts: readonly Account[];
  /** Each asked to combine, whatever it said before, so that nothing is removed on either side. */
  readonly bindings: readonly Binding[];
  readonly stores: readonly StoreAddress[];
}

/** Reads what it can and changes nothing; a broken or unknown table gives nothing. */
export function salvage(path: string, log: Log): Salvage {
  let sqlite: Sqlite.Database | undefined;
  const rows = <T>(table: string, read: (row: Row) => T): readonly T[] => {
    try {
      return readable(sqlite?.prepare<[], Row>(`SELECT * FROM ${table}`).all() ?? [], read, log);
    } catch (error) {
      log.warn(`${table} could not be read from the database that was set aside`, { error });
      return [];
    }
  };
  try {
    sqlite = new Sqlite(path, { readonly: true, fileMustExist: true });
  } catch (error) {
    log.warn('nothing could be read from the database that was set aside', { error });
  }
  try {
    return {
      devices: rows('devices', readDevice),
      claims: rows('claims', readClaim),
      accounts: rows('accounts', readAccount),
      bindings: rows('bindings', readBinding).map((binding) => ({ ...binding, firstSync: 'combine' })),
      stores: rows('stores', readStore),
    };
  } finally {
    sqlite?.close();
  }
}
