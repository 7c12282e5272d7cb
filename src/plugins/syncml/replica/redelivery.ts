import type { Log } from '../../contract.js';
import type { Form } from '../content/form.js';
import type { Outcome, Outgoing } from '../dialogue/conversation.js';
import { verdictOf } from '../verdict.js';
import { settle } from './dispatch.js';
import type { Holdings } from './holdings.js';
import { arrived } from './outbox.js';
import { type ItemRow, nameOfRow } from './row.js';

/** Rows that are marked as sent in one step. */
const BATCH = 64;

/**
 * Brings back to a device what it has lost, or never got: rows of the replica that are wanted there. The engine need not
 * know of it: to it they never went.
 */
export class Redelivery {
  readonly #holdings: Holdings;
  readonly #form: Form;
  readonly #log: Log;
  readonly #sent = new Map<number, ItemRow>();
  #done = 0;

  constructor(holdings: Holdings, form: Form, log: Log) {
    this.#holdings = holdings;
    this.#form = form;
    this.#log = log;
  }

  static isNeeded(holdings: Holdings): boolean {
    return holdings.anyPlaced('wanted');
  }

  /** Sends all and waits for every status. What is refused stays wanted, and is tried again in the next session. */
  async run(
    send: (changes: AsyncIterable<Outgoing>, signal: AbortSignal, count: number) => AsyncIterable<Outcome>,
    signal: AbortSignal,
  ): Promise<void> {
    const rows = this.#holdings.placed('wanted');
    await settle(this, send(this.#changes(rows), signal, rows.length), { put: () => undefined }, signal);
    this.#log.info(`${this.#done} of ${rows.length} items that ${this.#holdings.name} had lost were brought back`);
  }

  settle(outcomes: readonly Outcome[]): readonly never[] {
    this.#holdings.transaction(() => {
      for (const { key, code } of outcomes) {
        const before = this.#sent.get(key);
        const row = before === undefined ? undefined : this.#holdings.find(before.id);
        this.#sent.delete(key);
        if (row === undefined) continue;
        const verdict = verdictOf('add', code, this.#holdings.name);
        if (verdict.kind === 'done') {
          arrived(this.#holdings, row);
          this.#done++;
          continue;
        }
        if (row.placement === 'sent') this.#holdings.place(row, 'wanted', row.luid);
        const reason = verdict.kind === 'refused' ? verdict.reason.message : 'the device says that it has it';
        this.#log.warn(`an item could not be brought back: ${reason}`, { item: nameOfRow(row.id) });
      }
    });
    return [];
  }

  async *#changes(rows: readonly ItemRow[]): AsyncGenerator<Outgoing> {
    for (let at = 0; at < rows.length; at += BATCH) {
      const ready: Outgoing[] = [];
      this.#holdings.transaction(() => {
        for (const row of rows.slice(at, at + BATCH)) {
          const outgoing = this.#prepare(row);
          if (outgoing !== undefined) ready.push(outgoing);
        }
      });
      yield* ready;
    }
  }

  #prepare(row: ItemRow): Outgoing | undefined {
    const holdings = this.#holdings;
    const id = nameOfRow(row.id);
    try {
      const raw = holdings.raw(row);
      const outbound = raw === undefined ? this.#form.write(holdings.plain(row)) : undefined;
      if (outbound !== undefined) holdings.hold(row, outbound.held, 'engine');
      holdings.place(row, 'sent', row.luid);
      this.#sent.set(row.id, row);
      return {
        key: row.id,
        kind: 'add',
        id,
        content: outbound?.content ?? { type: raw?.type ?? '', bytes: raw?.bytes ?? new Uint8Array() },
      };
    } catch (error) {
      this.#log.warn('an item cannot be brought back', { item: id, error });
      return undefined;
    }
  }
}
