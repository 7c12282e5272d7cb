import { randomUUID } from 'node:crypto';
import { CradleError } from '../../dbus/errors.js';
import { type Body, chunksOf, isLarge, SMALL_BODY, sizeOf } from '../body.js';
import type { Item, ItemId, ItemRef, StoreInfo } from '../contract.js';
import { Pulse } from '../pulse.js';

/** An item as the memory keeps it: whole, and never changed in place. */
export interface Kept {
  readonly ref: ItemRef;
  readonly item: Omit<Item, 'body'>;
  readonly bytes: Uint8Array;
  /** The value of the counter when it was last written. */
  readonly at: number;
}

/** Tombstones beyond this many are forgotten; an anchor older than that gets a full listing. */
const TOMBSTONES = 10_000;

/** What several stores may be opened on, one after another or at once: the data set itself. It lives as long as the process. */
export class MemoryCollection {
  readonly info: StoreInfo;
  readonly moved = new Pulse();
  readonly #kept = new Map<ItemId, Kept>();
  readonly #names = new Map<string, ItemId>();
  readonly #gone = new Map<ItemId, { readonly at: number; readonly volume: string | undefined }>();
  readonly #attached = new Set<string>();
  #counter = 0;
  #horizon = 0;
  #nextId = 1;

  constructor(info: Partial<StoreInfo> = {}) {
    const name = info.name ?? 'memory';
    this.info = {
      name,
      label: name,
      icon: 'folder',
      identity: `memory:${randomUUID()}`,
      contentTypes: ['*'],
      readOnly: false,
      ...info,
    };
  }

  /** Counts changes; the anchor of a listing. */
  get counter(): number {
    return this.#counter;
  }

  /** Deltas since an earlier counter than this are no longer known. */
  get horizon(): number {
    return this.#horizon;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** Undefined for a store without removable volumes. */
  get volumes(): ReadonlySet<string> | undefined {
    return this.#attached.size === 0 && !this.#hasVolumes ? undefined : new Set(this.#attached);
  }

  #hasVolumes = false;

  /** Puts a card in. What moved on it before is told again, by a full listing. */
  attach(volume: string): void {
    this.#hasVolumes = true;
    this.#attached.add(volume);
    this.#horizon = ++this.#counter;
    this.moved.fire();
  }

  /** Takes a card out: its items are neither present nor gone until it is back. */
  detach(volume: string): void {
    this.#hasVolumes = true;
    this.#attached.delete(volume);
    this.#counter++;
    this.moved.fire();
  }

  reachable(volume: string | undefined): boolean {
    return volume === undefined || this.#attached.has(volume);
  }

  kept(id: ItemId): Kept | undefined {
    const kept = this.#kept.get(id);
    return kept !== undefined && this.reachable(kept.ref.volume) ? kept : undefined;
  }

  named(name: string): Kept | undefined {
    const id = this.#names.get(name);
    return id === undefined ? undefined : this.kept(id);
  }

  *present(since = -1): Generator<Kept> {
    for (const kept of this.#kept.values()) if (kept.at > since && this.reachable(kept.ref.volume)) yield kept;
  }

  *gone(since: number): Generator<ItemId> {
    for (const [id, { at, volume }] of this.#gone) if (at > since && this.reachable(volume)) yield id;
  }

  /** Writes a new item, or over the one of this id. A new one goes to the first attached volume unless told. */
  put(item: Omit<Item, 'body'>, bytes: Uint8Array, over?: ItemId, volume?: string): Kept {
    const before = over === undefined ? undefined : this.#kept.get(over);
    const id = over ?? `m${this.#nextId++}`;
    const at = ++this.#counter;
    const card = before?.ref.volume ?? volume ?? this.#attached.values().next().value;
    const { contentType, summary, name, modified } = item;
    const ref: ItemRef = {
      id,
      revision: String(at),
      size: bytes.byteLength,
      ...(card === undefined ? {} : { volume: card }),
      ...(name === undefined ? {} : { name }),
    };
    const kept: Kept = {
      ref,
      item: {
        contentType,
        summary,
        ...(name === undefined ? {} : { name }),
        ...(modified === undefined ? {} : { modified }),
      },
      bytes,
      at,
    };
    if (before !== undefined) this.#forgetName(before);
    this.#kept.set(id, kept);
    if (name !== undefined && !this.#names.has(name)) this.#names.set(name, id);
    this.#gone.delete(id);
    this.moved.fire();
    return kept;
  }

  remove(id: ItemId): boolean {
    const kept = this.#kept.get(id);
    if (kept === undefined) return false;
    this.#kept.delete(id);
    this.#forgetName(kept);
    this.#gone.set(id, { at: ++this.#counter, volume: kept.ref.volume });
    this.#trim();
    this.moved.fire();
    return true;
  }

  #forgetName(kept: Kept): void {
    const { name, id } = kept.ref;
    if (name !== undefined && this.#names.get(name) === id) this.#names.delete(name);
  }

  #trim(): void {
    for (const [id, { at }] of this.#gone) {
      if (this.#gone.size <= TOMBSTONES) return;
      this.#gone.delete(id);
      this.#horizon = Math.max(this.#horizon, at);
    }
  }
}

/** The item to hand out: small contents whole, large ones as a stream over the same immutable bytes. */
export function itemOf(kept: Kept): Item {
  return { ...kept.item, body: bodyOf(kept.bytes) };
}

function bodyOf(bytes: Uint8Array): Body {
  if (bytes.byteLength <= SMALL_BODY) return bytes;
  return {
    size: bytes.byteLength,
    async *open() {
      for (let at = 0; at < bytes.byteLength; at += SMALL_BODY) yield bytes.subarray(at, at + SMALL_BODY);
    },
  };
}

/** A copy of the content that is ours to keep. Fails with ItemChanged when it is not as long as it says. */
export async function keepBody(body: Body, signal: AbortSignal): Promise<Uint8Array> {
  if (!isLarge(body)) return Uint8Array.from(body);
  const bytes = new Uint8Array(sizeOf(body));
  let at = 0;
  for await (const chunk of chunksOf(body, signal)) {
    if (at + chunk.byteLength <= bytes.byteLength) bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  if (at === bytes.byteLength) return bytes;
  throw new CradleError('ItemChanged', `the content has ${at} bytes, not ${bytes.byteLength} as was said`);
}
