import type { Batch } from './batch.js';
import { STATUS } from './codes.js';
import type { Announcement, DatastoreSession, IncomingBatch, Outcome, Outgoing, SyncMode } from './conversation.js';
import { Supply, type SupplyHost } from './supply.js';
import type { Track } from './track.js';

/** What a datastore's session needs of the conversation around it. */
export interface TalkHost extends SupplyHost {
  /** Somebody asks for changes, or has some: the session goes on from its greeting. */
  begin(): void;
  /** True where changes can still be sent, and are wanted. */
  takesChanges(mode: SyncMode): boolean;
  /** Why it does not. */
  refuseChanges(name: string): Error;
}

/** One datastore of a conversation. */
export class DatastoreTalk implements DatastoreSession {
  readonly name: string;
  readonly track: Track;
  readonly #host: TalkHost;
  readonly #supplies = new Set<Supply>();
  #current: Batch | undefined;
  #readers = 0;
  #isHungry = false;
  /** `last` was announced. */
  #isLast = false;

  constructor(track: Track, host: TalkHost) {
    this.name = track.name;
    this.track = track;
    this.#host = host;
  }

  get mode(): SyncMode {
    return this.track.mode;
  }

  get resumed(): boolean {
    return this.track.resumed;
  }

  get expected(): number | undefined {
    return this.track.expected;
  }

  /** Somebody works on changes that he took. */
  get isWorking(): boolean {
    return this.#current?.isOpen === true;
  }

  /** Somebody waits for changes, and there are none. */
  get isHungry(): boolean {
    return this.#isHungry && !this.track.hasBatch;
  }

  /** Somebody has asked for changes and not gone away. */
  get isRead(): boolean {
    return this.#readers > 0;
  }

  /** Sources may give more. */
  get isSupplied(): boolean {
    for (const supply of this.#supplies)
      if (supply.isActive) return true;
      else if (!supply.isOpen) this.#supplies.delete(supply);
    return false;
  }

  /** Changes were offered whose outcome is not known. */
  get isAwaited(): boolean {
    for (const supply of this.#supplies) if (supply.isOpen) return true;
    return false;
  }

  /** No more changes will be sent: it was said so. */
  get isDone(): boolean {
    return this.#isLast && !this.isSupplied;
  }

  async *changes(signal: AbortSignal): AsyncGenerator<IncomingBatch> {
    const { bell } = this.#host;
    const until = AbortSignal.any([signal, this.#host.signal]);
    this.#readers++;
    this.#host.begin();
    try {
      for (;;) {
        const batch = this.track.take();
        if (batch !== undefined) {
          this.#isHungry = false;
          this.#current = batch;
          if (batch.isOpen) yield batch;
          this.#leave(batch, STATUS.failed);
          continue;
        }
        if (this.track.isOver) return;
        if (this.#host.failure !== undefined) throw this.#host.failure;
        // Told once: two that wait side by side would wake each other for ever.
        if (!this.#isHungry) {
          this.#isHungry = true;
          bell.ring();
        }
        await bell.next(`waiting for changes of ${this.name}`, until);
      }
    } finally {
      this.#isHungry = false;
      this.#readers--;
      if (this.#current?.isOpen === true) this.track.wasNeglected = true;
      if (this.#current !== undefined) this.#leave(this.#current, STATUS.retryLater);
    }
  }

  apply(changes: AsyncIterable<Outgoing>, signal: AbortSignal, announced: Announcement = {}): AsyncIterable<Outcome> {
    if (!this.#host.takesChanges(this.mode) || this.#isLast) throw this.#host.refuseChanges(this.name);
    if (announced.count !== undefined) this.track.announced = (this.track.announced ?? 0) + announced.count;
    if (announced.last === true) this.#isLast = true;
    const supply = new Supply(this.#host, this.track, changes, signal);
    this.#supplies.add(supply);
    this.#host.begin();
    return supply;
  }

  /** Changes that nobody will take are turned away, to be sent again another time. */
  neglect(): void {
    if (this.isRead) return;
    for (let batch = this.track.take(); batch !== undefined; batch = this.track.take()) {
      this.track.wasNeglected = true;
      batch.answerRest(STATUS.retryLater);
    }
  }

  /** Whoever took the batch has had his time with it. */
  #leave(batch: Batch, code: number): void {
    batch.answerRest(code);
    this.#current = undefined;
    this.#host.bell.ring();
  }
}
