import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { CradleError } from '../../dbus/errors.js';
import { preserve, setAside } from './aside.js';
import { Database, isCorrupt } from './database.js';
import { migrate } from './migrate.js';

/** What was set aside, and why. */
export interface SetAside {
  readonly path: string;
  readonly reason: string;
}

export interface OpenedDatabase {
  readonly database: Database;
  /** A broken or newer database was found and kept under this name; the database is a fresh one. */
  readonly setAside: SetAside | undefined;
}

/**
 * Opens a database file of ours and brings it up to date; `:memory:` for one that is forgotten. The folder is made where
 * it is missing, and the file is for its owner alone. A broken or newer one is set aside under a dated name, never
 * deleted. Fails with ReadOnly or NoSpace when it cannot be written, with Busy when somebody else holds it.
 */
export function openDatabase(path: string, migrations: readonly string[]): OpenedDatabase {
  if (path !== ':memory:') makeFile(path);
  const copy = path === ':memory:' ? undefined : preserve(path);
  const opened = openOrComplain(path, migrations);
  if (opened instanceof Database) {
    copy?.drop();
    return { database: opened, setAside: undefined };
  }
  copy?.restore();
  const aside = setAside(path);
  makeFile(path);
  const database = Database.open(path);
  migrate(database, migrations);
  return { database, setAside: { path: aside, reason: opened.complaint } };
}

function openOrComplain(path: string, migrations: readonly string[]): Database | { readonly complaint: string } {
  let database: Database | undefined;
  try {
    database = Database.open(path);
    const complaint = database.complaint() ?? tooNew(database.version, migrations.length);
    if (complaint !== undefined) {
      database.close();
      return { complaint };
    }
    migrate(database, migrations);
    return database;
  } catch (thrown) {
    database?.close();
    const cause = thrown instanceof CradleError ? thrown.cause : thrown;
    if (isCorrupt(cause) && cause instanceof Error) return { complaint: cause.message };
    throw thrown;
  }
}

const tooNew = (version: number, known: number): string | undefined =>
  version > known ? `it is of version ${version}, this daemon knows up to ${known}` : undefined;

/** The folder for its owner alone, the file too, before SQLite first opens it: people's names are in there. */
function makeFile(path: string): void {
  const folder = dirname(path);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw new CradleError('NoSpace', `there is no space for the database ${path}`, { cause: thrown });
    if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM')
      throw new CradleError('ReadOnly', `the folder ${folder} cannot be written`, { cause: thrown });
    throw new CradleError('Failed', `the database ${path} cannot be made (${String(code)})`, { cause: thrown });
  }
}
