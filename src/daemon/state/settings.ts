import type { Database, Statement } from '../../plugins/database/database.js';
import * as field from '../../plugins/database/field.js';

/** Single values that outlive the daemon, such as Paused, by a key each. */
export class Settings {
  readonly #get: Statement;
  readonly #put: Statement;
  readonly #remove: Statement;

  constructor(database: Database) {
    this.#get = database.prepare('SELECT value FROM settings WHERE key = ?');
    this.#put = database.prepare('INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)');
    this.#remove = database.prepare('DELETE FROM settings WHERE key = ?');
  }

  get(key: string): string | undefined {
    const row = this.#get.get(key);
    return row === undefined ? undefined : field.text(row, 'value');
  }

  put(key: string, value: string | undefined): void {
    if (value === undefined) this.#remove.run(key);
    else this.#put.run(key, value);
  }
}
