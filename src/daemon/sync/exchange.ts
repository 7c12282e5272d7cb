import { asCradleError, CradleError } from '../../dbus/errors.js';
import { stopIfCancelled } from '../../plugins/cancel.js';
import type { ItemRef, Receipt } from '../../plugins/contract.js';
import type { Account } from './account.js';
import { type Change, Feed, refOf, type Sent, stepsIn } from './feed.js';
import { type Job, other, type Side, type Tally } from './job.js';
import { Journal } from './journal.js';
import type { Known } from './mapping.js';
import { type Fork, nameOf, type Put, type Remove } from './step.js';

/** Hands the sides their edits, one after the other, and takes down their receipts. */
export class Exchange {
  readonly #job: Job;
  readonly #account: Account;
  readonly #signal: AbortSignal;
  readonly #journal: Journal;
  readonly #followUps: Readonly<Record<Side, Change[]>> = { left: [], right: [] };

  constructor(job: Job, account: Account, signal: AbortSignal) {
    this.#job = job;
    this.#account = account;
    this.#signal = signal;
    this.#journal = new Journal(job.mapping);
  }

  /** What had to wait for receipts of that side's neighbour, and may be done now. */
  followUps(side: Side): readonly Change[] {
    return this.#followUps[side].splice(0);
  }

  /** One apply on one side. Whatever happens to it, what was receipted is noted down. */
  async *side(side: Side, steps: readonly Change[]): AsyncGenerator<Tally, void, undefined> {
    if (steps.length === 0) return;
    const store = this.#job[side];
    const feed = new Feed(this.#job, side, steps, this.#journal, this.#account, this.#signal);
    try {
      for await (const receipt of store.apply(feed.edits(), this.#signal)) {
        const sent = feed.sent.get(receipt.key);
        if (sent === undefined) throw this.#broken(side, `gave a receipt for ${receipt.key}, which it was not given`);
        feed.sent.delete(receipt.key);
        await this.#take(side, sent, receipt);
        this.#journal.fulfil(sent.batches);
        this.#journal.settle();
        yield this.#account.tally;
      }
    } catch (thrown) {
      throw asCradleError(feed.failure ?? thrown, 'PluginFailed');
    } finally {
      this.#journal.flush();
    }
    if (feed.failure !== undefined) throw asCradleError(feed.failure, 'PluginFailed');
    stopIfCancelled(this.#signal, 'exchanging');
    if (!feed.exhausted || feed.sent.size > 0) throw this.#broken(side, 'ended without a receipt for each edit');
    yield this.#account.tally;
  }

  async #take(side: Side, sent: Sent, receipt: Receipt): Promise<void> {
    const { step } = sent;
    if (receipt.outcome === 'refused') {
      this.#refuse(side, step, receipt.reason.message);
      return;
    }
    if (step.kind === 'remove') {
      if (receipt.outcome === 'removed' || receipt.outcome === 'discard') this.#removed(step);
      else this.#refuse(side, step, 'the store answered a removal with a copy');
    } else if (receipt.outcome === 'stored' || receipt.outcome === 'duplicate') {
      if (step.kind === 'fork') this.#forked(step, receipt.ref);
      else await this.#stored(step, sent, receipt.ref, receipt.outcome === 'duplicate');
    } else if (receipt.outcome === 'discard') this.#discarded(side, step);
    else this.#refuse(side, step, 'the store removed what it was to keep');
  }

  #removed({ on, mapped, widow }: Remove): void {
    if (mapped !== undefined) this.#journal.part(on, mapped, widow);
    if (widow !== undefined) this.#account.pend([widow]);
    this.#account.count(on, 'removed');
    this.#account.step(1);
  }

  async #stored(step: Put, sent: Sent, ref: ItemRef, duplicate: boolean): Promise<void> {
    const { to, from, over } = step;
    const source = other(to);
    // Two equal items over here, and a store that holds one of each: the second stays without a partner.
    if (duplicate && over === undefined && this.#journal.isTaken(to, ref.id, source, from.id)) {
      this.#account.pend(step.news.map((each) => ({ ...each, retry: false })));
    } else {
      const digest = await sent.digest(this.#signal);
      const [mine, theirs]: readonly [Known, Known] = [
        { ref: from, digest },
        { ref, digest },
      ];
      this.#journal.join(to === 'left' ? { left: theirs, right: mine } : { left: mine, right: theirs }, step.former);
      if (duplicate) this.#account.join();
      else this.#account.count(to, over === undefined ? 'created' : 'changed');
    }
    this.#account.step(1);
  }

  /** The device's version is safe under its new name: now it goes across, and the desktop's takes the old name. */
  #forked({ left, right, news, former }: Fork, copy: ItemRef): void {
    this.#account.count('left', 'created');
    this.#account.step(1);
    const copied = [{ side: 'left', id: copy.id, ref: copy, retry: true }] as const;
    const put = { kind: 'put', to: 'right', why: 'conflict', keep: false } as const;
    this.#followUps.right.push(
      { ...put, from: copy, over: undefined, news: copied },
      { ...put, from: left, over: right, news, ...(former === undefined ? {} : { former }) },
    );
  }

  /** The store has no use for it, so the other side drops it too, where it may be written; the attic has it. */
  #discarded(side: Side, step: Put | Fork): void {
    const from = refOf(step);
    const on = other(side);
    this.#account.step(stepsIn(step));
    const { direction } = this.#job;
    if (step.kind === 'fork' || (direction !== 'both' && direction !== `to-${on}`)) {
      this.#account.pend(step.news.map((each) => ({ ...each, retry: false })));
      return;
    }
    const mapped = on === 'left' ? (step.former ?? from.id) : from.id;
    const remove: Remove = { kind: 'remove', on, ref: from, mapped, why: 'discarded', keep: true, news: step.news };
    this.#followUps[on].push(remove);
  }

  #refuse(side: Side, step: Change, reason: string): void {
    this.#account.refuse({ side, name: nameOf(refOf(step)), reason });
    this.#account.pend(step.news);
    this.#account.step(stepsIn(step));
  }

  #broken(side: Side, what: string): CradleError {
    return new CradleError('PluginFailed', `the store ${this.#job[side].info.label} ${what}`);
  }
}
