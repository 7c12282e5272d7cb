import type { Conversation, Incoming, Outgoing } from '../../../../src/plugins/syncml/dialogue/conversation.js';
import { each } from './pair.js';
import type { Remembered } from './remembered.js';

/**
 * One side's items, as the least that a store has to be: it knows an item again by the other side's name, and sends a
 * change again until it has heard how it was taken.
 */
export abstract class Holder {
  /** By our own names. */
  readonly items = new Map<string, string>();
  /** Times that each content came in as something new. */
  readonly arrivals = new Map<string, number>();
  readonly #unsent: Outgoing[] = [];
  #keys = 0;
  protected names = 0;

  constructor(
    readonly memory: Remembered,
    readonly datastore: string,
  ) {}

  /** Somebody on this side adds an item. */
  add(text: string): string {
    const name = this.newName();
    this.items.set(name, text);
    this.#send('add', name, text);
    return name;
  }

  edit(name: string, text: string): void {
    this.items.set(name, text);
    this.#send('replace', name, text);
  }

  remove(name: string): void {
    this.items.delete(name);
    this.#send('delete', name);
  }

  get isSettled(): boolean {
    return this.#unsent.length === 0;
  }

  /** All of one session, or as far as it goes. */
  async sync(conversation: Conversation, signal: AbortSignal): Promise<void> {
    const session = conversation.datastores.get(this.datastore);
    if (session === undefined) throw new Error('the datastore is not there');
    const take = async (): Promise<void> => {
      for await (const batch of session.changes(signal)) for (const change of batch.changes) this.take(change);
    };
    const give = async (): Promise<void> => {
      const ready = this.#unsent.filter((one) => one.kind === 'add' || this.isNamed(one.id));
      for await (const { key, code } of session.apply(each(ready.map((one) => this.named(one))), signal))
        if (code < 300)
          this.#unsent.splice(
            this.#unsent.findIndex((one) => one.key === key),
            1,
          );
    };
    if (conversation.role === 'client') {
      const giving = give();
      giving.catch(() => undefined);
      await giving;
      await take();
    } else {
      await take();
      await give();
    }
    await conversation.finish(signal);
  }

  protected arrive(name: string, text: string): void {
    if (!this.items.has(name)) this.arrivals.set(text, (this.arrivals.get(text) ?? 0) + 1);
    this.items.set(name, text);
  }

  protected abstract newName(): string;
  protected abstract take(change: Incoming): void;
  /** The other side can be told of it by a name it knows. */
  protected abstract isNamed(name: string): boolean;
  protected abstract named(change: Outgoing): Outgoing;

  #send(kind: Outgoing['kind'], id: string, text?: string): void {
    const content = text === undefined ? {} : { content: { type: 'text/plain', bytes: Buffer.from(text) } };
    this.#unsent.push({ key: ++this.#keys, kind, id, ...content });
  }
}

const textOf = (change: Incoming): string => Buffer.from(change.content?.bytes ?? []).toString();

/** The client gives the names that count. */
export class ClientHolder extends Holder {
  /** The server's names of what it added, and ours. */
  readonly #known = new Map<string, string>();

  protected override newName(): string {
    return `l${++this.names}`;
  }

  protected override isNamed(): boolean {
    return true;
  }

  protected override named(change: Outgoing): Outgoing {
    return change;
  }

  protected override take(change: Incoming): void {
    if (change.kind === 'delete') {
      change.answer(this.items.delete(change.id) ? 200 : 211);
      return;
    }
    if (change.kind === 'replace') {
      this.arrive(change.id, textOf(change));
      change.answer(200);
      return;
    }
    const luid = this.#known.get(change.id) ?? this.newName();
    this.#known.set(change.id, luid);
    this.arrive(luid, textOf(change));
    const pending = this.memory.pendingMaps(this.datastore).filter(({ target }) => target !== change.id);
    this.memory.pending.set(this.datastore, [...pending, { target: change.id, source: luid }]);
    change.answer(201, luid);
  }
}

/** The server keeps to the client's names, and learns them by maps for what it added itself. */
export class ServerHolder extends Holder {
  protected override newName(): string {
    return `g${++this.names}`;
  }

  #luidOf(name: string): string | undefined {
    return name.startsWith('l') ? name : this.memory.maps.get(this.datastore)?.get(name);
  }

  #nameOf(luid: string): string {
    for (const [guid, known] of this.memory.maps.get(this.datastore) ?? []) if (known === luid) return guid;
    return luid;
  }

  protected override isNamed(name: string): boolean {
    return this.#luidOf(name) !== undefined;
  }

  protected override named(change: Outgoing): Outgoing {
    return change.kind === 'add' ? change : { ...change, id: this.#luidOf(change.id) ?? change.id };
  }

  protected override take(change: Incoming): void {
    const name = this.#nameOf(change.id);
    if (change.kind === 'delete') {
      change.answer(this.items.delete(name) ? 200 : 211);
      return;
    }
    const isNew = !this.items.has(name);
    this.arrive(name, textOf(change));
    change.answer(isNew ? 201 : 200);
  }
}
