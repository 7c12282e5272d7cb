import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { CradleError } from '../../dbus/errors.js';
import { sizeOf } from '../body.js';
import { stopIfCancelled } from '../cancel.js';
import type { Edit, Receipt } from '../contract.js';
import { withPauses } from '../patience.js';
import { Batch } from './batch.js';
import { failureOf, stopsTheStore } from './failures.js';
import { quoted } from './item-names.js';
import { Pace } from './pace.js';
import type { BatchParts } from './placement.js';
import { Room } from './room.js';
import { stage } from './staging.js';
import { Subfolders } from './subfolders.js';

/** Milliseconds a batch waits for more edits before it is written as it is. */
const PATIENCE = 250;

export interface WriterParts extends Pick<BatchParts, 'root' | 'layout' | 'revisions'> {
  /** Bytes that must stay free. */
  readonly reserve: number;
}

/** Writes edits in batches. */
export class Writer {
  readonly #parts: WriterParts;

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  async *apply(edits: AsyncIterable<Edit>, signal: AbortSignal): AsyncGenerator<Receipt> {
    const { root } = this.#parts;
    await root.check();
    await this.#mustBeWritable();
    await using folders = new Subfolders(root);
    const batch = new Batch({ ...this.#parts, folders, ours: new Set() });
    const room = new Room(root, this.#parts.reserve);
    const pace = new Pace();
    try {
      for await (const edit of withPauses(edits, PATIENCE, signal)) {
        stopIfCancelled(signal, `writing ${root.path}`);
        if (edit === undefined ? !batch.empty : batch.blocks(this.#pathOf(edit))) yield* await batch.commit();
        if (edit === undefined) continue;
        const refused = await this.#take(edit, { batch, folders, room }, signal);
        if (refused !== undefined) yield { key: edit.key, outcome: 'refused', reason: refused };
        if (batch.full) yield* await batch.commit();
        if (pace.over) await pace.turn();
      }
      stopIfCancelled(signal, `writing ${root.path}`);
      if (!batch.empty) yield* await batch.commit();
    } catch (error) {
      const reason = failureOf(error, { doing: 'write', path: root.path });
      // What is staged is whole: a full disk may still take its names.
      if (reason.code === 'NoSpace' && !batch.empty) yield* await batch.commit();
      throw reason;
    } finally {
      await batch.discard();
    }
  }

  /** Where an edit goes; undefined when it will be refused. */
  #pathOf(edit: Edit): string | undefined {
    if (edit.kind === 'remove') return edit.ref.id;
    if (edit.replaces !== undefined) return edit.replaces.id;
    try {
      return this.#parts.layout.pathFor(edit.item);
    } catch {
      return undefined;
    }
  }

  /** Stages the edit; tells why when it is refused at once. */
  async #take(
    edit: Edit,
    { batch, folders, room }: { readonly batch: Batch; readonly folders: Subfolders; readonly room: Room },
    signal: AbortSignal,
  ): Promise<CradleError | undefined> {
    const { root, layout } = this.#parts;
    const id = edit.kind === 'remove' ? edit.ref.id : edit.replaces?.id;
    try {
      if (id !== undefined && !layout.knows(id))
        return new CradleError('InvalidItem', `${quoted(id)} is no item of ${root.path}`);
      if (edit.kind === 'remove') {
        batch.remove(edit);
        return undefined;
      }
      const { key, item, replaces } = edit;
      const path = id ?? layout.pathFor(item);
      const tooLarge = await room.take(sizeOf(item.body), path);
      if (tooLarge === undefined) batch.put(await stage(root, folders, { key, item, path, replaces }, signal));
      return tooLarge;
    } catch (error) {
      const reason = failureOf(error, { doing: 'write', path: root.full(id ?? nameIn(edit)) });
      if (stopsTheStore(reason)) throw reason;
      // Perhaps all of it is gone, and not this one item.
      if (reason.code === 'ItemChanged') await root.check();
      return reason;
    }
  }

  async #mustBeWritable(): Promise<void> {
    const { root } = this.#parts;
    try {
      await access(root.at('.'), constants.W_OK);
    } catch (error) {
      throw failureOf(error, { doing: 'write', path: root.path });
    }
  }
}

const nameIn = (edit: Edit): string => (edit.kind === 'put' ? (edit.item.name ?? edit.item.summary) : edit.ref.id);
