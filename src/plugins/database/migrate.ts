import type { Database } from './database.js';

/**
 * Each script brings the database from the version that is its index to the next. Brings one of this or an earlier
 * version up to date; each step as a whole or not at all.
 */
export function migrate(database: Database, migrations: readonly string[]): void {
  for (let version = database.version; version < migrations.length; version++) {
    const step = migrations[version];
    if (step === undefined) return;
    database.transaction(() => {
      database.exec(step);
      database.version = version + 1;
    });
  }
}
