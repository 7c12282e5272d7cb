import type { Log } from '../../plugins/contract.js';
import type { Row } from '../../plugins/database/database.js';

/** What the rows say; one that cannot be believed is left out and logged, so that the others live on. */
export function readable<T>(rows: readonly (Row | undefined)[], read: (row: Row) => T, log: Log): readonly T[] {
  return rows.flatMap((row) => {
    if (row === undefined) return [];
    try {
      return [read(row)];
    } catch (error) {
      log.warn('a row of the state cannot be read and is left out', { error });
      return [];
    }
  });
}
