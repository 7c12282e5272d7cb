import type { Log } from '../../contract.js';
import type { Form } from '../content/form.js';
import type { Plain } from '../content/plain.js';
import type { Incoming, IncomingBatch, SyncMode } from '../dialogue/conversation.js';
import { applyEdit, type Reading, readContent } from './edit.js';
import type { Holdings, Raw } from './holdings.js';
import { Matcher, type Meeting } from './match.js';
import { type ItemRow, nameOfRow } from './row.js';
import { sweep } from './sweep.js';

/** Characters of a name; longer ones are answered with 414 (URI too long). */
const LONGEST_NAME = 2_048;

/** What a change came to: a status code of OMA DS, and in the client role our LUID. */
interface Reply {
  readonly code: number;
  readonly row?: ItemRow;
}

class Undone extends Error {}

/** Takes what a device tells of one datastore in one session into the replica, message by message. */
export class Intake {
  readonly #holdings: Holdings;
  readonly #form: Form;
  readonly #mode: SyncMode;
  readonly #resumed: boolean;
  readonly #log: Log;
  readonly #matcher: Matcher;
  readonly #complete: boolean;

  constructor(parts: {
    readonly holdings: Holdings;
    readonly form: Form;
    readonly mode: SyncMode;
    /** It goes on where an earlier session was cut. */
    readonly resumed: boolean;
    readonly log: Log;
  }) {
    const { holdings, mode, resumed } = parts;
    this.#holdings = holdings;
    this.#form = parts.form;
    this.#mode = mode;
    this.#resumed = resumed;
    this.#log = parts.log;
    this.#complete = mode === 'slow' || mode === 'refresh-from-client';
    this.#matcher = new Matcher(holdings, this.#complete);
    if (this.#complete && !(resumed && holdings.slowSince !== undefined))
      holdings.transaction(() => holdings.beginSlow());
    if (mode === 'refresh-from-server' && holdings.role === 'server' && !resumed)
      holdings.transaction(() => holdings.unsettle());
  }

  /** One message: durable as a whole, then answered. */
  take(batch: IncomingBatch): void {
    const readings = batch.changes.map((change) => this.#read(change));
    let replies: readonly Reply[] = [];
    try {
      this.#holdings.transaction(() => {
        replies = batch.changes.map((change, index) => this.#one(change, readings[index]));
        if (batch.atomic && replies.some(({ code }) => code >= 300)) throw new Undone();
      });
    } catch (error) {
      if (!(error instanceof Undone)) throw error;
      // Representation Protocol, section 10: 507, the whole Atomic has been rolled back.
      replies = replies.map((reply) => (reply.code >= 300 ? reply : { code: 507 }));
    }
    for (const [index, change] of batch.changes.entries()) {
      const { code, row } = replies[index] ?? { code: 500 };
      if (row === undefined || this.#holdings.role === 'server') change.answer(code);
      else change.answer(code, row.luid ?? nameOfRow(row.id));
    }
  }

  /** All has been told. */
  end(): void {
    const holdings = this.#holdings;
    holdings.transaction(() => sweep(holdings, this.#form, this.#mode, this.#resumed));
  }

  #read(change: Incoming): Reading | undefined {
    if (change.kind !== 'add' && change.kind !== 'replace') return undefined;
    return readContent(this.#form, change.content, this.#log);
  }

  #one(change: Incoming, reading: Reading | undefined): Reply {
    const { id } = change;
    if (id === '') return { code: 412 };
    if (id.length > LONGEST_NAME) return { code: 414 };
    switch (change.kind) {
      case 'add':
        return reading === undefined ? { code: 412 } : this.#add(id, reading);
      case 'replace':
        return reading === undefined ? { code: 412 } : this.#replace(id, reading);
      case 'delete':
        return this.#delete(id, change.soft === true);
      case 'copy':
      case 'move':
        return this.#displace(change);
    }
  }

  #add(id: string, reading: Reading): Reply {
    const holdings = this.#holdings;
    const named = holdings.role === 'server' ? holdings.byLuid(id) : holdings.byGuid(id);
    const row = 'raw' in reading ? this.#keep(named, id, reading.raw) : this.#meet(named, id, reading.plain);
    if (holdings.role === 'client') holdings.setGuid(row, id, true);
    if (this.#complete) holdings.mark(row);
    return { code: 201, row };
  }

  #replace(id: string, reading: Reading): Reply {
    const holdings = this.#holdings;
    const named = holdings.byLuid(id);
    if (named === undefined && holdings.role === 'server') return this.#add(id, reading);
    const unknown = named === undefined;
    let row: ItemRow;
    if ('raw' in reading) row = this.#keep(named, id, reading.raw);
    else if (named === undefined) row = this.#insert(reading.plain, { luid: id });
    else if (this.#complete && holdings.role === 'server') row = this.#meet(named, id, reading.plain);
    else row = this.#edit(named, reading.plain);
    if (this.#complete) holdings.mark(row);
    return { code: unknown ? 201 : 200, row };
  }

  #delete(id: string, soft: boolean): Reply {
    const row = this.#holdings.byLuid(id);
    if (row === undefined) {
      // It may be one that the device never named.
      if (this.#holdings.anyPlaced('unnamed')) this.#holdings.doubt();
      return { code: 211 };
    }
    if (soft) this.#holdings.place(row, 'shed', undefined);
    else this.#holdings.remove(row);
    return { code: 200 };
  }

  /** Representation Protocol, sections 6.5.4 and 6.5.10. */
  #displace({ kind, id, target }: Incoming): Reply {
    const holdings = this.#holdings;
    if (target === undefined || target === '' || target.length > LONGEST_NAME) return { code: 406 };
    const row = holdings.byLuid(id);
    if (row === undefined) return { code: 404 };
    if (target === id) return { code: 200 };
    const before = holdings.byLuid(target);
    if (before !== undefined) return { code: 418 };
    if (kind === 'move') {
      holdings.place(row, row.placement, target);
      return { code: 200 };
    }
    const raw = holdings.raw(row);
    const plain = holdings.plain(row);
    if (raw !== undefined) holdings.insertRaw(raw, { placement: 'held', luid: target });
    else
      holdings.insert(plain, {
        placement: 'held',
        luid: target,
        held: { body: holdings.content(row.id).held, likeness: row.likeness },
      });
    return { code: 201 };
  }

  /** Nobody has seen it before. */
  #insert(plain: Plain, named: { readonly luid: string } | { readonly guid: string }): ItemRow {
    const body = this.#form.arriving?.(plain) ?? plain.body;
    return this.#holdings.insert({ ...plain, body }, { placement: 'held', ...named, held: plain });
  }

  #meet(named: ItemRow | undefined, id: string, plain: Plain): ItemRow {
    const meeting: Meeting = this.#matcher.newcomer(named, plain);
    const holdings = this.#holdings;
    if (holdings.role === 'client') {
      if (meeting.kind === 'new') return this.#insert(plain, { guid: id });
      return meeting.kind === 'edited' ? this.#edit(meeting.row, plain) : this.#present(meeting.row);
    }
    const holder = holdings.byLuid(id);
    const keeps = meeting.kind === 'new' ? undefined : meeting.row;
    // Its name is another's now; whether it is still there at all the rest of the sync tells.
    if (holder !== undefined && holder.id !== keeps?.id) holdings.place(holder, 'wanted', undefined);
    if (keeps === undefined) return this.#insert(plain, { luid: id });
    const here: ItemRow = { ...keeps, luid: id, placement: 'held' };
    if (keeps.luid !== id || keeps.placement !== 'held') holdings.place(here, 'held', id);
    return meeting.kind === 'edited' ? this.#edit(here, plain) : here;
  }

  #edit(row: ItemRow, plain: Plain): ItemRow {
    applyEdit(this.#holdings, this.#form, row, plain);
    return this.#present(row);
  }

  /** Whatever was thought of where it is: the device has it, under the name it has. */
  #present(row: ItemRow): ItemRow {
    if (row.placement === 'held') return row;
    this.#holdings.place(row, 'held', row.luid);
    return { ...row, placement: 'held' };
  }

  /** Quarantine: under the name it came by, over what was there before. */
  #keep(named: ItemRow | undefined, id: string, raw: Raw): ItemRow {
    this.#log.warn(`an item of ${this.#holdings.name} is put aside: ${raw.problem}`, { item: id.slice(0, 64) });
    const holdings = this.#holdings;
    if (named === undefined)
      return holdings.insertRaw(raw, {
        placement: 'held',
        ...(holdings.role === 'server' ? { luid: id } : { guid: id }),
      });
    const before = holdings.raw(named);
    if (before === undefined || Buffer.compare(before.bytes, raw.bytes) !== 0) holdings.quarantine(named, raw);
    return this.#present(named);
  }
}
