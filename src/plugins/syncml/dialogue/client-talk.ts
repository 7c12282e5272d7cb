import { CradleError } from '../../../dbus/errors.js';
import type { ClientCarrier } from '../carrier/carrier.js';
import type { Message } from '../message/message.js';
import type { ClientDialogue } from './client-dialogue.js';
import type { Pace } from './plan.js';
import { Talk } from './talk.js';
import { messageOf, packetOf } from './transcoder.js';

/** One message of ours and the server's reply. Fails with what either makes impossible. */
export async function exchange(
  dialogue: ClientDialogue,
  carrier: ClientCarrier,
  message: Message,
  signal: AbortSignal,
): Promise<void> {
  const { encoding, sessionId, target } = dialogue.session;
  const before = dialogue.received;
  const { repeats } = carrier;
  const packet = packetOf(message, encoding);
  const hmac = dialogue.sign(packet.bytes);
  const reply = messageOf(await carrier.exchange({ ...packet, ...(hmac !== undefined && { hmac }) }, signal));
  if (reply.header.sessionId !== sessionId)
    throw new CradleError('Failed', `${target.uri} answers another session than ours`);
  if (reply.header.messageId <= before && !answers(reply, message))
    throw new CradleError('Failed', `${target.uri} repeats an earlier answer`);
  if (carrier.repeats !== repeats) dialogue.repeated();
  const wasEstablished = dialogue.isEstablished;
  dialogue.receive(reply);
  if (dialogue.isRejected && !wasEstablished) carrier.redirect(undefined);
  else if (reply.header.respUri !== undefined) carrier.redirect(reply.header.respUri);
  if (dialogue.failure !== undefined) throw dialogue.failure;
}

/** There are servers that count their messages in ways of their own. */
const answers = (reply: Message, message: Message): boolean =>
  reply.commands.some(
    (one) => one.kind === 'Status' && one.commandRef === '0' && one.messageRef === String(message.header.messageId),
  );

/** A session in the client role: each message waits for its reply. */
export class ClientTalk extends Talk {
  readonly #dialogue: ClientDialogue;
  readonly #carrier: ClientCarrier;

  constructor(dialogue: ClientDialogue, carrier: ClientCarrier, pace: Partial<Pace> | undefined) {
    const { session, introductions } = dialogue;
    const { version, encoding } = session;
    const { information } = introductions;
    super(dialogue, { uri: session.target.uri, login: undefined, version, encoding, information }, pace);
    this.#dialogue = dialogue;
    this.#carrier = carrier;
  }

  protected override get mayStillSend(): boolean {
    return this.#dialogue.isOurTurn;
  }

  /** Whoever asks for the server's changes has none of ours to add. */
  protected override mayClose(): boolean {
    return this.isFinishing || this.allDone || this.anyHungry;
  }

  protected override async run(): Promise<void> {
    const dialogue = this.#dialogue;
    for (;;) {
      const { isOurTurn } = dialogue;
      await this.ready(isOurTurn, isOurTurn ? Number.POSITIVE_INFINITY : this.pace.keepAlive);
      if (this.isLeaving) return this.#suspend();
      if (isOurTurn && !this.#isSupplied && this.mayClose()) dialogue.close();
      dialogue.tellMaps();
      if (!dialogue.isOver) await this.#turn();
      if (dialogue.isOver) return dialogue.moveAnchors();
      // There is room again.
      this.bell.ring();
    }
  }

  protected override async hangUp(): Promise<void> {
    await this.#carrier[Symbol.asyncDispose]();
  }

  get #isSupplied(): boolean {
    return [...this.datastores.values()].some((one) => one.isSupplied);
  }

  async #turn(): Promise<void> {
    const dialogue = this.#dialogue;
    try {
      await exchange(dialogue, this.#carrier, dialogue.compose(), this.line.signal);
    } catch (error) {
      if (!dialogue.isSuspended || dialogue.isOver) throw error;
      await exchange(dialogue, this.#carrier, dialogue.concede(), this.line.signal).catch(() => undefined);
      throw error;
    }
  }

  /** The server learns that we go, and may keep what it has for the next time. */
  async #suspend(): Promise<void> {
    await exchange(this.#dialogue, this.#carrier, this.#dialogue.suspend(), this.line.signal);
  }
}
