import { createHash } from 'node:crypto';
import type { Packet, ServerCarrier } from '../carrier/carrier.js';
import type { Encoding } from '../codec/document.js';
import type { Message } from '../message/message.js';
import { STATUS } from './codes.js';
import { turnAway } from './door.js';
import type { ServerHost } from './host.js';
import { encodingOfPacket, messageOf, packetOf } from './transcoder.js';

export interface Request {
  readonly packet: Packet;
  readonly encoding: Encoding;
  readonly message: Message;
}

/**
 * What a client asks, each thing once: when it asks the same again, since it got no answer, it gets the same octets again
 * and nobody hears of it.
 */
export class Requests {
  readonly #carrier: ServerCarrier;
  readonly #host: ServerHost;
  #digest: string | undefined;
  #reply: Packet | undefined;
  /** Of the session that was let in. */
  #session: { readonly id: string; messageId: number } | undefined;
  #encoding: Encoding = 'xml';

  constructor(carrier: ServerCarrier, host: ServerHost) {
    this.#carrier = carrier;
    this.#host = host;
  }

  /** From now on it is this session alone, and each message of it comes once. */
  admit({ message }: Request): void {
    const { sessionId, messageId } = message.header;
    this.#session = { id: sessionId, messageId };
  }

  /** Undefined when there will be none. Fails with what is no message of SyncML at all. */
  async next(signal: AbortSignal): Promise<Request | undefined> {
    for (;;) {
      const packet = await this.#carrier.receive(signal);
      if (packet === undefined) return undefined;
      const digest = createHash('sha256').update(packet.bytes).digest('base64');
      if (digest === this.#digest && this.#reply !== undefined) {
        await this.#carrier.answer(this.#reply, signal);
        continue;
      }
      const request = { packet, encoding: encodingOfPacket(packet), message: messageOf(packet) };
      this.#encoding = request.encoding;
      if (!(await this.#isNew(request.message, signal))) continue;
      this.#digest = digest;
      this.#reply = undefined;
      return request;
    }
  }

  async answer(message: Message, signal: AbortSignal): Promise<void> {
    this.#reply = packetOf(message, this.#encoding);
    await this.#carrier.answer(this.#reply, signal);
  }

  /** What belongs to another session, or was answered long ago, is not done. */
  async #isNew(message: Message, signal: AbortSignal): Promise<boolean> {
    const session = this.#session;
    if (session === undefined) return true;
    const { sessionId, messageId } = message.header;
    if (sessionId === session.id && messageId > session.messageId) {
      session.messageId = messageId;
      return true;
    }
    const isAgain = sessionId === session.id && messageId === session.messageId && this.#reply !== undefined;
    const code = sessionId === session.id ? STATUS.badRequest : STATUS.notFound;
    const refusal = packetOf(turnAway(message, code, this.#host, messageId), this.#encoding);
    await this.#carrier.answer(isAgain && this.#reply !== undefined ? this.#reply : refusal, signal);
    return false;
  }
}
