import type { DeviceId } from '../../hal/device.js';
import type { Log } from '../../plugins/contract.js';
import type { Database, Row, Statement } from '../../plugins/database/database.js';
import * as field from '../../plugins/database/field.js';
import type { BindingId } from './binding.js';
import { bindingId } from './bindings.js';
import { deviceId } from './devices.js';
import { readable } from './readable.js';

export const RESULTS = ['running', 'finished', 'failed', 'cancelled', 'interrupted'] as const;
/** `interrupted`: the daemon ended before the session did. */
export type HistoryResult = (typeof RESULTS)[number];

/** One session, as it is remembered. */
export interface HistoryEntry {
  /** Never given twice, also not after a restart. */
  readonly number: number;
  readonly binding: BindingId;
  readonly device: DeviceId;
  readonly cause: string;
  /** Milliseconds since the epoch. */
  readonly started: number;
  readonly ended: number | undefined;
  readonly result: HistoryResult;
  readonly errorCode: string | undefined;
  readonly errorMessage: string | undefined;
  /** Plain JSON: counts, refused items, where the attic put what was overwritten. */
  readonly details: Readonly<Record<string, unknown>>;
}

export interface HistoryEnd {
  readonly result: Exclude<HistoryResult, 'running'>;
  readonly errorCode?: string | undefined;
  readonly errorMessage?: string | undefined;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What is kept: this many sessions, none older than this many days. */
export interface HistoryBounds {
  readonly sessions: number;
  readonly days: number;
}

const BOUNDS: HistoryBounds = { sessions: 1_000, days: 365 };
/** Characters of JSON; what is longer is a list of refused items that nobody reads to its end. */
const LONGEST_DETAILS = 64 * 1024;
const DAY = 86_400_000;

/** The sessions of the past. */
export class History {
  readonly #database: Database;
  readonly #log: Log;
  readonly #bounds: HistoryBounds;
  readonly #begin: Statement;
  readonly #end: Statement;
  readonly #newest: Statement;
  readonly #newestOf: Statement;
  readonly #pruneAge: Statement;
  readonly #pruneCount: Statement;

  constructor(database: Database, log: Log, bounds: HistoryBounds = BOUNDS) {
    this.#database = database;
    this.#log = log;
    this.#bounds = bounds;
    this.#begin = database.prepare(
      `INSERT INTO sessions (binding, device, cause, started, result, details)
       VALUES (?, ?, ?, ?, 'running', '{}') RETURNING number`,
    );
    this.#end = database.prepare(
      `UPDATE sessions SET ended = ?, result = ?, error_code = ?, error_message = ?, details = ? WHERE number = ?`,
    );
    this.#newest = database.prepare('SELECT * FROM sessions ORDER BY number DESC LIMIT ?');
    this.#newestOf = database.prepare('SELECT * FROM sessions WHERE binding = ? ORDER BY number DESC LIMIT ?');
    this.#pruneAge = database.prepare(`DELETE FROM sessions WHERE started < ? AND result <> 'running'`);
    this.#pruneCount = database.prepare(
      `DELETE FROM sessions WHERE result <> 'running'
       AND number <= (SELECT number FROM sessions ORDER BY number DESC LIMIT 1 OFFSET ?)`,
    );
    // Nobody else writes this file: what still runs in it ended with the daemon that ran it.
    database.exec(`UPDATE sessions SET result = 'interrupted' WHERE result = 'running'`);
  }

  /** Gives the session its number. */
  begin(binding: BindingId, device: DeviceId, cause: string, now = Date.now()): number {
    const row = this.#begin.get(binding, device, cause, now);
    return field.number(row ?? {}, 'number');
  }

  end(number: number, end: HistoryEnd, now = Date.now()): void {
    const details = JSON.stringify(end.details ?? {});
    const kept = details.length <= LONGEST_DETAILS ? details : JSON.stringify({ tooLong: details.length });
    this.#database.transaction(() => {
      this.#end.run(now, end.result, end.errorCode ?? null, end.errorMessage ?? null, kept, number);
      this.#pruneAge.run(now - this.#bounds.days * DAY);
      this.#pruneCount.run(this.#bounds.sessions);
    });
  }

  /** The newest first. */
  list(options: { readonly binding?: BindingId; readonly limit?: number } = {}): readonly HistoryEntry[] {
    const { binding, limit = 100 } = options;
    const rows = binding === undefined ? this.#newest.all(limit) : this.#newestOf.all(binding, limit);
    return readable(rows, readEntry, this.#log);
  }
}

function readEntry(row: Row): HistoryEntry {
  return {
    number: field.number(row, 'number'),
    binding: bindingId(row, 'binding'),
    device: deviceId(row, 'device'),
    cause: field.text(row, 'cause'),
    started: field.number(row, 'started'),
    ended: field.optionalNumber(row, 'ended'),
    result: field.oneOf(row, 'result', RESULTS),
    errorCode: field.optionalText(row, 'error_code'),
    errorMessage: field.optionalText(row, 'error_message'),
    details: field.json(row, 'details'),
  };
}
