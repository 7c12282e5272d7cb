import { setTimeout as pause } from 'node:timers/promises';
import { asCradleError, CradleError, type ErrorCode } from '../../dbus/errors.js';
import type { Log } from '../../hal/log.js';
import { isLarge, type LargeBody } from '../body.js';
import type { Edit, Entry, Item, ItemRef, Receipt, StoreInfo } from '../contract.js';
import { threadedFiles } from '../folder/files.js';
import { spaceBut } from '../folder/filesystem.js';
import { Root } from '../folder/root.js';
import { FolderStore } from '../folder/store.js';
import type { Volume } from './volume.js';

/** Bytes that stay free on a device, so that it can still write its own lists. */
const RESERVE = 4 * 1024 * 1024;

/** What a pulled device looks like at first: the kernel fails its files before it takes the node and the mount away. */
const LIKE_PULLED: readonly ErrorCode[] = ['StoreUnavailable', 'ReadOnly'];
/** Milliseconds that it gets for that, and between two looks. */
const PATIENCE = 2_000;
const LOOK = 100;

/** One folder on one volume, there or not yet. Its items carry the volume, and ids that name volume and folder. */
export class Shelf implements AsyncDisposable {
  /** Begins the ids of its items. */
  readonly prefix: string;
  readonly volume: Volume;
  readonly #folder: string;
  readonly #info: StoreInfo;
  readonly #log: Log;
  #store: FolderStore | undefined;

  constructor(volume: Volume, folder: string, info: StoreInfo, log: Log) {
    this.volume = volume;
    this.#folder = folder;
    this.#info = info;
    this.#log = log;
    this.prefix = `${volume.key}:${folder}:`;
  }

  async exists(): Promise<boolean> {
    return (await this.#opened()) !== undefined;
  }

  /** Bytes that new items may take. */
  room(): Promise<number> {
    return spaceBut(RESERVE, this.volume.root.at('.'));
  }

  async *entries(signal: AbortSignal): AsyncGenerator<Entry> {
    try {
      const store = await this.#opened();
      if (store === undefined) return;
      const { entries } = await store.list(undefined, signal);
      for await (const entry of entries)
        if (entry.kind === 'present') yield { kind: 'present', ref: this.#out(entry.ref) };
    } catch (error) {
      throw await this.#failure(error);
    }
  }

  async read(id: string, signal: AbortSignal): Promise<Item | undefined> {
    try {
      const item = await (await this.#opened())?.read(this.#inner(id), signal);
      // On a medium that is gone everything looks as if it were not there.
      if (item === undefined && !(await this.volume.alive())) throw this.#gone();
      return item !== undefined && isLarge(item.body) ? { ...item, body: this.#told(item.body) } : item;
    } catch (error) {
      throw await this.#failure(error);
    }
  }

  async *apply(edits: AsyncIterable<Edit>, signal: AbortSignal): AsyncGenerator<Receipt> {
    try {
      const store = (await this.#opened()) ?? (await this.#open(await this.volume.make(this.#folder)));
      for await (const receipt of store.apply(this.#translate(edits), signal))
        yield 'ref' in receipt ? { ...receipt, ref: this.#out(receipt.ref) } : receipt;
    } catch (error) {
      throw await this.#failure(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store?.[Symbol.asyncDispose]();
  }

  async *#translate(edits: AsyncIterable<Edit>): AsyncGenerator<Edit> {
    for await (const edit of edits)
      if (edit.kind === 'remove') yield { ...edit, ref: this.#in(edit.ref) };
      else yield edit.replaces === undefined ? edit : { ...edit, replaces: this.#in(edit.replaces) };
  }

  /** A content that is read later fails as it would have failed at once. */
  #told(body: LargeBody): LargeBody {
    const failure = (thrown: unknown): Promise<CradleError> => this.#failure(thrown);
    return {
      size: body.size,
      async *open(signal) {
        try {
          yield* body.open(signal);
        } catch (error) {
          throw await failure(error);
        }
      },
    };
  }

  /** The folder's store; undefined while the folder is not there. */
  async #opened(): Promise<FolderStore | undefined> {
    if (this.#store !== undefined) return this.#store;
    const path = await this.volume.find(this.#folder);
    return path === undefined ? undefined : this.#open(path);
  }

  async #open(path: string): Promise<FolderStore> {
    const { root } = this.volume;
    const folder = await Root.open(path === '' ? root.path : root.full(path), threadedFiles, root.filesystem);
    if (this.#store !== undefined) {
      await folder[Symbol.asyncDispose]();
      return this.#store;
    }
    this.#store = new FolderStore({ info: this.#info, root: folder, reserve: RESERVE, log: this.#log });
    return this.#store;
  }

  #out(ref: ItemRef): ItemRef {
    return { ...ref, id: this.prefix + ref.id, volume: this.volume.key };
  }

  #in(ref: ItemRef): ItemRef {
    return { ...ref, id: this.#inner(ref.id) };
  }

  #inner(id: string): string {
    return id.slice(this.prefix.length);
  }

  /** A device that was pulled shows in many ways; the one word for it is NotConnected. */
  async #failure(thrown: unknown): Promise<CradleError> {
    const error = asCradleError(thrown);
    if (error.code === 'Cancelled' || error.code === 'NotConnected') return error;
    const patience = LIKE_PULLED.includes(error.code) ? PATIENCE : 0;
    for (let waited = 0; await this.volume.alive(); waited += LOOK) {
      if (waited >= patience) return error;
      await pause(LOOK);
    }
    return this.#gone(error);
  }

  #gone(cause?: unknown): CradleError {
    return new CradleError('NotConnected', `${this.volume.root.path} is gone: the device was unplugged`, { cause });
  }
}
