import type { Content } from '../dialogue/conversation.js';
import type { Plain, Versions } from './plain.js';

/** An item made ready for the device. */
export interface Outbound {
  readonly content: Content;
  /** What the device will hold of it, in the engine's form: less than the item where the device has no room for all. */
  readonly held: Uint8Array;
  readonly kin: string;
}

/** How the contents of one datastore look to the engine, and how to the device. */
export interface Form {
  /** What the engine sees, and what may be put. */
  readonly contentTypes: readonly string[];
  /** Fails with InvalidItem for what cannot be understood. */
  read(content: Content): Plain;
  /** Fails with InvalidItem for what cannot be understood, and with Unsupported for what the device has no place for. */
  write(item: Omit<Plain, 'kin'>): Outbound;
  /** The rich version with what the device changed, which now has this. Fails with InvalidItem. */
  enrich(known: Versions, now: Plain): Plain;
}
