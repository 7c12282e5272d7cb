import type { Log } from '../../plugins/contract.js';
import type { Database, Row, Statement } from '../../plugins/database/database.js';
import * as field from '../../plugins/database/field.js';
import type { BindingId } from './binding.js';
import { bindingId } from './bindings.js';
import { type HistoryResult, RESULTS } from './history.js';
import { readable } from './readable.js';

/** How the last session of a binding ended; outlives the history's pruning. */
export interface LastResult {
  readonly binding: BindingId;
  /** Milliseconds since the epoch. */
  readonly ended: number;
  readonly result: HistoryResult;
  readonly errorCode: string | undefined;
  readonly errorMessage: string | undefined;
}

export class Results {
  readonly #log: Log;
  readonly #get: Statement;
  readonly #put: Statement;

  constructor(database: Database, log: Log) {
    this.#log = log;
    this.#get = database.prepare('SELECT * FROM results WHERE binding = ?');
    this.#put = database.prepare(
      'INSERT OR REPLACE INTO results (binding, ended, result, error_code, error_message) VALUES (?, ?, ?, ?, ?)',
    );
  }

  get(binding: BindingId): LastResult | undefined {
    return readable([this.#get.get(binding)], readResult, this.#log)[0];
  }

  put(last: LastResult): void {
    this.#put.run(last.binding, last.ended, last.result, last.errorCode ?? null, last.errorMessage ?? null);
  }
}

function readResult(row: Row): LastResult {
  return {
    binding: bindingId(row, 'binding'),
    ended: field.number(row, 'ended'),
    result: field.oneOf(row, 'result', RESULTS),
    errorCode: field.optionalText(row, 'error_code'),
    errorMessage: field.optionalText(row, 'error_message'),
  };
}
