import { closeSync, copyFileSync, existsSync, openSync, readSync, renameSync, rmSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import type { Account } from '../../hal/sources/accounts.js';
import type { Log, StoreAddress } from '../../plugins/contract.js';
import { readAccount } from './accounts.js';
import type { Binding } from './binding.js';
import { readBinding } from './bindings.js';
import { type Claim, readClaim } from './claims.js';
import type { Row } from './database.js';
import { type KnownDevice, readDevice } from './devices.js';
import { readable } from './readable.js';
import { readStore } from './stores.js';

/** SQLite's own files beside a database (sqlite.org/tempfiles.html). */
const COMPANIONS = ['', '-wal', '-shm'] as const;

/** What could be read of a database that was set aside. Its mappings are void: nothing tells what was agreed since. */
export interface Salvage {
  readonly devices: readonly KnownDevice[];
  readonly claims: readonly Claim[];
  readonly accounts: readonly Account[];
  /** Each asked to combine, whatever it said before, so that nothing is removed on either side. */
  readonly bindings: readonly Binding[];
  readonly stores: readonly StoreAddress[];
}

/** Moves a database and its companions to a dated name beside it, and tells the name. Never removes or replaces one. */
export function setAside(path: string, now = new Date()): string {
  const date = now.toISOString().slice(0, 19).replaceAll(':', '');
  for (let attempt = 0; ; attempt++) {
    const aside = `${path}.${date}${attempt === 0 ? '' : `-${attempt}`}`;
    if (COMPANIONS.some((companion) => existsSync(aside + companion))) continue;
    // The write-ahead log first: were it left behind, SQLite would take it for the new database's own.
    for (const companion of COMPANIONS.toReversed())
      if (existsSync(path + companion)) renameSync(path + companion, aside + companion);
    return aside;
  }
}

const COPY = '.copy';

/**
 * SQLite mends or removes the log of a database it cannot read, and then nobody could look at it any more. Where the
 * file does not begin as a database does, both are copied before it is opened; the answer settles it.
 */
export function preserve(path: string): { readonly restore: () => void; readonly drop: () => void } | undefined {
  if (!existsSync(`${path}-wal`) || beginsWell(path)) return undefined;
  const copied = COMPANIONS.filter((companion) => existsSync(path + companion));
  for (const companion of copied) copyFileSync(path + companion, path + companion + COPY);
  return {
    restore: () => {
      for (const companion of copied) renameSync(path + companion + COPY, path + companion);
    },
    drop: () => {
      for (const companion of copied) rmSync(path + companion + COPY, { force: true });
    },
  };
}

/** An empty file does: everything may still be in the log (sqlite.org/fileformat2.html, section 1.3). */
function beginsWell(path: string): boolean {
  const magic = 'SQLite format 3\0';
  const bytes = Buffer.alloc(magic.length);
  const file = openSync(path, 'r');
  try {
    const length = readSync(file, bytes);
    return length === 0 || bytes.toString('latin1') === magic;
  } finally {
    closeSync(file);
  }
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
