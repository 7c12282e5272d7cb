import type { Command } from '../message/message.js';
import type { Load } from './load.js';
import type { StatusBook, Told } from './status-book.js';

interface Errand {
  readonly make: (id: string) => Command;
  readonly told: Told | undefined;
  /** It can be done without where it has no room. */
  readonly isDispensable: boolean;
  /** There was no room for it in an earlier message. */
  wasTried: boolean;
}

/** Commands that belong to no datastore's changes: introductions, alerts, maps. They leave in their order. */
export class Errands {
  readonly #waiting: Errand[] = [];

  add(make: (id: string) => Command, told?: Told, isDispensable = false): void {
    this.#waiting.push({ make, told, isDispensable, wasTried: false });
  }

  /** Loads what there is room for. False where some are left. */
  load(load: Load, book: StatusBook): boolean {
    for (const [at, errand] of this.#waiting.entries()) {
      const id = load.add(errand.make);
      if (id !== undefined) {
        if (errand.told !== undefined) book.expect(load.messageId, id, errand.told);
        continue;
      }
      if (errand.isDispensable && errand.wasTried) continue;
      errand.wasTried = true;
      this.#waiting.splice(0, at);
      return false;
    }
    this.#waiting.length = 0;
    return true;
  }
}
