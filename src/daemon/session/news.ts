import type { Store } from '../../plugins/contract.js';
import type { MappingTable } from '../sync/mapping.js';

/**
 * Whether a desktop store holds anything its mapping does not know: what our own session has just written is no news
 * to the binding it came through, but is to every other one.
 */
export async function hasNews(left: Store, mapping: MappingTable, signal: AbortSignal): Promise<boolean> {
  const { agreement } = mapping;
  if (agreement?.anchors === undefined || agreement.leftIdentity !== left.info.identity) return true;
  const { entries, scope } = await left.list(agreement.anchors.left, signal);
  let known = 0;
  for await (const entry of entries) {
    const pair = mapping.find('left', entry.kind === 'present' ? entry.ref.id : entry.id);
    if (entry.kind === 'gone' ? pair !== undefined : pair?.left.ref.revision !== entry.ref.revision) return true;
    known += 1;
  }
  return scope === 'full' && known < mapping.size;
}
