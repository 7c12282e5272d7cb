import type { ItemId, ItemRef } from '../../plugins/contract.js';
import type { Database, SqlValue, Statement } from '../../plugins/database/database.js';
import * as field from '../../plugins/database/field.js';
import type { Side } from '../sync/job.js';
import type {
  Agreement,
  Intent,
  IntentBatch,
  Known,
  MappingTable,
  Outline,
  Pair,
  PairOutline,
  Pending,
  Progress,
} from '../sync/mapping.js';
import { readAgreement, readIntents, readPending, writeAgreement } from './mapping-rows.js';

/** Rows fetched at once: enough to be fast, few enough to be lean, and nothing stays open between two pages. */
const PAGE = 4_096;

const COLUMNS = `left_id, left_revision, left_volume, left_size, left_name, left_digest,
  right_id, right_revision, right_volume, right_size, right_name, right_digest`;

/** The statements all mappings of a database share. */
export class MappingStatements {
  readonly database: Database;
  readonly row: Statement;
  readonly insert: Statement;
  readonly agreement: Statement;
  readonly agree: Statement;
  readonly size: Statement;
  readonly count: Readonly<Record<Side, Statement>>;
  readonly page: Statement;
  readonly outlinePage: Statement;
  readonly find: Readonly<Record<Side, Statement>>;
  readonly join: Statement;
  readonly part: Readonly<Record<Side, Statement>>;
  readonly intents: Statement;
  readonly intend: Statement;
  readonly fulfil: Statement;
  readonly pending: Statement;
  readonly pend: Statement;
  readonly unpend: Statement;
  readonly restless: Statement;
  readonly clear: readonly Statement[];
  readonly clearIntents: Statement;

  constructor(database: Database) {
    const sql = (source: string): Statement => database.prepare(source);
    const sides = (source: (side: Side) => string): Readonly<Record<Side, Statement>> => ({
      left: sql(source('left')),
      right: sql(source('right')),
    });
    this.database = database;
    this.row = sql('SELECT id FROM mappings WHERE binding = ? AND pair = ?');
    this.insert = sql('INSERT INTO mappings (binding, pair) VALUES (?, ?) RETURNING id');
    this.agreement = sql('SELECT agreement FROM mappings WHERE id = ?');
    this.agree = sql('UPDATE mappings SET agreement = ? WHERE id = ?');
    this.size = sql('SELECT count(*) AS count FROM pairs WHERE mapping = ?');
    this.count = sides(
      (side) => `SELECT count(*) AS count FROM pairs WHERE mapping = ?
        AND (${side}_volume IS NULL OR ${side}_volume IN (SELECT value FROM json_each(?)))`,
    );
    this.page = sql(`SELECT ${COLUMNS} FROM pairs WHERE mapping = ? AND left_id > ? ORDER BY left_id LIMIT ${PAGE}`);
    this.outlinePage = sql(
      `SELECT left_id, left_revision, left_volume, right_id, right_revision, right_volume FROM pairs
       WHERE mapping = ? AND left_id > ? ORDER BY left_id LIMIT ${PAGE}`,
    );
    this.find = sides((side) => `SELECT ${COLUMNS} FROM pairs WHERE mapping = ? AND ${side}_id = ?`);
    this.join = sql(`INSERT OR REPLACE INTO pairs (mapping, ${COLUMNS}) VALUES (?, ${'?, '.repeat(11)}?)`);
    this.part = sides((side) => `DELETE FROM pairs WHERE mapping = ? AND ${side}_id = ?`);
    this.intents = sql('SELECT intents FROM intents WHERE mapping = ? ORDER BY batch');
    this.intend = sql('INSERT INTO intents (mapping, intents) VALUES (?, ?) RETURNING batch');
    this.fulfil = sql('DELETE FROM intents WHERE mapping = ? AND batch = ?');
    this.pending = sql('SELECT side, item, ref, retry, surplus FROM pending WHERE mapping = ? ORDER BY side, item');
    this.pend = sql(
      'INSERT OR REPLACE INTO pending (mapping, side, item, ref, retry, surplus) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.unpend = sql('DELETE FROM pending WHERE mapping = ? AND side = ? AND item = ?');
    this.restless = sql('SELECT 1 AS retry FROM pending WHERE mapping = ? AND retry = 1 LIMIT 1');
    this.clearIntents = sql('DELETE FROM intents WHERE mapping = ?');
    this.clear = [
      sql('DELETE FROM pairs WHERE mapping = ?'),
      this.clearIntents,
      sql('DELETE FROM pending WHERE mapping = ?'),
    ];
  }
}

/** The mapping of one pair of stores, in the state database. */
export class Mapping implements MappingTable {
  readonly #sql: MappingStatements;
  readonly #id: number;

  constructor(statements: MappingStatements, binding: string, pair: string) {
    this.#sql = statements;
    const row = statements.row.get(binding, pair) ?? statements.insert.get(binding, pair);
    this.#id = field.number(row ?? {}, 'id');
  }

  get agreement(): Agreement | undefined {
    return readAgreement(this.#sql.agreement.get(this.#id) ?? {});
  }

  get size(): number {
    return field.number(this.#sql.size.get(this.#id) ?? {}, 'count');
  }

  count(side: Side, volumes: ReadonlySet<string> | undefined): number {
    if (volumes === undefined) return this.size;
    return field.number(this.#sql.count[side].get(this.#id, JSON.stringify([...volumes])) ?? {}, 'count');
  }

  *pairs(): Generator<Pair> {
    for (const row of this.#pages(this.#sql.page)) yield pairOf(row);
  }

  *outlines(): Generator<PairOutline> {
    for (const row of this.#pages(this.#sql.outlinePage)) yield { left: outlineOf(row, 0), right: outlineOf(row, 3) };
  }

  *#pages(page: Statement): Generator<readonly unknown[]> {
    let after = '';
    for (;;) {
      const rows = page.arrays(this.#id, after);
      yield* rows;
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      after = textAt(last, 0);
    }
  }

  find(side: Side, id: ItemId): Pair | undefined {
    const row = this.#sql.find[side].arrays(this.#id, id)[0];
    return row === undefined ? undefined : pairOf(row);
  }

  intents(): readonly Intent[] {
    return this.#sql.intents.all(this.#id).flatMap(readIntents);
  }

  pending(): readonly Pending[] {
    return this.#sql.pending.all(this.#id).map(readPending);
  }

  get restless(): boolean {
    return this.#sql.restless.get(this.#id) !== undefined;
  }

  advance({ join = [], part = [], pend = [], intend = [], fulfil = [] }: Progress): IntentBatch | undefined {
    if (join.length + part.length + pend.length + intend.length + fulfil.length === 0) return undefined;
    return this.#sql.database.transaction(() => {
      for (const { side, id } of part) this.#sql.part[side].run(this.#id, id);
      for (const { left, right } of join)
        this.#sql.join.run(this.#id, ...columnsOf(left), ...columnsOf(right, left.digest));
      for (const each of pend) this.#pendOne(each);
      for (const batch of fulfil) this.#sql.fulfil.run(this.#id, batch);
      if (intend.length === 0) return undefined;
      return field.number(this.#sql.intend.get(this.#id, JSON.stringify(intend)) ?? {}, 'batch');
    });
  }

  begin(agreement: Agreement): void {
    this.#sql.database.transaction(() => {
      for (const clear of this.#sql.clear) clear.run(this.#id);
      this.#sql.agree.run(writeAgreement(agreement), this.#id);
    });
  }

  forgetIntents(): void {
    this.#sql.clearIntents.run(this.#id);
  }

  agree(agreement: Agreement, pending: readonly Pending[] | undefined): void {
    this.#sql.database.transaction(() => {
      this.#sql.agree.run(writeAgreement(agreement), this.#id);
      if (pending !== undefined) this.#pend(pending);
    });
  }

  /** Most of what is pending stays so from session to session: a filter may leave out a hundred thousand items. */
  #pend(pending: readonly Pending[]): void {
    const before = new Map(this.pending().map((each) => [`${each.side} ${each.id}`, JSON.stringify(each)]));
    for (const each of pending) {
      const key = `${each.side} ${each.id}`;
      if (before.get(key) !== JSON.stringify(each)) this.#pendOne(each);
      before.delete(key);
    }
    for (const key of before.keys()) {
      const at = key.indexOf(' ');
      this.#sql.unpend.run(this.#id, key.slice(0, at), key.slice(at + 1));
    }
  }

  #pendOne({ side, id, ref, retry, surplus }: Pending): void {
    const now = ref === undefined ? null : JSON.stringify(ref);
    this.#sql.pend.run(this.#id, side, id, now, retry ? 1 : 0, surplus ? 1 : 0);
  }

  clear(): void {
    this.#sql.database.transaction(() => {
      for (const clear of this.#sql.clear) clear.run(this.#id);
      this.#sql.agree.run(null, this.#id);
    });
  }
}

function columnsOf({ ref, digest }: Known, sameAs?: string): readonly SqlValue[] {
  const name = ref.name === ref.id ? '' : (ref.name ?? null);
  return [ref.id, ref.revision, ref.volume ?? null, ref.size ?? null, name, digest === sameAs ? null : digest];
}

function pairOf(row: readonly unknown[]): Pair {
  const digest = textAt(row, 5);
  return {
    left: { ref: refOf(row, 0), digest },
    right: { ref: refOf(row, 6), digest: optionalTextAt(row, 11) ?? digest },
  };
}

function refOf(row: readonly unknown[], at: number): ItemRef {
  const id = textAt(row, at);
  const volume = optionalTextAt(row, at + 2);
  const size = row[at + 3];
  const name = optionalTextAt(row, at + 4);
  return {
    id,
    revision: textAt(row, at + 1),
    ...(volume === undefined ? {} : { volume }),
    ...(typeof size === 'number' ? { size } : {}),
    ...(name === undefined ? {} : { name: name === '' ? id : name }),
  };
}

const outlineOf = (row: readonly unknown[], at: number): Outline => ({
  id: textAt(row, at),
  revision: textAt(row, at + 1),
  volume: optionalTextAt(row, at + 2),
});

function textAt(row: readonly unknown[], at: number): string {
  const value = row[at];
  return typeof value === 'string' ? value : field.textItem(value);
}

function optionalTextAt(row: readonly unknown[], at: number): string | undefined {
  const value = row[at];
  return value === null || value === undefined ? undefined : textAt(row, at);
}
