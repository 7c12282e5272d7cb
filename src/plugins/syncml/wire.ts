import type { Wish } from '../contract.js';
import type { Outcome, Outgoing } from './dialogue/conversation.js';

/** How the stores of a peer reach it. What a wire takes in is in the replica when it says so. */
export interface Wire extends AsyncDisposable {
  /** Settles once the replica has all the device has to tell of this datastore. */
  gather(datastore: string, signal: AbortSignal): Promise<void>;
  /** Fails with ReadOnly when the device asked to be told nothing this time. */
  send(datastore: string, changes: AsyncIterable<Outgoing>, signal: AbortSignal): AsyncIterable<Outcome>;
  /** What the device's user asked for this once; known after the greeting. */
  wish(datastore: string): Wish | undefined;
  /** Nothing more will be asked of it: takes in and brings what is left, and ends well. Disposing without it suspends. */
  finish(signal: AbortSignal): Promise<void>;
}
