import type { WhoAmI } from '../../src/hal/owner.js';
import type { Seat } from '../../src/hal/seat.js';

/** A seat at which whoever a test says sits; its user is `stefan`. */
export class ScriptedSeat implements Seat {
  readonly #listeners = new Set<() => void>();
  #seat: WhoAmI['seat'];
  #atSeat: string | undefined;

  constructor(seat: WhoAmI['seat'] = 'active', atSeat: string | undefined = seat === 'active' ? 'stefan' : undefined) {
    this.#seat = seat;
    this.#atSeat = atSeat;
  }

  whoAmI(): WhoAmI {
    return { uid: 1000, login: 'stefan', seat: this.#seat, atSeat: this.#atSeat };
  }

  become(seat: WhoAmI['seat'], atSeat?: string): void {
    this.#seat = seat;
    this.#atSeat = atSeat;
    for (const listener of this.#listeners) listener();
  }

  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}
