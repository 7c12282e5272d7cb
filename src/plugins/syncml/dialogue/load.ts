import type { Command, Sync } from '../message/message.js';
import type { Scale } from './scale.js';

/** CmdIDs are weighed at their longest. */
export const ANY_ID = '00000';

/** A message being filled, up to the size that the other side takes. */
export class Load {
  readonly #commands: Command[] = [];
  #container: { readonly sync: Omit<Sync, 'commands'>; readonly commands: Command[] } | undefined;
  #room: number;
  #ids = 0;
  #changes = 0;

  constructor(
    readonly scale: Scale,
    readonly messageId: number,
    room: number,
  ) {
    this.#room = room;
  }

  /** Octets left. */
  get room(): number {
    return this.#room;
  }

  /** Nothing in it but the status of a SyncHdr. */
  get isEmpty(): boolean {
    return this.#ids <= 1;
  }

  /** Within Syncs. */
  get changes(): number {
    return this.#changes;
  }

  /** Nothing in it but the status of a SyncHdr and a Sync that was just opened. */
  get isBare(): boolean {
    return this.#ids <= 2 && this.#changes === 0;
  }

  get commands(): readonly Command[] {
    return this.#commands;
  }

  /** Adds the command if there is room, or if the message is empty: nothing would ever have room otherwise. Gives its CmdID. */
  add(make: (id: string) => Command): string | undefined {
    const weight = this.scale.command(make(ANY_ID));
    if (weight > this.#room && !this.isEmpty) return undefined;
    return this.put(make, weight);
  }

  /** The same, with a weight that is known already, and no question asked. */
  put(make: (id: string) => Command, weight: number): string {
    const id = String(++this.#ids);
    this.#room -= weight;
    if (this.#container === undefined) this.#commands.push(make(id));
    else {
      this.#container.commands.push(make(id));
      this.#changes++;
    }
    return id;
  }

  /** Begins a Sync, which what is added from now on goes into, until `close`. */
  open(make: (id: string) => Omit<Sync, 'commands'>): string | undefined {
    const weight = this.scale.command({ ...make(ANY_ID), commands: [] });
    if (weight > this.#room && !this.isEmpty) return undefined;
    const id = String(++this.#ids);
    this.#room -= weight;
    this.#container = { sync: make(id), commands: [] };
    return id;
  }

  close(): void {
    if (this.#container === undefined) return;
    this.#commands.push({ ...this.#container.sync, commands: this.#container.commands });
    this.#container = undefined;
  }
}
