import type { Wish } from '../contract.js';
import type { Outcome, Outgoing } from './dialogue/conversation.js';

/** How the stores of a peer reach it. The replica is the peer's: what a wire takes in is there when it says so. */
export interface Wire {
  /** Settles once the replica has all the device has to tell of this datastore. */
  gather(datastore: string, signal: AbortSignal): Promise<void>;
  /** Fails with ReadOnly when the device asked to be told nothing this time. */
  send(datastore: string, changes: AsyncIterable<Outgoing>, signal: AbortSignal): AsyncIterable<Outcome>;
  /** What the device's user asked for this once; known after the greeting. */
  wish(datastore: string): Wish | undefined;
}
