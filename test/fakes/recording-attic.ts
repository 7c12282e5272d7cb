import type { Attic, Side } from '../../src/daemon/sync/job.js';
import { bytesOf } from '../../src/plugins/body.js';
import type { Item, ItemRef } from '../../src/plugins/contract.js';

export interface AtticCopy {
  readonly side: Side;
  readonly name: string;
  readonly content: string;
  readonly why: string;
}

/** An attic in memory. */
export class RecordingAttic implements Attic {
  readonly copies: AtticCopy[] = [];

  async keep(side: Side, ref: ItemRef, item: Item, why: string, signal: AbortSignal): Promise<string> {
    const content = Buffer.from(await bytesOf(item.body, 2 ** 30, signal)).toString();
    const name = ref.name ?? ref.id;
    this.copies.push({ side, name, content, why });
    return `attic:${side}/${name}`;
  }
}
