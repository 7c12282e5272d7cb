import type { Sighting } from './device.js';

/** A byte stream to a device. Framing belongs to the protocol above. */
export interface Channel extends AsyncDisposable {
  /**
   * What comes in; ends when the far side closed, fails with NotConnected when it is gone. One loop at a time; the next
   * one goes on where the last was left.
   */
  readonly incoming: AsyncIterable<Uint8Array>;
  /**
   * Settles once the system has taken the bytes, so that a slow device slows its sender. Fails with NotConnected, and with
   * Cancelled, after which nobody knows how much went out and the channel is closed.
   */
  send(bytes: Uint8Array, signal: AbortSignal): Promise<void>;
  /** Of serial lines alone. */
  readonly line?: SerialLine;
}

/** What a serial line has beside its bytes. */
export interface SerialLine {
  /** Raises or drops DTR (V.24 circuit 108/2), and sends a break as long as that is on: either ends many a data mode. */
  setLines(lines: { readonly terminalReady: boolean; readonly break: boolean }): Promise<void>;
  /** Bits a second from here on. */
  setSpeed(baud: number): Promise<void>;
}

/** A way to open a channel to a sighting, named by a rule's `Transport=` key. */
export interface Transport {
  readonly name: string;
  /** Fails with NotConnected, NotOwner, Busy (naming who holds it where that can be found out) and Cancelled. */
  open(sighting: Sighting, signal: AbortSignal): Promise<Channel>;
}
