import type { Form } from '../content/form.js';
import { type Features, featuresOf } from '../content/kinship.js';
import type { Plain } from '../content/plain.js';
import type { SyncMode } from '../dialogue/conversation.js';
import { applyEdit } from './edit.js';
import type { Holdings } from './holdings.js';
import { type ItemRow, nameOfRow } from './row.js';

/** What follows from what a device has not told, once it has told all it wanted to. */
export function sweep(holdings: Holdings, form: Form, mode: SyncMode, resumed: boolean): void {
  const complete = mode === 'slow' || mode === 'refresh-from-client';
  if (complete) {
    meetRelatives(holdings, form);
    for (const row of holdings.unmarked) {
      // A refresh from the client says that there is nothing else; any other device has just lost it.
      if (mode === 'refresh-from-client') holdings.remove(row);
      else holdings.place(row, 'wanted', holdings.role === 'client' ? row.luid : undefined);
    }
  }
  // Had they arrived, the device would have said so by now: all of them, or the names it owed us. A server is told again.
  if (complete || resumed || mode === 'refresh-from-server' || holdings.role === 'client')
    for (const row of holdings.placed('sent')) holdings.place(row, 'wanted', row.luid);
}

/** One that is missing and one that is new, kin to each other and to nobody else, are one: renumbered and edited. */
function meetRelatives(holdings: Holdings, form: Form): void {
  const since = holdings.slowSince;
  if (since === undefined) return;
  for (const feature of ['uid', 'name'] as const) {
    const missing = byFeature(holdings.unmarked, feature);
    if (missing.size === 0) continue;
    const fresh = byFeature(holdings.rowsAfter(since), feature);
    for (const [kin, [lost, ...others]] of missing) {
      const [found, ...more] = fresh.get(kin) ?? [];
      if (lost === undefined || found === undefined || others.length + more.length > 0) continue;
      const plain: Plain = { ...holdings.plain(found), body: holdings.content(found.id).held };
      holdings.remove(found);
      // In the client role the peer has been told our name of the new one, and that it keeps.
      holdings.place(lost, 'held', found.luid ?? (holdings.role === 'client' ? nameOfRow(found.id) : undefined));
      if (found.guid !== undefined) holdings.setGuid(lost, found.guid, true);
      applyEdit(holdings, form, lost, plain);
      holdings.mark(lost);
    }
  }
}

function byFeature(rows: readonly ItemRow[], feature: keyof Features): ReadonlyMap<string, readonly ItemRow[]> {
  const kin = new Map<string, ItemRow[]>();
  for (const row of rows) {
    const word = row.problem === undefined ? featuresOf(row.kin)[feature] : '';
    if (word === '') continue;
    const known = kin.get(word);
    if (known === undefined) kin.set(word, [row]);
    else known.push(row);
  }
  return kin;
}
