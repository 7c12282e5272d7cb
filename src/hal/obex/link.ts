import { CradleError } from '../../dbus/errors.js';
import { within } from '../transports/deadline.js';
import type { Reader } from '../transports/reader.js';
import { encodePacket, GREATEST_PACKET, type Packet, PacketSplitter } from './packet.js';

/** Packets over a channel. */
export class ObexLink {
  readonly #reader: Reader;
  readonly #name: string;
  #splitter: PacketSplitter;

  /** `name` is what errors call the far side; `largest` the bytes of the largest packet it was told it may send. */
  constructor(reader: Reader, name: string, largest = GREATEST_PACKET) {
    this.#reader = reader;
    this.#name = name;
    this.#splitter = new PacketSplitter(largest);
  }

  get name(): string {
    return this.#name;
  }

  async send(packet: Packet, patience: number, signal: AbortSignal): Promise<void> {
    const bytes = encodePacket(packet);
    await within(patience, `room to write to ${this.#name}`, signal, (limited) =>
      this.#reader.channel.send(bytes, limited),
    );
  }

  /** The next packet as bytes; undefined when the far side closed in between. Fails with Timeout, PluginFailed, NotConnected. */
  async receive(patience: number, what: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
    return await within(patience, `${what} of ${this.#name}`, signal, async (limited) => {
      let begun = false;
      for (;;) {
        const bytes = await this.#reader.read(limited);
        if (bytes === undefined) {
          if (!begun) return undefined;
          throw new CradleError('NotConnected', `${this.#name} hung up in the middle of a packet`);
        }
        const taken = this.#splitter.take(bytes);
        begun = true;
        if (taken === undefined) continue;
        this.#reader.putBack(taken.rest);
        return taken.packet;
      }
    });
  }
}
