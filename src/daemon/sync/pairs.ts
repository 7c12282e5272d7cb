import type { ItemId, ItemRef } from '../../plugins/contract.js';
import { clash, sameContent } from './clash.js';
import { decide, type Fate, mirror } from './decide.js';
import { type Draft, newsOf, widowOf } from './draft.js';
import type { ForkNames } from './fork-names.js';
import type { Job, Side } from './job.js';
import type { Ledger } from './ledger.js';
import { isRenamed, isResized } from './look.js';
import type { Known, Pair, Pending } from './mapping.js';
import { inParallel, type Reading, Unreadable } from './reading.js';
import type { Scan, Sight } from './scan.js';

/** One side of a pair now. `away`: on a volume that is not attached, or gone while it was looked at. */
interface Standing {
  readonly fate: Fate | 'away';
  /** As it is now, where it is. */
  readonly ref: ItemRef;
  /** Undefined when it looks as it did. */
  readonly sight: Sight | undefined;
  readonly news: readonly Pending[];
}

/** Items read at once while comparing. */
const READERS = 8;

/** Decides about everything that is mapped and looks different: the nine cells. */
export class Pairs {
  readonly #job: Job;
  readonly #scans: Readonly<Record<Side, Scan>>;
  readonly #ledger: Ledger;
  readonly #reading: Reading;
  readonly #draft: Draft;
  readonly #names: ForkNames;

  constructor(
    job: Job,
    scans: Readonly<Record<Side, Scan>>,
    ledger: Ledger,
    reading: Reading,
    draft: Draft,
    names: ForkNames,
  ) {
    this.#job = job;
    this.#scans = scans;
    this.#ledger = ledger;
    this.#reading = reading;
    this.#draft = draft;
    this.#names = names;
  }

  async decide(): Promise<void> {
    await inParallel(this.#suspects(), READERS, async (pair) => {
      try {
        await this.#one(pair);
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        const { left, right } = pair;
        this.#draft.postpone([...this.#news('left', left), ...this.#news('right', right)], 'right', error.message);
      }
    });
  }

  /** Whether the desktop is to become what the device is; what that takes away goes to the attic. */
  get #mirrors(): boolean {
    return this.#job.wish === 'mirror-to-left';
  }

  *#suspects(): Generator<Pair> {
    const { left, right } = this.#scans;
    const had = new Set<string>();
    for (const id of [...left.moved.keys(), ...left.gone, ...left.unwanted]) {
      const pair = this.#ledger.find('left', id);
      if (pair === undefined || had.has(id)) continue;
      had.add(id);
      yield pair;
    }
    for (const id of [...right.moved.keys(), ...right.gone]) {
      const pair = this.#ledger.find('right', id);
      if (pair !== undefined && !had.has(pair.left.ref.id)) yield pair;
    }
  }

  async #one(pair: Pair): Promise<void> {
    const [left, right] = await Promise.all([this.#standing('left', pair.left), this.#standing('right', pair.right)]);
    const news = [...left.news, ...right.news];
    if (left.fate === 'away' || right.fate === 'away') {
      const vanished = [left, right].some(({ fate, sight }) => fate === 'away' && sight !== undefined);
      if (vanished) this.#draft.postpone(news, 'right');
      else if (news.length > 0) this.#draft.leave(news);
      return;
    }
    if (left.fate !== 'gone' && !this.#job.wanted(left.ref)) return this.#unwanted(pair, left, right);
    const verdicts = this.#mirrors ? mirror : decide;
    switch (verdicts[left.fate][right.fate]) {
      case 'nothing':
        return this.#refresh(pair, left, right);
      case 'forget':
        return this.#draft.part('left', pair.left.ref.id);
      case 'put-left':
        return this.#put('left', pair, right, left, news);
      case 'put-right':
        return this.#put('right', pair, left, right, news);
      case 'remove-left':
        // What a device loses stays on a desktop that only takes in.
        if (this.#job.direction === 'to-left' && !this.#mirrors)
          return this.#draft.part('left', pair.left.ref.id, widowOf('left', left.ref));
        return this.#remove('left', pair, left, news);
      case 'remove-right':
        return this.#remove('right', pair, right, news);
      case 'conflict':
        return this.#conflict(pair, left, right, news);
    }
  }

  async #standing(side: Side, known: Known): Promise<Standing> {
    const scan = this.#scans[side];
    const { id, volume } = known.ref;
    const sight = scan.moved.get(id);
    if (!scan.attached(sight?.ref.volume ?? volume))
      return { fate: 'away', ref: known.ref, sight: undefined, news: this.#news(side, known) };
    if (scan.gone.has(id)) return { fate: 'gone', ref: known.ref, sight: undefined, news: newsOf(side, id, undefined) };
    if (sight === undefined) return { fate: 'kept', ref: known.ref, sight: undefined, news: [] };
    const { ref } = sight;
    if (ref.revision === known.ref.revision && ref.id === id) return { fate: 'kept', ref, sight: undefined, news: [] };
    const news = newsOf(side, id, sight);
    if (isRenamed(known.ref, ref) || isResized(known.ref, ref)) return { fate: 'edited', ref, sight, news };
    const digest = await this.#reading.digest(side, sight);
    if (digest === undefined) return { fate: 'away', ref, sight, news };
    return { fate: digest === known.digest ? 'kept' : 'edited', ref, sight, news };
  }

  #news(side: Side, known: Known): readonly Pending[] {
    const scan = this.#scans[side];
    const { id } = known.ref;
    const sight = scan.moved.get(id);
    return sight === undefined && !scan.gone.has(id) ? [] : newsOf(side, id, sight);
  }

  /** Both are what they were: new revisions are noted, so that nobody reads them again. */
  #refresh(pair: Pair, left: Standing, right: Standing): void {
    if (left.sight === undefined && right.sight === undefined) return;
    this.#draft.join(
      { ref: left.ref, digest: pair.left.digest },
      { ref: right.ref, digest: pair.right.digest },
      'touched',
      formerId(pair, left),
    );
  }

  #put(to: Side, pair: Pair, source: Standing, target: Standing, news: readonly Pending[]): void {
    const sight = source.sight ?? { ref: source.ref };
    const isBack = target.fate === 'gone';
    const former = isBack ? pair.left.ref.id : formerId(pair, to === 'left' ? target : source);
    const over = isBack ? undefined : target.ref;
    this.#draft.put(to, sight, over, { why: isBack ? 'new' : 'edited', news, former, keep: this.#mirrors });
  }

  #remove(on: Side, pair: Pair, target: Standing, news: readonly Pending[]): void {
    this.#draft.remove(on, target.ref, { why: 'gone', mapped: pair[on].ref.id, keep: this.#mirrors, news });
  }

  /** It leaves the device and looks like no deletion; what the device made of it meanwhile comes home first. */
  #unwanted(pair: Pair, left: Standing, right: Standing): void {
    const again: readonly Pending[] = [{ side: 'right', id: right.ref.id, ref: right.ref, retry: true }];
    if (right.fate === 'gone') this.#draft.part('left', pair.left.ref.id, widowOf('left', left.ref));
    else if (right.fate === 'kept') {
      // Noted down as it is now: should the reply be lost, our own removal has to be told from another's.
      if (right.sight !== undefined)
        this.#draft.join(pair.left, { ref: right.ref, digest: pair.right.digest }, 'touched');
      this.#draft.remove('right', right.ref, {
        why: 'unwanted',
        mapped: right.ref.id,
        keep: false,
        news: [...left.news, ...again],
        widow: widowOf('left', left.ref),
      });
    } else if (left.fate === 'edited') this.#draft.leave([...left.news, ...right.news]);
    else {
      this.#put('left', pair, right, left, right.news);
      this.#draft.postpone(again, 'right');
    }
  }

  async #conflict(pair: Pair, left: Standing, right: Standing, news: readonly Pending[]): Promise<void> {
    if (left.fate === 'gone' || right.fate === 'gone') {
      // The edit is kept: nobody meant to remove what the other has just written.
      const to = left.fate === 'gone' ? 'left' : 'right';
      const source = to === 'left' ? right : left;
      return this.#draft.put(to, source.sight ?? { ref: source.ref }, undefined, {
        why: 'conflict',
        news,
        former: pair.left.ref.id,
      });
    }
    const former = formerId(pair, left);
    const l = left.sight ?? { ref: left.ref };
    const r = right.sight ?? { ref: right.ref };
    const same = await sameContent(this.#reading, l, r);
    if (same === undefined) return this.#draft.postpone(news, 'right');
    if (same && l.digest !== undefined && r.digest !== undefined)
      return this.#draft.join({ ref: l.ref, digest: l.digest }, { ref: r.ref, digest: r.digest }, 'same', former);
    await clash(this.#job, this.#reading, this.#draft, this.#names, { left: l, right: r, news, former });
  }
}

const formerId = (pair: Pair, left: Standing): ItemId | undefined =>
  left.ref.id === pair.left.ref.id ? undefined : pair.left.ref.id;
