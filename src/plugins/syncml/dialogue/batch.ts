import type { Part } from './answers.js';
import { isSuccess, STATUS } from './codes.js';
import type { Content, Incoming, IncomingBatch } from './conversation.js';

/** Where the answer to one change goes. */
export interface Sink {
  settle(arrival: Arrival, code: number, luid: string | undefined): void;
}

interface Change {
  readonly kind: Incoming['kind'];
  readonly id: string;
  readonly content?: Content;
  readonly soft?: boolean;
  readonly target?: string;
}

/** One change of the other side, until it is answered. */
export class Arrival implements Incoming {
  readonly kind: Incoming['kind'];
  readonly id: string;
  declare readonly content?: Content;
  declare readonly soft?: boolean;
  declare readonly target?: string;
  #sink: Sink | undefined;

  constructor(
    change: Change,
    readonly part: Part,
    sink: Sink,
  ) {
    this.kind = change.kind;
    this.id = change.id;
    if (change.content !== undefined) this.content = change.content;
    if (change.soft !== undefined) this.soft = change.soft;
    if (change.target !== undefined) this.target = change.target;
    this.#sink = sink;
  }

  get isOpen(): boolean {
    return this.#sink !== undefined;
  }

  answer(code: number, luid?: string): void {
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.settle(this, code, luid);
  }
}

/** What is told of an add that was taken: the name it has here from now on. */
export type Named = (arrival: Arrival, luid: string) => void;

/** Changes that are handed on together, and how many of them have no answer yet. */
export class Batch implements IncomingBatch, Sink {
  readonly changes: Arrival[] = [];
  readonly atomic: boolean = false;
  #open = 0;

  constructor(protected readonly named: Named) {}

  get isOpen(): boolean {
    return this.#open > 0;
  }

  add(change: Change, part: Part): void {
    this.changes.push(new Arrival(change, part, this));
    this.#open++;
  }

  settle(arrival: Arrival, code: number, luid: string | undefined): void {
    this.#open--;
    this.tell(arrival, code, luid);
  }

  /** Whatever has no answer yet gets this one. */
  answerRest(code: number): void {
    if (this.isOpen) for (const change of this.changes) if (change.isOpen) change.answer(code);
  }

  protected tell(arrival: Arrival, code: number, luid: string | undefined): void {
    arrival.part.code = code;
    if (luid !== undefined && isSuccess(code)) this.named(arrival, luid);
  }
}

/** All or none: Representation Protocol 1.2, section 6.5.3. What one of them answers shows in all. */
export class AtomicBatch extends Batch {
  override readonly atomic = true;
  readonly #answers = new Map<Arrival, { readonly code: number; readonly luid: string | undefined }>();

  constructor(
    named: Named,
    /** Of the Atomic itself. */
    readonly whole: Part,
  ) {
    super(named);
  }

  /** None was done: one of them could not even be handed on. */
  refuse(): void {
    for (const { part } of this.changes) part.code ??= STATUS.notExecuted;
    this.whole.code = STATUS.atomicFailed;
  }

  protected override tell(arrival: Arrival, code: number, luid: string | undefined): void {
    this.#answers.set(arrival, { code, luid });
    if (this.isOpen) return;
    const failed = [...this.#answers.values()].some((answer) => !isSuccess(answer.code));
    this.whole.code = failed ? STATUS.atomicFailed : STATUS.ok;
    for (const [one, answer] of this.#answers) {
      if (!failed) super.tell(one, answer.code, answer.luid);
      else one.part.code = isSuccess(answer.code) ? STATUS.rolledBack : answer.code;
    }
  }
}
