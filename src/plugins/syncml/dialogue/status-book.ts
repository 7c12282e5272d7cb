import type { Status } from '../message/message.js';

/** Told how a command fared; undefined when the other side will not say any more. */
export type Told = (status: Status | undefined) => void;

/** What was sent and waits for its Status, by message and command. */
export class StatusBook {
  readonly #messages = new Map<string, Map<string, Told>>();
  #heard = false;

  get isEmpty(): boolean {
    return this.#messages.size === 0;
  }

  /** The other side has answered a command, if only one: it is of the kind that does. */
  get heard(): boolean {
    return this.#heard;
  }

  expect(messageId: number, commandId: string, told: Told): void {
    const key = String(messageId);
    let commands = this.#messages.get(key);
    if (commands === undefined) {
      commands = new Map();
      this.#messages.set(key, commands);
    }
    commands.set(commandId, told);
  }

  /** False where the status is for nothing that was asked, or for something answered already. */
  tell(status: Status): boolean {
    const commands = this.#messages.get(status.messageRef);
    const told = commands?.get(status.commandRef);
    if (commands === undefined || told === undefined) return false;
    commands.delete(status.commandRef);
    if (commands.size === 0) this.#messages.delete(status.messageRef);
    this.#heard = true;
    told(status);
    return true;
  }

  /** No more statuses will come for what has been sent so far. */
  close(): void {
    const all = [...this.#messages.values()];
    this.#messages.clear();
    for (const commands of all) for (const told of commands.values()) told(undefined);
  }

  /** The same commands under another message id: the message was refused and is sent again. */
  renumber(from: number, to: number): void {
    const commands = this.#messages.get(String(from));
    if (commands === undefined) return;
    this.#messages.delete(String(from));
    this.#messages.set(String(to), commands);
  }
}
