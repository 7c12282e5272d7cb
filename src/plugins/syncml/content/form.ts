import type { Content } from '../dialogue/conversation.js';
import type { Copy, Description, Plain, Versions } from './plain.js';

/** An item of the engine's. */
export interface Put extends Omit<Description, 'kin'> {
  readonly body: Uint8Array;
}

/** An item made ready for the device. */
export interface Outbound {
  readonly content: Content;
  /** What the device will hold of it: less than the item where the device has no room for all. */
  readonly held: Copy;
  readonly kin: string;
}

/** An item with what a device changed. */
export interface Enriched extends Description {
  readonly body: Uint8Array;
}

/** How the contents of one datastore look to the engine, and how to the device. */
export interface Form {
  /** What the engine sees, and what may be put. */
  readonly contentTypes: readonly string[];
  /** Fails with InvalidItem for what cannot be understood. */
  read(content: Content): Plain;
  /** What the engine is shown of an item that a device has brought: with what its format wants and the device leaves out. */
  arriving?(item: Plain): Uint8Array;
  /** Fails with InvalidItem for what cannot be understood, and with Unsupported for what the device has no place for. */
  write(item: Put): Outbound;
  /** The rich version with what the device changed, which now has this. Fails with InvalidItem. */
  enrich(known: Versions, now: Plain): Enriched;
}
