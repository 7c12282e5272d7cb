import type { ItemId } from '../../plugins/contract.js';
import type { Ledger } from './ledger.js';
import type { Scan, Sight } from './scan.js';

/**
 * Some stores give an item a new id when it is written over. One that went and one that came under the same name are
 * the same item: an edit, not a removal beside an addition.
 */
export function renumber(scan: Scan, ledger: Ledger): void {
  if (scan.gone.size === 0 || scan.fresh.size === 0) return;
  const named = new Map<string, readonly [ItemId, Sight]>();
  for (const [id, sight] of scan.fresh) if (sight.ref.name !== undefined) named.set(sight.ref.name, [id, sight]);
  if (named.size === 0) return;
  for (const id of [...scan.gone]) {
    const name = ledger.find(scan.side, id)?.[scan.side].ref.name;
    const found = name === undefined ? undefined : named.get(name);
    if (name === undefined || found === undefined) continue;
    named.delete(name);
    scan.gone.delete(id);
    scan.fresh.delete(found[0]);
    scan.moved.set(id, found[1]);
  }
}
