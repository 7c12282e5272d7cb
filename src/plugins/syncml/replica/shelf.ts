import { CradleError } from '../../../dbus/errors.js';
import { type LargeBody, SMALL_BODY } from '../../body.js';
import { stopIfCancelled } from '../../cancel.js';
import type { Anchor, Entry, Item, ItemRef } from '../../contract.js';
import type { Row } from '../../database/database.js';
import * as field from '../../database/field.js';
import type { Holdings } from './holdings.js';
import { blob, nameOfRow, rowOfName } from './row.js';
import { PAGE } from './statements.js';

/** Bytes of a large body read at once. */
const PIECE = 1024 * 1024;

/** The replica of one datastore as the engine sees it. */
export class Shelf {
  readonly #holdings: Holdings;
  /** Part of the anchors: those of another replica say nothing about this one. */
  readonly #instance: string;

  constructor(holdings: Holdings, instance: string) {
    this.#holdings = holdings;
    this.#instance = instance;
  }

  get anchor(): Anchor {
    return `${this.#instance}@${this.#holdings.counter}`;
  }

  /** The counter an anchor stands for; undefined when only a full listing can tell what happened since. */
  counterOf(anchor: Anchor | undefined): number | undefined {
    const prefix = `${this.#instance}@`;
    if (!anchor?.startsWith(prefix)) return undefined;
    const counter = Number(anchor.slice(prefix.length));
    const { horizon, counter: now } = this.#holdings;
    return Number.isSafeInteger(counter) && counter >= horizon && counter <= now ? counter : undefined;
  }

  /** All there is, or what moved since, a page at a time. Nothing stays open between two pages. */
  async *pages(since: number | undefined): AsyncGenerator<readonly Entry[]> {
    const { statements, id } = this.#holdings;
    const [statement, key] =
      since === undefined ? [statements.pageById, 'id' as const] : [statements.pageByChange, 'at' as const];
    const gone = since === undefined ? [] : statements.gone.all(id, since);
    for (let after = since ?? -1; ; ) {
      const rows = statement.all(id, after);
      yield rows.map((row): Entry => this.#entry(row));
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) break;
      after = field.number(last, key);
    }
    yield gone.map((row): Entry => ({ kind: 'gone', id: nameOfRow(field.number(row, 'item')) }));
  }

  /** Fails with InvalidItem for what is in quarantine. */
  read(name: string): Item | undefined {
    const id = rowOfName(name);
    const row = id === undefined ? undefined : this.#holdings.statements.item.get(SMALL_BODY, id, this.#holdings.id);
    if (id === undefined || row === undefined) return undefined;
    const problem = field.optionalText(row, 'problem');
    if (problem !== undefined) throw new CradleError('InvalidItem', problem);
    return itemOf(row, blob(row, 'inline') ?? this.#large(id, row));
  }

  #entry(row: Row): Entry {
    const ref = this.#ref(row);
    const body = blob(row, 'inline');
    return body === undefined ? { kind: 'present', ref } : { kind: 'present', ref, item: itemOf(row, body) };
  }

  #ref(row: Row): ItemRef {
    const id = nameOfRow(field.number(row, 'id'));
    const quarantined = field.optionalText(row, 'problem') !== undefined;
    // Not the name of a text, or whatever else is new would wait for it, in case they are the same.
    const name =
      field.optionalText(row, 'name') ?? (quarantined ? `${this.#holdings.name} ${id} (unreadable)` : undefined);
    return {
      id,
      revision: String(field.number(row, 'at')),
      size: field.number(row, 'size'),
      ...(name === undefined ? {} : { name }),
    };
  }

  #large(id: number, row: Row): LargeBody {
    const size = field.number(row, 'size');
    const at = field.number(row, 'at');
    const { piece } = this.#holdings.statements;
    return {
      size,
      async *open(signal) {
        for (let from = 0; from < size; from += PIECE) {
          stopIfCancelled(signal, 'reading');
          const found = piece.get(from + 1, PIECE, id, at);
          const bytes = found === undefined ? undefined : blob(found, 'piece');
          if (bytes === undefined) throw new CradleError('ItemChanged', 'the item changed while it was read');
          yield bytes;
        }
      },
    };
  }
}

function itemOf(row: Row, body: Item['body']): Item {
  const name = field.optionalText(row, 'name');
  const modified = field.optionalNumber(row, 'modified');
  return {
    contentType: field.text(row, 'type'),
    summary: field.text(row, 'summary'),
    body,
    ...(name === undefined ? {} : { name }),
    ...(modified === undefined ? {} : { modified: BigInt(modified) }),
  };
}
