import Sqlite from 'better-sqlite3';
import { CradleError, type ErrorCode } from '../../dbus/errors.js';

export type SqlValue = string | number | Uint8Array | null;
export type Row = Readonly<Record<string, unknown>>;

/** How long another holder of the file is waited for, in milliseconds: a daemon that is just going away. */
const BUSY_TIMEOUT = 2_000;

/** Primary result codes of SQLite (sqlite.org/rescode.html) that mean something to us; extended ones begin with them. */
const CODES: readonly (readonly [string, ErrorCode, string])[] = [
  ['SQLITE_READONLY', 'ReadOnly', 'cannot be written'],
  ['SQLITE_FULL', 'NoSpace', 'has no space left'],
  ['SQLITE_BUSY', 'Busy', 'is in use by another daemon'],
  ['SQLITE_LOCKED', 'Busy', 'is in use by another daemon'],
  ['SQLITE_PERM', 'ReadOnly', 'may not be opened'],
  ['SQLITE_CANTOPEN', 'ReadOnly', 'cannot be opened'],
];

/** SQLite's own complaint as ours; anything else is a defect and stays as it is. */
export function asDatabaseError(thrown: unknown, path: string): unknown {
  if (!(thrown instanceof Sqlite.SqliteError)) return thrown;
  const known = CODES.find(([code]) => thrown.code.startsWith(code));
  const [, code, what] = known ?? ['', 'Failed' as const, `failed (${thrown.message})`];
  return new CradleError(code, `the database ${path} ${what}`, { cause: thrown });
}

/** Whether this file is no database of ours that could be mended by waiting: it is broken, or was never one. */
export const isCorrupt = (thrown: unknown): boolean =>
  thrown instanceof Sqlite.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(thrown.code);

/** What a statement did. */
export interface Written {
  readonly rows: number;
  /** The row id of the row inserted last. */
  readonly id: number;
}

/** A prepared statement that fails with our errors and gives rows nobody has believed yet. */
export interface Statement {
  run(...values: readonly SqlValue[]): Written;
  get(...values: readonly SqlValue[]): Row | undefined;
  all(...values: readonly SqlValue[]): readonly Row[];
  /** Rows as arrays, for the bulk. */
  arrays(...values: readonly SqlValue[]): readonly (readonly unknown[])[];
}

/**
 * One SQLite file, held by us alone. Every commit is durable (`synchronous=FULL`): receipts and intents are written in
 * batches, so that a sync of the disk for each costs little, and no promise needs a footnote about power cuts.
 */
export class Database {
  readonly path: string;
  readonly #sqlite: Sqlite.Database;

  private constructor(path: string, sqlite: Sqlite.Database) {
    this.path = path;
    this.#sqlite = sqlite;
  }

  /** Fails with ReadOnly, NoSpace or Busy; SQLite's own error passes when the file is corrupt. */
  static open(path: string): Database {
    let sqlite: Sqlite.Database | undefined;
    try {
      sqlite = new Sqlite(path, { timeout: BUSY_TIMEOUT });
      // Ours alone from the first read on: a second daemon learns it at once, and no shared memory file is needed.
      sqlite.pragma('locking_mode = EXCLUSIVE');
      sqlite.pragma('journal_mode = WAL');
      sqlite.pragma('synchronous = FULL');
      sqlite.pragma('foreign_keys = ON');
      sqlite.pragma('trusted_schema = OFF');
      sqlite.pragma('cache_size = -8000');
      sqlite.pragma('wal_autocheckpoint = 2000');
      sqlite.exec('BEGIN IMMEDIATE; COMMIT');
      return new Database(path, sqlite);
    } catch (thrown) {
      sqlite?.close();
      throw isCorrupt(thrown) ? thrown : asDatabaseError(thrown, path);
    }
  }

  /** What SQLite finds wrong with the file; undefined when nothing. Milliseconds for tens of megabytes. */
  complaint(): string | undefined {
    try {
      const verdict: unknown = this.#sqlite.pragma('quick_check(1)', { simple: true });
      return verdict === 'ok' ? undefined : String(verdict).replaceAll('\n', ' ');
    } catch (thrown) {
      if (isCorrupt(thrown) && thrown instanceof Error) return thrown.message;
      throw asDatabaseError(thrown, this.path);
    }
  }

  get version(): number {
    const version: unknown = this.#guard(() => this.#sqlite.pragma('user_version', { simple: true }));
    return typeof version === 'number' ? version : 0;
  }

  set version(version: number) {
    this.#guard(() => this.#sqlite.pragma(`user_version = ${Math.trunc(version)}`));
  }

  exec(sql: string): void {
    this.#guard(() => this.#sqlite.exec(sql));
  }

  prepare(sql: string): Statement {
    const rows = this.#guard(() => this.#sqlite.prepare<SqlValue[], Row>(sql));
    const arrays = rows.reader ? this.#sqlite.prepare<SqlValue[], readonly unknown[]>(sql).raw() : undefined;
    return {
      run: (...values) => {
        const { changes, lastInsertRowid } = this.#guard(() => rows.run(...values));
        return { rows: changes, id: Number(lastInsertRowid) };
      },
      get: (...values) => this.#guard(() => rows.get(...values)),
      all: (...values) => this.#guard(() => rows.all(...values)),
      arrays: (...values) => this.#guard(() => arrays?.all(...values) ?? []),
    };
  }

  /** All of it or none; durable when it returns. May be nested. */
  transaction<T>(work: () => T): T {
    return this.#guard(() => this.#sqlite.transaction(work).immediate());
  }

  /** Gives memory back that a long session has filled. */
  rest(): void {
    this.#guard(() => this.#sqlite.pragma('shrink_memory'));
  }

  close(): void {
    this.#sqlite.close();
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (thrown) {
      throw asDatabaseError(thrown, this.path);
    }
  }
}
