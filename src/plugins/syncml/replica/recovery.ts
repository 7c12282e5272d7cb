import type { Form } from '../content/form.js';
import { applyEdit, readContent } from './edit.js';
import type { Holdings } from './holdings.js';

/** Items in quarantine that are looked at again at once. */
const MOST = 1_000;

/** What could not be understood may be by now: we have learnt, or a rule has been mended. */
export function recover(holdings: Holdings, form: Form): void {
  const rows = holdings.quarantined.slice(0, MOST);
  if (rows.length === 0) return;
  holdings.transaction(() => {
    for (const row of rows) {
      const raw = holdings.raw(row);
      if (raw === undefined || raw.bytes.byteLength === 0) continue;
      const reading = readContent(form, raw);
      if ('plain' in reading) applyEdit(holdings, form, row, reading.plain);
    }
  });
}
