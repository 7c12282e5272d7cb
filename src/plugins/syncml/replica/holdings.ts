import { createHash } from 'node:crypto';
import * as field from '../../database/field.js';
import type { Copy, Description, Plain, Versions } from '../content/plain.js';
import { blob, type ItemRow, type Placement, placementNumber, readRow, rowOfName } from './row.js';
import type { ReplicaStatements } from './statements.js';

/** Removals that are remembered; an anchor older than that gets a full listing. */
const TOMBSTONES = 10_000;
/** Graves above the limit before they are cleared, so that not every removal has to count them. */
const SLACK = 1_000;

const NOTHING = new Uint8Array();

/** What a new item brings beside its content. */
export interface Arrival {
  readonly placement: Placement;
  readonly luid?: string | undefined;
  readonly guid?: string | undefined;
  /** It comes from the engine, which need not be shown its body. */
  readonly ours?: boolean;
}

/** A content that cannot be understood, as it came, and why. */
export interface Raw {
  readonly type: string;
  readonly bytes: Uint8Array;
  readonly problem: string;
}

/** Who the device is to us: what items are called on the wire depends on it. */
export type Role = 'client' | 'server';

/** Half of the digest is plenty to tell contents apart. */
const short = (likeness: string): string => likeness.slice(0, 22);

/** What one datastore of the device holds, row by row. Every change counts the counter up; rows are asked for, never kept. */
export class Holdings {
  readonly name: string;
  readonly role: Role;
  readonly id: number;
  readonly statements: ReplicaStatements;
  #counter: number;
  #horizon: number;
  #graves: number;
  #slowSince: number | undefined;
  #depth = 0;

  constructor(statements: ReplicaStatements, name: string, role: Role) {
    this.statements = statements;
    this.name = name;
    this.role = role;
    const row = statements.datastore.get(name);
    this.id = row === undefined ? statements.addDatastore.run(name).id : field.number(row, 'id');
    this.#counter = row === undefined ? 0 : field.number(row, 'counter');
    this.#horizon = row === undefined ? 0 : field.number(row, 'horizon');
    this.#slowSince = row === undefined ? undefined : field.optionalNumber(row, 'slow');
    this.#graves = field.number(statements.graves.get(this.id) ?? {}, 'count');
  }

  /** Counts changes; the revision of an item is the counter of its last one. */
  get counter(): number {
    return this.#counter;
  }

  /** Deltas since an earlier counter than this are no longer known. */
  get horizon(): number {
    return this.#horizon;
  }

  /** All of it or none, and durable when it returns. */
  transaction<T>(work: () => T): T {
    const before = { counter: this.#counter, horizon: this.#horizon, graves: this.#graves, slow: this.#slowSince };
    this.#depth++;
    try {
      return this.statements.database.transaction(() => {
        const result = work();
        if (this.#depth === 1 && this.#graves > TOMBSTONES + SLACK) this.#exhume();
        if (this.#counter !== before.counter) this.statements.saveCounter.run(this.#counter, this.#horizon, this.id);
        return result;
      });
    } catch (error) {
      this.#counter = before.counter;
      this.#horizon = before.horizon;
      this.#graves = before.graves;
      this.#slowSince = before.slow;
      throw error;
    } finally {
      this.#depth--;
    }
  }

  find(id: number): ItemRow | undefined {
    return row(this.statements.find.get(id, this.id));
  }

  /** By the engine's name of it. */
  item(id: string): ItemRow | undefined {
    const number = rowOfName(id);
    return number === undefined ? undefined : this.find(number);
  }

  /** By what a replace or delete of the peer calls it. */
  byLuid(luid: string): ItemRow | undefined {
    const found = row(this.statements.byLuid.get(this.id, luid));
    if (found !== undefined || this.role === 'server') return found;
    const own = this.item(luid);
    return own?.luid === undefined ? own : undefined;
  }

  byGuid(guid: string): ItemRow | undefined {
    return row(this.statements.byGuid.get(this.id, guid));
  }

  /** Those of which the device holds this very content. */
  alike(likeness: string): readonly ItemRow[] {
    return this.statements.alike.all(this.id, short(likeness)).map(readRow);
  }

  placed(placement: Placement): readonly ItemRow[] {
    return this.statements.inPlacement.all(this.id, placementNumber(placement)).map(readRow);
  }

  anyPlaced(placement: Placement): boolean {
    return this.statements.isAstray.get(this.id, placementNumber(placement)) !== undefined;
  }

  get quarantined(): readonly ItemRow[] {
    return this.statements.quarantined.all(this.id).map(readRow);
  }

  /** How many items the device holds, and their bytes. */
  get measure(): { readonly items: number; readonly bytes: number } {
    const found = this.statements.measure.get(this.id) ?? {};
    return { items: field.number(found, 'items'), bytes: field.number(found, 'bytes') };
  }

  content(id: number): Versions {
    const found = this.statements.content.get(id) ?? {};
    const body = blob(found, 'body') ?? NOTHING;
    const held = blob(found, 'held') ?? body;
    const told = blob(found, 'told');
    return { body, held, told: told?.byteLength === 0 ? held : told };
  }

  /** The item as the engine knows it; its likeness is that of what the device holds. */
  plain(row: Pick<ItemRow, 'id' | 'likeness'>): Plain {
    const found = this.statements.whole.get(row.id) ?? {};
    const name = field.optionalText(found, 'name');
    const modified = field.optionalNumber(found, 'modified');
    return {
      type: field.text(found, 'type'),
      body: blob(found, 'body') ?? NOTHING,
      summary: field.text(found, 'summary'),
      kin: field.text(found, 'kin'),
      likeness: row.likeness,
      ...(name === undefined ? {} : { name }),
      ...(modified === undefined ? {} : { modified: BigInt(modified) }),
    };
  }

  /** What is in quarantine, as it came. */
  raw(row: ItemRow): Raw | undefined {
    const found = this.statements.raw.get(row.id);
    const bytes = found === undefined ? undefined : blob(found, 'raw');
    if (found === undefined || bytes === undefined) return undefined;
    return { bytes, type: field.optionalText(found, 'raw_type') ?? '', problem: row.problem ?? '' };
  }

  /** Gives the new row. */
  insert(item: Description & { readonly body: Uint8Array }, arrival: Arrival & { readonly held: Copy }): ItemRow {
    const { held, ours = false } = arrival;
    const row = this.#insert(item, short(held.likeness), undefined, arrival);
    const poorer = sameBytes(held.body, item.body) ? null : held.body;
    this.statements.insertContent.run(row.id, item.body, poorer, ours ? null : NOTHING, null, null);
    return row;
  }

  /** Takes in what cannot be understood, so that it is not lost. */
  insertRaw(raw: Raw, arrival: Arrival): ItemRow {
    const nothing: Description = { type: raw.type, summary: '', kin: '' };
    const likeness = short(createHash('sha256').update(raw.bytes).digest('base64url'));
    const row = this.#insert(nothing, likeness, raw.problem, arrival);
    this.statements.insertContent.run(row.id, NOTHING, null, null, raw.bytes, raw.type);
    return row;
  }

  /** A new content, from the device or from the engine; gives the new revision. */
  write(
    { id }: Pick<ItemRow, 'id'>,
    item: Description & { readonly body: Uint8Array },
    held: Copy,
    from: 'device' | 'engine',
  ): number {
    const { type, body, summary, name, modified, kin } = item;
    const at = ++this.#counter;
    this.statements.write.run(
      type,
      summary,
      name ?? null,
      modified === undefined ? null : Number(modified),
      short(held.likeness),
      kin,
      at,
      from === 'engine' ? 1 : 0,
      id,
    );
    const told = from === 'device' ? NOTHING : (this.content(id).told ?? null);
    this.statements.writeContent.run(body, sameBytes(held.body, body) ? null : held.body, told, id);
    return at;
  }

  /** The device holds it differently, which says nothing new. */
  hold({ id }: Pick<ItemRow, 'id'>, held: Copy, from: 'device' | 'engine'): void {
    const told = from === 'device' ? NOTHING : (this.content(id).told ?? null);
    this.statements.hold.run(short(held.likeness), id);
    this.statements.holdContent.run(held.body, told, id);
  }

  /** What came cannot be understood; what was there before stays, and stands back. */
  quarantine({ id }: ItemRow, raw: Raw): void {
    this.statements.quarantine.run(raw.problem, ++this.#counter, id);
    this.statements.quarantineContent.run(raw.bytes, raw.type, id);
  }

  /** Says where it is. In the server role only what is held has a LUID. */
  place({ id }: Pick<ItemRow, 'id'>, placement: Placement, luid: string | undefined): void {
    this.statements.place.run(placementNumber(placement), luid ?? null, id);
    // What is there now needs not be shown any more.
    if (this.#slowSince !== undefined && (placement === 'held' || placement === 'unnamed')) this.mark({ id });
  }

  setGuid({ id }: Pick<ItemRow, 'id'>, guid: string, unmapped: boolean): void {
    this.statements.setGuid.run(guid, unmapped ? 1 : 0, id);
  }

  /** Client role: those whose Map the server has not confirmed. */
  get unmapped(): readonly ItemRow[] {
    return this.statements.unmapped.all(this.id).map(readRow);
  }

  confirmMap({ id }: Pick<ItemRow, 'id'>): void {
    this.statements.confirmMap.run(this.id, id);
  }

  remove({ id }: Pick<ItemRow, 'id'>): void {
    this.statements.remove.run(id);
    this.statements.bury.run(this.id, ++this.#counter, id);
    this.#graves++;
  }

  /** From the beginning of a slow sync to the agreement it ends in, also while it is cut: rows after this one came in by it. */
  get slowSince(): number | undefined {
    return this.#slowSince;
  }

  beginSlow(): void {
    const last = this.statements.lastId.get();
    this.#slowSince = last === undefined ? 0 : field.number(last, 'seq');
    this.statements.unmarkAll.run(this.id);
    this.statements.setSlow.run(this.#slowSince, this.id);
    this.statements.setDoubt.run(0, this.id);
  }

  endSlow(): void {
    if (this.#slowSince === undefined) return;
    this.#slowSince = undefined;
    this.statements.unmarkAll.run(this.id);
    this.statements.setSlow.run(null, this.id);
  }

  /** Only all it has can tell what became of something: the next session is to be a slow one. */
  doubt(): void {
    this.statements.setDoubt.run(1, this.id);
  }

  /** The device has emptied itself, or is about to: nobody knows what of all this is on it. */
  unsettle(): void {
    this.statements.unsettle.run(this.id);
  }

  mark({ id }: Pick<ItemRow, 'id'>): void {
    this.statements.mark.run(this.id, id);
  }

  isMarked({ id }: Pick<ItemRow, 'id'>): boolean {
    return this.statements.isMarked.get(this.id, id) !== undefined;
  }

  /** What a slow sync has not shown. */
  get unmarked(): readonly ItemRow[] {
    return this.statements.unseen.all(this.id).map(readRow);
  }

  /** Those that came later than this one, and can be understood. */
  rowsAfter(id: number): readonly ItemRow[] {
    return this.statements.rowsAfter.all(this.id, id).map(readRow);
  }

  #insert(item: Description, likeness: string, problem: string | undefined, arrival: Arrival): ItemRow {
    const { luid, guid, placement, ours = false } = arrival;
    const { type, summary, name, modified, kin } = item;
    const at = ++this.#counter;
    const { id } = this.statements.insert.run(
      this.id,
      luid ?? null,
      guid ?? null,
      guid === undefined ? 0 : 1,
      placementNumber(placement),
      type,
      summary,
      name ?? null,
      modified === undefined ? null : Number(modified),
      likeness,
      kin,
      at,
      ours ? 1 : 0,
      problem ?? null,
    );
    return { id, luid, guid, placement, type, likeness, kin, at, problem };
  }

  #exhume(): void {
    for (const grave of this.statements.exhume.all(this.id, this.id, TOMBSTONES))
      this.#horizon = Math.max(this.#horizon, field.number(grave, 'at'));
    this.#graves = TOMBSTONES;
  }
}

const row = (found: Parameters<typeof readRow>[0] | undefined): ItemRow | undefined =>
  found === undefined ? undefined : readRow(found);

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a === b || Buffer.compare(a, b) === 0;
