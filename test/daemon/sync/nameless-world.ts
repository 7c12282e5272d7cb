import type { Side } from '../../../src/daemon/sync/job.js';
import type { ItemRef } from '../../../src/plugins/contract.js';
import { World } from './world.js';

/** Collections without names, as a phone's address book: `item 3` is just the one that comes third. */
export class NamelessWorld extends World {
  override put(side: Side, name: string, content: string): ItemRef {
    const ref = this.#ref(side, name);
    if (ref === undefined) return super.put(side, undefined, content);
    this.write(side, ref.id, content);
    return ref;
  }

  override remove(side: Side, name: string): void {
    const ref = this.#ref(side, name);
    if (ref !== undefined) this[side].remove(ref.id);
  }

  override content(side: Side, name: string): string | undefined {
    const ref = this.#ref(side, name);
    const kept = ref === undefined ? undefined : this[side].kept(ref.id);
    return kept === undefined ? undefined : Buffer.from(kept.bytes).toString();
  }

  #ref(side: Side, name: string): ItemRef | undefined {
    return [...this[side].present()][Number(/\d+/.exec(name)?.[0])]?.ref;
  }
}
