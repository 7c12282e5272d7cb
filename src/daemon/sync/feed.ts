import { createHash } from 'node:crypto';
import { digestOf, isLarge, type LargeBody, sizeOf } from '../../plugins/body.js';
import { stopIfCancelled } from '../../plugins/cancel.js';
import type { Edit, Item, ItemRef } from '../../plugins/contract.js';
import type { Account } from './account.js';
import { type Job, other, type Side } from './job.js';
import type { Journal } from './journal.js';
import type { Intent, IntentBatch } from './mapping.js';
import { fairly, inParallel, Unreadable } from './reading.js';
import { type Fork, nameOf, type Put, type Remove } from './step.js';

/** Items read at once to be copied. */
const READERS = 8;
/** Items read before the first of them is handed over; as long as neither their bytes nor the time gets too much. */
const AHEAD = 512;
const AHEAD_BYTES = 8 * 1024 * 1024;
const AHEAD_TIME = 500;
const ROUND = 32;

export type Change = Put | Remove | Fork;

/** An edit on its way to a store, as long as its receipt is awaited. */
export interface Sent {
  readonly step: Change;
  /** The batches its intents are in. */
  readonly batches: IntentBatch[];
  /** Of what is copied; read again only if the store never read it to its end. */
  digest(signal: AbortSignal): Promise<string>;
}

interface Ready extends Sent {
  readonly edit: Edit;
  readonly intent: Intent | undefined;
}

/**
 * The edits of one apply, read a little ahead of the store that pulls them. Before a store sees an edit its intent is
 * durable, and what it overwrites or removes by a conflict is in the attic.
 */
export class Feed {
  /** Handed over and not receipted. */
  readonly sent = new Map<number, Sent>();
  /** Why it ended early, if it did: a store may wrap or swallow what its source of edits throws. */
  failure: unknown;
  exhausted = false;
  readonly #job: Job;
  readonly #to: Side;
  readonly #steps: readonly Change[];
  readonly #journal: Journal;
  readonly #account: Account;
  readonly #signal: AbortSignal;

  constructor(job: Job, to: Side, steps: readonly Change[], journal: Journal, account: Account, signal: AbortSignal) {
    this.#job = job;
    this.#to = to;
    this.#steps = steps;
    this.#journal = journal;
    this.#account = account;
    this.#signal = signal;
  }

  async *edits(): AsyncGenerator<Edit, void, undefined> {
    try {
      for (let at = 0; at < this.#steps.length; ) {
        const { ready, next } = await this.#ahead(at);
        at = next;
        const batches = this.#journal.flush(ready.flatMap(({ intent }) => intent ?? []));
        for (const each of ready) {
          if (each.intent !== undefined) each.batches.push(...batches);
          this.sent.set(each.edit.key, each);
          yield each.edit;
        }
      }
      this.exhausted = true;
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }

  /** Reads until it is enough: the store shall neither starve nor be handed a stale heap. */
  async #ahead(start: number): Promise<{ readonly ready: readonly Ready[]; readonly next: number }> {
    const begun = performance.now();
    const ready: Ready[] = [];
    let bytes = 0;
    let at = start;
    do {
      stopIfCancelled(this.#signal, 'exchanging');
      const round = this.#steps.slice(at, at + ROUND);
      const prepared: (Ready | undefined)[] = [];
      await inParallel(round.keys(), READERS, async (index) => {
        const step = round[index];
        if (step !== undefined) prepared[index] = await this.#prepare(step, at + index);
      });
      for (const each of prepared) {
        if (each === undefined) continue;
        ready.push(each);
        if (each.edit.kind === 'put' && !isLarge(each.edit.item.body)) bytes += sizeOf(each.edit.item.body);
      }
      at += round.length;
    } while (
      at < this.#steps.length &&
      ready.length < AHEAD &&
      bytes < AHEAD_BYTES &&
      performance.now() - begun < AHEAD_TIME
    );
    return { ready, next: at };
  }

  async #prepare(step: Change, key: number): Promise<Ready | undefined> {
    try {
      if (step.kind === 'remove') return await this.#removal(step, key);
      return await this.#copy(step, key);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.#account.refuse({ side: this.#to, name: nameOf(refOf(step)), reason: error.message });
      return this.#skip(step);
    }
  }

  async #removal(step: Remove, key: number): Promise<Ready | undefined> {
    if (step.keep && !(await this.#keep(step.ref, 'removed'))) return this.#skip(step);
    const { on: side, ref } = step;
    return {
      step,
      batches: [],
      edit: { kind: 'remove', key, ref },
      intent: { kind: 'remove', side, ref },
      digest: () => Promise.reject(new Unreadable('a removal has no content')),
    };
  }

  async #copy(step: Put | Fork, key: number): Promise<Ready | undefined> {
    const from = refOf(step);
    const read = () => this.#job[other(this.#to)].read(from.id, this.#signal);
    const item = step.kind === 'put' && step.item !== undefined ? step.item : await fairly(read);
    if (item === undefined) return this.#skip(step);
    const over = step.kind === 'put' ? step.over : undefined;
    if (step.kind === 'put' && step.keep && over !== undefined && !(await this.#keep(over, 'lost-conflict')))
      return this.#skip(step);
    const name = step.kind === 'fork' ? step.name : (item.name ?? from.name);
    const named: Item = name === undefined || name === item.name ? item : { ...item, name };
    const intend = (digest: string | undefined): Intent => ({ kind: 'put', side: this.#to, from, digest, over });
    const replaces = over === undefined ? {} : { replaces: over };
    const { body } = named;
    if (!isLarge(body)) {
      const digest = await digestOf(body, this.#signal);
      return {
        step,
        batches: [],
        edit: { kind: 'put', key, item: named, ...replaces },
        // A fork's copy is nobody's pair: after a crash it is recognised by its name and content.
        intent: step.kind === 'fork' ? undefined : intend(digest),
        digest: async () => digest,
      };
    }
    let seen: string | undefined;
    const batches: IntentBatch[] = [];
    const watched = watch(body, (digest) => {
      if (seen === digest) return;
      seen = digest;
      // Durable before the store learns that the body ends, hence before it can keep it.
      if (step.kind === 'put') batches.push(...this.#journal.flush([intend(digest)]));
    });
    return {
      step,
      batches,
      edit: { kind: 'put', key, item: { ...named, body: watched }, ...replaces },
      intent: step.kind === 'fork' ? undefined : intend(undefined),
      digest: async (signal) => seen ?? digestOf(body, signal),
    };
  }

  /** Whether the attic has it; if not, it was not there to be kept. */
  async #keep(ref: ItemRef, why: 'lost-conflict' | 'removed'): Promise<boolean> {
    const item = await fairly(() => this.#job[this.#to].read(ref.id, this.#signal));
    if (item === undefined) return false;
    this.#account.keep(await this.#job.attic.keep(this.#to, ref, item, why, this.#signal));
    return true;
  }

  /** Something has gone since it was listed: the next listing tells. */
  #skip(step: Change): undefined {
    this.#account.pend(step.news);
    this.#account.step(stepsIn(step));
  }
}

/** How many of the planned items a step stands for. */
export const stepsIn = (step: Change): number => (step.kind === 'fork' ? 3 : 1);

/** What is copied or removed. */
export const refOf = (step: Change): ItemRef =>
  step.kind === 'put' ? step.from : step.kind === 'remove' ? step.ref : step.right;

function watch(body: LargeBody, whole: (digest: string) => void): LargeBody {
  return {
    size: body.size,
    async *open(signal) {
      const hash = createHash('sha256');
      for await (const chunk of body.open(signal)) {
        hash.update(chunk);
        yield chunk;
      }
      whole(hash.digest('base64url'));
    },
  };
}
