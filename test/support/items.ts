import { bytesOf } from '../../src/plugins/body.js';
import type { Edit, Entry, Item, ItemRef, Listing, Receipt, Store } from '../../src/plugins/contract.js';

/** Never aborted. */
export const forever: AbortSignal = new AbortController().signal;

export const text = (content: string): Uint8Array => Buffer.from(content);

/** A plain item; the name ends in .txt unless told otherwise. */
export const item = (name: string, content: string | Uint8Array, more: Partial<Item> = {}): Item => ({
  contentType: 'text/plain',
  body: typeof content === 'string' ? text(content) : content,
  summary: name,
  name,
  ...more,
});

export async function entriesOf(listing: Listing): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of listing.entries) entries.push(entry);
  return entries;
}

/** Everything in the store now. */
export async function refsOf(store: Store): Promise<readonly ItemRef[]> {
  const entries = await entriesOf(await store.list(undefined, forever));
  return entries.flatMap((entry) => (entry.kind === 'present' ? [entry.ref] : []));
}

/** What is there, as text by name. */
export async function contentsOf(store: Store): Promise<ReadonlyMap<string, string>> {
  const contents = new Map<string, string>();
  for (const ref of await refsOf(store)) contents.set(ref.name ?? ref.id, await contentOf(store, ref.id));
  return contents;
}

export async function contentOf(store: Store, id: string): Promise<string> {
  const found = await store.read(id, forever);
  if (found === undefined) throw new Error(`there is no item ${id}`);
  return Buffer.from(await bytesOf(found.body, Number.MAX_SAFE_INTEGER, forever)).toString();
}

export async function* each<T>(values: Iterable<T>): AsyncGenerator<T> {
  yield* values;
}

export async function applyAll(store: Store, edits: Iterable<Edit>, signal = forever): Promise<readonly Receipt[]> {
  const receipts: Receipt[] = [];
  for await (const receipt of store.apply(each(edits), signal)) receipts.push(receipt);
  return receipts;
}

/** One edit and its one receipt. */
export async function applyOne(store: Store, edit: Edit): Promise<Receipt> {
  const [receipt, ...more] = await applyAll(store, [edit]);
  if (receipt === undefined || more.length > 0) throw new Error(`one edit was answered by ${more.length + 1} receipts`);
  return receipt;
}

/** Puts an item that is taken. */
export async function put(store: Store, one: Item, replaces?: ItemRef): Promise<ItemRef> {
  const receipt = await applyOne(store, {
    kind: 'put',
    key: 1,
    item: one,
    ...(replaces === undefined ? {} : { replaces }),
  });
  if ('ref' in receipt) return receipt.ref;
  throw new Error(
    `${one.name} was ${receipt.outcome}${receipt.outcome === 'refused' ? `: ${receipt.reason.message}` : ''}`,
  );
}
