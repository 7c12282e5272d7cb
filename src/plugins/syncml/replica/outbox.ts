import { asCradleError, CradleError } from '../../../dbus/errors.js';
import { isLarge, sizeOf } from '../../body.js';
import type { Edit, Item, Log, Receipt } from '../../contract.js';
import { accepts } from '../../media-types.js';
import { keepBody } from '../../memory/collection.js';
import type { Form, Outbound, Put } from '../content/form.js';
import type { Copy, Description } from '../content/plain.js';
import type { Outcome, Outgoing } from '../dialogue/conversation.js';
import { verdictOf } from '../verdict.js';
import type { Holdings } from './holdings.js';
import { type ItemRow, nameOfRow } from './row.js';
import { wireName } from './wire-name.js';

/** Room on the device, as far as it says (DSMem). */
export interface Room {
  readonly items?: number;
  readonly bytes?: number;
}

export interface OutboxParts {
  readonly holdings: Holdings;
  readonly form: Form;
  /** Begins sentences, such as `Contacts`. */
  readonly label: string;
  /** The most the device can hold. */
  readonly room: Room;
  /** Bytes of an item; larger ones are refused. */
  readonly maxObjectSize: number;
  readonly log: Log;
}

interface Whole extends Description {
  readonly body: Uint8Array;
}

/** An edit made ready before the replica is touched. */
interface Prepared {
  readonly edit: Edit;
  readonly item?: Whole;
  readonly outbound?: Outbound;
  readonly refusal?: CradleError;
}

/** A change on its way to the device. */
interface Pending {
  readonly kind: Outgoing['kind'];
  readonly row: ItemRow;
  /** What becomes of the row when the device has taken it. */
  readonly item?: Whole;
  readonly held?: Copy;
  /** It is in the replica alone so far; a refusal takes it out again. */
  readonly fresh?: true;
}

type Step = { readonly receipt: Receipt } | { readonly outgoing: Outgoing; readonly pending: Pending };

/**
 * The engine's edits of one datastore on their way to the device. An addition is in the replica before it is sent, so
 * that its name there, whenever it comes, finds it; a replacement and a removal once the device has taken them.
 */
export class Outbox {
  readonly #parts: OutboxParts;
  readonly #pending = new Map<number, Pending>();
  /** Rows that this very batch has written: an equal item of it is no duplicate, or two would end as one. */
  readonly #ours = new Set<number>();
  #items: number;
  #bytes: number;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
    const { items, bytes } = parts.holdings.measure;
    this.#items = items;
    this.#bytes = bytes;
  }

  /** Reads and converts; nothing is written yet. */
  async prepare(edit: Edit, signal: AbortSignal): Promise<Prepared> {
    if (edit.kind === 'remove') return { edit };
    try {
      const put = await this.#put(edit.item, signal);
      const outbound = this.#parts.form.write(put);
      return { edit, outbound, item: { ...put, kin: outbound.kin } };
    } catch (thrown) {
      const refusal = asCradleError(thrown);
      if (refusal.code === 'Cancelled') throw refusal;
      return { edit, refusal };
    }
  }

  /** One durable step: what goes on the wire, and what can be answered at once. */
  stage(prepared: readonly Prepared[]): {
    readonly outgoing: readonly Outgoing[];
    readonly receipts: readonly Receipt[];
  } {
    const steps = this.#parts.holdings.transaction(() => prepared.map((each) => this.#stage(each)));
    const outgoing: Outgoing[] = [];
    const receipts: Receipt[] = [];
    for (const step of steps)
      if ('receipt' in step) receipts.push(step.receipt);
      else {
        this.#pending.set(step.outgoing.key, step.pending);
        outgoing.push(step.outgoing);
      }
    return { outgoing, receipts };
  }

  /** What the device said; durable when it returns. */
  settle(outcomes: readonly Outcome[]): readonly Receipt[] {
    return this.#parts.holdings.transaction(() =>
      outcomes.flatMap((outcome) => {
        const pending = this.#pending.get(outcome.key);
        this.#pending.delete(outcome.key);
        return pending === undefined ? [] : [this.#settle(outcome, pending)];
      }),
    );
  }

  /** Changes that the device has not answered. */
  get unanswered(): number {
    return this.#pending.size;
  }

  async #put(item: Item, signal: AbortSignal): Promise<Put> {
    const { form, label, maxObjectSize } = this.#parts;
    const { contentType, summary, name, modified } = item;
    if (!accepts(form.contentTypes, contentType))
      throw new CradleError('InvalidItem', `${label} takes no ${contentType || 'item without a type'}`);
    if (sizeOf(item.body) > maxObjectSize)
      throw new CradleError('InvalidItem', `${label} takes items of ${maxObjectSize} bytes at most`);
    return {
      type: contentType,
      body: isLarge(item.body) ? await keepBody(item.body, signal) : item.body,
      summary,
      ...(name === undefined ? {} : { name }),
      ...(modified === undefined ? {} : { modified }),
    };
  }

  #stage({ edit, item, outbound, refusal }: Prepared): Step {
    const { key } = edit;
    try {
      if (refusal !== undefined) throw refusal;
      if (edit.kind === 'remove') return this.#stageRemoval(key, edit.ref.id, edit.ref.revision);
      if (item === undefined || outbound === undefined) throw new CradleError('Failed', 'nothing was made ready');
      if (edit.replaces !== undefined)
        return this.#stageReplacement(key, this.#current(edit.replaces.id, edit.replaces.revision), item, outbound);
      return this.#stageAddition(key, item, outbound);
    } catch (thrown) {
      return { receipt: { key, outcome: 'refused', reason: asCradleError(thrown) } };
    }
  }

  #stageAddition(key: number, item: Whole, outbound: Outbound): Step {
    const { holdings } = this.#parts;
    const twin = this.#twin(item, outbound);
    if (twin !== undefined) return { receipt: { key, outcome: 'duplicate', ref: refOf(twin, twin.at, item) } };
    this.#makeRoom(outbound);
    const row = holdings.insert(item, { placement: 'sent', held: outbound.held, ours: true });
    this.#ours.add(row.id);
    const { content } = outbound;
    return {
      outgoing: { key, kind: 'add', id: nameOfRow(row.id), content },
      pending: { kind: 'add', row, item, fresh: true },
    };
  }

  #stageReplacement(key: number, row: ItemRow, item: Whole, outbound: Outbound): Step {
    const { holdings } = this.#parts;
    const { content, held } = outbound;
    this.#ours.add(row.id);
    if (row.placement === 'wanted' || row.placement === 'shed') {
      // It is not there, so the new version is what is brought there.
      const at = holdings.write(row, item, held, 'engine');
      holdings.place(row, 'sent', row.luid);
      const now = { ...row, at };
      return {
        outgoing: { key, kind: 'add', id: nameOfRow(row.id), content },
        pending: { kind: 'add', row: now, item },
      };
    }
    const id = this.#nameThere(row);
    return { outgoing: { key, kind: 'replace', id, content }, pending: { kind: 'replace', row, item, held } };
  }

  #stageRemoval(key: number, id: string, revision: string): Step {
    const { holdings } = this.#parts;
    const row = holdings.item(id);
    if (row === undefined) return { receipt: { key, outcome: 'removed' } };
    if (String(row.at) !== revision) throw this.#changed(id);
    if (row.placement === 'wanted' || row.placement === 'shed') {
      holdings.remove(row);
      return { receipt: { key, outcome: 'removed' } };
    }
    return { outgoing: { key, kind: 'delete', id: this.#nameThere(row) }, pending: { kind: 'delete', row } };
  }

  #settle({ key, code }: Outcome, pending: Pending): Receipt {
    const { holdings, label } = this.#parts;
    const { kind, item, fresh, held } = pending;
    const verdict = verdictOf(kind, code, label);
    const row = holdings.find(pending.row.id);
    if (verdict.kind === 'done') {
      if (kind === 'delete' || item === undefined) {
        if (row !== undefined) holdings.remove(row);
        this.#items--;
        return { key, outcome: 'removed' };
      }
      if (row === undefined) return this.#refused(key, this.#changed(nameOfRow(pending.row.id)));
      if (kind === 'replace' && held !== undefined)
        return { key, outcome: 'stored', ref: refOf(row, holdings.write(row, item, held, 'engine'), item) };
      arrived(holdings, row);
      return { key, outcome: 'stored', ref: refOf(row, row.at, item) };
    }
    if (fresh && row !== undefined) {
      holdings.remove(row);
      this.#items--;
    } else if (kind === 'add' && row !== undefined) holdings.place(row, 'wanted', row.luid);
    else if (verdict.kind === 'lost' && holdings.role === 'server') holdings.doubt();
    if (verdict.kind === 'refused') return this.#refused(key, verdict.reason);
    return this.#refused(
      key,
      verdict.kind === 'lost'
        ? this.#changed(nameOfRow(pending.row.id))
        : new CradleError('InvalidItem', `${label} says that it has such an item already`),
    );
  }

  #refused(key: number, reason: CradleError): Receipt {
    return { key, outcome: 'refused', reason };
  }

  #current(id: string, revision: string): ItemRow {
    const row = this.#parts.holdings.item(id);
    if (row === undefined || String(row.at) !== revision) throw this.#changed(id);
    return row;
  }

  #changed(id: string): CradleError {
    return new CradleError('ItemChanged', `${id} in ${this.#parts.label} has changed meanwhile`);
  }

  #nameThere(row: ItemRow): string {
    const { holdings, label } = this.#parts;
    const name = wireName(holdings.role, row);
    if (name !== undefined) return name;
    holdings.doubt();
    throw new CradleError('Busy', `${label} has not said yet what it calls this item; it is asked the next time`);
  }

  #twin(item: Whole, outbound: Outbound): ItemRow | undefined {
    const { name } = item;
    if (name === undefined) return undefined;
    const { holdings } = this.#parts;
    return holdings.alike(outbound.held.likeness).find((row) => {
      if (this.#ours.has(row.id)) return false;
      const known = holdings.plain(row);
      return known.name === name && Buffer.compare(known.body, item.body) === 0;
    });
  }

  /** Fails with NoSpace where the device has said that it holds no more. */
  #makeRoom({ held: { body } }: Outbound): void {
    const { room, label } = this.#parts;
    if (room.items !== undefined && this.#items >= room.items)
      throw new CradleError('NoSpace', `${label} holds ${room.items} items at most`);
    if (room.bytes !== undefined && this.#bytes + body.byteLength > room.bytes)
      throw new CradleError('NoSpace', `${label} holds ${room.bytes} bytes at most`);
    this.#items++;
    this.#bytes += body.byteLength;
  }
}

/** The device has taken an addition of ours; in the server role its name for it comes by itself. */
export function arrived(holdings: Holdings, row: ItemRow): void {
  const named = holdings.role === 'client' || row.luid !== undefined;
  holdings.place(row, named ? 'held' : 'unnamed', row.luid);
}

const refOf = (row: ItemRow, at: number, { name, body }: Whole) => ({
  id: nameOfRow(row.id),
  revision: String(at),
  size: body.byteLength,
  ...(name === undefined ? {} : { name }),
});
