import type { Sighting } from './device.js';

/** A byte stream to a device. Framing belongs to the protocol above. */
export interface Channel extends AsyncDisposable {
  readonly incoming: AsyncIterable<Uint8Array>;
  send(bytes: Uint8Array, signal: AbortSignal): Promise<void>;
}

/** A way to open a channel to a sighting, named by a rule's `Transport=` key. */
export interface Transport {
  readonly name: string;
  open(sighting: Sighting, signal: AbortSignal): Promise<Channel>;
}
