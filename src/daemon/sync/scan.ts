import { isLarge, sizeOf } from '../../plugins/body.js';
import type { Anchor, Entry, Item, ItemId, ItemRef, Listing } from '../../plugins/contract.js';
import type { Side } from './job.js';
import type { Ledger } from './ledger.js';
import type { Pending } from './mapping.js';

/** An item as it stands now, and what has been learnt of it since. */
export interface Sight {
  readonly ref: ItemRef;
  item?: Item;
  digest?: string;
  likeness?: string;
  /** A first sync meant to remove it, and has not managed yet. */
  readonly surplus?: true;
  /** The last session did not get anywhere with it either. */
  readonly retried?: true;
}

/** How one side differs from what was agreed. */
export interface Scan {
  readonly side: Side;
  readonly full: boolean;
  readonly anchor: Anchor;
  /** Mapped items that look different, by the id they are mapped under. */
  readonly moved: Map<ItemId, Sight>;
  /** Items nobody knows yet. */
  readonly fresh: Map<ItemId, Sight>;
  /** Mapped items that are no more. */
  readonly gone: Set<ItemId>;
  /** Mapped and unchanged, and no longer wanted on the device. */
  readonly unwanted: Set<ItemId>;
  readonly volumes: ReadonlySet<string> | undefined;
  /** Whether the item's volume is attached; items of others are neither present nor gone. */
  attached(volume: string | undefined): boolean;
}

/** A listing read to its end; full ones are held against the mapping while they come in. */
export interface Gathered {
  readonly scan: Scan;
  /** What a delta told; it is applied after what was pending. */
  readonly told: readonly Entry[];
}

/** Bodies that a listing brings along are held up to this many bytes; those beyond are read again. */
const INLINE_LIMIT = 32 * 1024 * 1024;
/** Items looked up one by one in the mapping. */
const MANY = 2_000;

export async function gather(
  side: Side,
  listing: Listing,
  ledger: Ledger,
  wanted: (ref: ItemRef) => boolean,
): Promise<Gathered> {
  const scan = emptyScan(side, listing);
  const slim = inlineBudget();
  if (!scan.full) {
    const told: Entry[] = [];
    for await (const entry of listing.entries) told.push(slim(entry));
    return { scan, told };
  }
  const glimpses = ledger.glimpses(side);
  for await (const entry of listing.entries) {
    if (entry.kind === 'gone') continue;
    const { ref } = entry;
    const known = glimpses.get(ref.id);
    if (known === undefined) scan.fresh.set(ref.id, sightOf(slim(entry)));
    else {
      known.seen = true;
      if (known.revision !== ref.revision) scan.moved.set(ref.id, sightOf(slim(entry)));
      else if (side === 'left' && !wanted(ref)) scan.unwanted.add(ref.id);
    }
  }
  for (const [id, known] of glimpses) if (!known.seen && scan.attached(known.volume)) scan.gone.add(id);
  return { scan, told: [] };
}

/** Replays what was pending, then what a delta told: together they are what a full listing would have shown. */
export function replay({ scan, told }: Gathered, pending: readonly Pending[], ledger: Ledger): void {
  const { side, full, moved, fresh, gone } = scan;
  // One by one is quicker for a few, all at once for many.
  if (pending.length + told.length > MANY) ledger.glimpses(side);
  for (const { id, ref, retry, surplus } of pending) {
    const marks = { ...(surplus ? { surplus } : {}), ...(retry ? { retried: true as const } : {}) };
    if (full) {
      const sight = fresh.get(id);
      if (sight !== undefined && sight.ref.revision === ref?.revision) fresh.set(id, { ...sight, ...marks });
    } else if (ref === undefined) {
      if (ledger.glimpse(side, id) !== undefined) gone.add(id);
    } else if (ledger.glimpse(side, id) === undefined) fresh.set(id, { ref, ...marks });
    else moved.set(id, { ref, ...marks });
  }
  for (const entry of told) {
    const id = entry.kind === 'gone' ? entry.id : entry.ref.id;
    const known = ledger.glimpse(side, id);
    if (entry.kind === 'gone' && known !== undefined && !scan.attached(known.volume)) continue;
    moved.delete(id);
    fresh.delete(id);
    gone.delete(id);
    if (entry.kind === 'gone') {
      if (known !== undefined) gone.add(id);
    } else if (known === undefined) fresh.set(id, sightOf(entry));
    else if (known.revision !== entry.ref.revision) moved.set(id, sightOf(entry));
  }
}

function emptyScan(side: Side, { scope, anchor, volumes }: Listing): Scan {
  return {
    side,
    full: scope === 'full',
    anchor,
    moved: new Map(),
    fresh: new Map(),
    gone: new Set(),
    unwanted: new Set(),
    volumes,
    attached: (volume) => volume === undefined || volumes === undefined || volumes.has(volume),
  };
}

type Present = Extract<Entry, { kind: 'present' }>;

const sightOf = ({ ref, item }: Present): Sight => (item === undefined ? { ref } : { ref, item });

function inlineBudget(): <E extends Entry>(entry: E) => E | Present {
  let held = 0;
  return (entry) => {
    if (entry.kind === 'gone' || entry.item === undefined || isLarge(entry.item.body)) return entry;
    held += sizeOf(entry.item.body);
    return held <= INLINE_LIMIT ? entry : { kind: 'present', ref: entry.ref };
  };
}
