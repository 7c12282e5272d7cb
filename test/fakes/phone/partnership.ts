import type { PhoneStore } from './store.js';

/** What a telephone remembers of syncing one of its stores with one server. */
export class Partnership {
  readonly store: PhoneStore;
  /** Its own Next of the last session that it saw end well. */
  last: string | undefined;
  /** The clock of the store then: what its user did before is known to the server. */
  mark: number | undefined;
  #sessions = 0;

  constructor(store: PhoneStore) {
    this.store = store;
  }

  /** A Next that there never was before. */
  nextAnchor(): string {
    return `20051121T${String(++this.#sessions).padStart(6, '0')}Z`;
  }

  forget(): void {
    this.last = undefined;
    this.mark = undefined;
  }
}
