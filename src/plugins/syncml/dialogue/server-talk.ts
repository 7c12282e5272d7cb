import { CradleError } from '../../../dbus/errors.js';
import type { ServerCarrier } from '../carrier/carrier.js';
import type { Pace } from './plan.js';
import type { Requests } from './requests.js';
import type { ServerDialogue } from './server-dialogue.js';
import { Talk } from './talk.js';

/** A session in the server role: each request waits for our answer, and is not kept waiting for too long. */
export class ServerTalk extends Talk {
  readonly #dialogue: ServerDialogue;
  readonly #carrier: ServerCarrier;
  readonly #requests: Requests;

  constructor(
    dialogue: ServerDialogue,
    carrier: ServerCarrier,
    requests: Requests,
    login: string | undefined,
    pace: Partial<Pace> | undefined,
  ) {
    const { session, introductions } = dialogue;
    const { version, encoding, target } = session;
    super(dialogue, { uri: target.uri, login, version, encoding, information: introductions.information }, pace);
    this.#dialogue = dialogue;
    this.#carrier = carrier;
    this.#requests = requests;
  }

  protected override get mayStillSend(): boolean {
    return !this.#dialogue.isClosing;
  }

  protected override mayClose(): boolean {
    return this.isFinishing || this.allDone;
  }

  protected override async run(): Promise<void> {
    const dialogue = this.#dialogue;
    const { signal } = this.line;
    for (;;) {
      const { isOurTurn } = dialogue;
      await this.ready(isOurTurn, this.pace.keepAlive);
      if (this.isLeaving) return this.#suspend();
      if (dialogue.failure !== undefined) {
        await this.#requests.answer(dialogue.concede(), signal);
        throw dialogue.failure;
      }
      if (isOurTurn && this.mayClose() && !this.#isSupplied) dialogue.close();
      const reply = dialogue.compose();
      if (dialogue.isOver) dialogue.moveAnchors();
      await this.#requests.answer(reply, signal);
      if (dialogue.isOver) return;
      // There is room again.
      this.bell.ring();
      const request = await this.#requests.next(signal);
      if (request === undefined) return this.#hungUp();
      dialogue.receive(request.message);
      this.bell.ring();
    }
  }

  protected override async hangUp(): Promise<void> {
    await this.#carrier[Symbol.asyncDispose]();
  }

  get #isSupplied(): boolean {
    return [...this.datastores.values()].some((one) => one.isSupplied);
  }

  /** The client has a last word, and waits for our answer to that. */
  async #suspend(): Promise<void> {
    const { signal } = this.line;
    await this.#requests.answer(this.#dialogue.suspend(), signal);
    const request = await this.#requests.next(signal);
    if (request === undefined) return;
    this.#dialogue.receive(request.message);
    await this.#requests.answer(this.#dialogue.concede(), signal);
  }

  /** There are phones that leave as soon as they have all they wanted. */
  #hungUp(): void {
    const isAwaited = [...this.datastores.values()].some((one) => one.isAwaited);
    if (!this.#dialogue.isClosing || isAwaited)
      throw new CradleError('NotConnected', `${this.peer.uri} left in the middle of its session`);
    this.#dialogue.isOver = true;
    this.#dialogue.moveAnchors();
  }
}
