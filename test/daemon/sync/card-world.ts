import type { Side } from '../../../src/daemon/sync/job.js';
import type { ItemRef } from '../../../src/plugins/contract.js';
import { World } from './world.js';

/** A device with a memory of its own and a card that comes and goes; every other name lives on the card. */
export class CardWorld extends World {
  #attached = true;

  constructor(path: string) {
    super(path);
    this.right.attach('phone');
    this.right.attach('card');
  }

  card(attached: boolean): void {
    if (attached === this.#attached) return;
    // What is on a card that nobody has seen yet may clash with anything: then there are two, as there would be by hand.
    if (!attached && [...this.right.present()].some(({ ref }) => !this.mapping.find('right', ref.id))) return;
    this.#attached = attached;
    if (attached) this.right.attach('card');
    else this.right.detach('card');
  }

  /** Whether somebody who holds the device could write an item of that name: on an absent card nobody can. */
  reaches(side: Side, name: string): boolean {
    return side === 'left' || this.#attached || this.#volume(name) === 'phone' || this.right.named(name) !== undefined;
  }

  override put(side: Side, name: string, content: string): ItemRef {
    return super.put(side, name, content, side === 'right' ? this.#volume(name) : undefined);
  }

  #volume(name: string): string {
    return Number(/\d+/.exec(name)?.[0]) % 2 === 0 ? 'phone' : 'card';
  }
}
