import { CradleError } from '../../dbus/errors.js';

/** More reasons to wait than this are never kept; a caller that needs more has lost count. */
const MOST_HOLDS = 64;
const MOST_OF_ONE = 8;

export interface Hold {
  readonly cookie: number;
  readonly reason: string;
  /** The bus name that asked; its end lifts the hold. */
  readonly holder: string;
}

/** What keeps sessions from starting: the user's pause, and programs that asked for quiet. */
export class Holds {
  readonly #holds = new Map<number, Hold>();
  readonly #changed: () => void;
  #paused: boolean;
  #last = 0;

  constructor(paused: boolean, changed: () => void) {
    this.#paused = paused;
    this.#changed = changed;
  }

  /** A pause stops what starts by itself; what the user asks for still runs. */
  get paused(): boolean {
    return this.#paused;
  }

  set paused(value: boolean) {
    this.#paused = value;
    this.#changed();
  }

  get inhibited(): boolean {
    return this.#holds.size > 0;
  }

  /** Fails with LimitsExceeded. */
  add(reason: string, holder: string): Hold {
    const own = [...this.#holds.values()].filter((hold) => hold.holder === holder).length;
    if (own >= MOST_OF_ONE || this.#holds.size >= MOST_HOLDS)
      throw new CradleError('LimitsExceeded', `${own} holds of ${holder} and ${this.#holds.size} in all are enough`);
    this.#last += 1;
    const hold = { cookie: this.#last, reason: reason.slice(0, 200), holder };
    this.#holds.set(hold.cookie, hold);
    this.#changed();
    return hold;
  }

  /** Only the holder may lift its hold. */
  remove(cookie: number, holder: string): void {
    const hold = this.#holds.get(cookie);
    if (hold === undefined || hold.holder !== holder)
      throw new CradleError('NotFound', `you hold nothing under the cookie ${cookie}`);
    this.#holds.delete(cookie);
    this.#changed();
  }

  /** Whether this bus name holds anything. */
  holds(holder: string): boolean {
    return [...this.#holds.values()].some((hold) => hold.holder === holder);
  }

  /** Lifts all holds of a bus name that is gone. */
  release(holder: string): void {
    const gone = [...this.#holds.values()].filter((hold) => hold.holder === holder);
    for (const hold of gone) this.#holds.delete(hold.cookie);
    if (gone.length > 0) this.#changed();
  }
}
