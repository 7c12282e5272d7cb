import type { Challenge, Item, Status } from '../message/message.js';
import type { Load } from './load.js';

const MOST_REFS = 20;

/** One item of a command, or a command without items, that is owed a status. */
export interface Part {
  readonly targetRef: string | undefined;
  readonly sourceRef: string | undefined;
  code: number | undefined;
}

export interface Question {
  readonly messageRef: string;
  readonly commandRef: string;
  readonly command: string;
}

/** The answer to one command, complete when each of its items has its code. */
export class Answer {
  readonly parts: Part[] = [];
  /** Goes with the status of a SyncHdr. */
  challenge: Challenge | undefined;
  /** Goes with the status of an Alert: the anchor, sent back. */
  readonly items: Item[] = [];

  constructor(readonly question: Question) {}

  part(targetRef: string | undefined, sourceRef: string | undefined, code?: number): Part {
    const part: Part = { targetRef, sourceRef, code };
    this.parts.push(part);
    return part;
  }

  get isComplete(): boolean {
    for (const part of this.parts) if (part.code === undefined) return false;
    return true;
  }

  /** One status where all items fared alike, else one for each way they did; none with more items than fit a small message. */
  *statuses(): Generator<(id: string) => Status> {
    const [first] = this.parts;
    if (first?.code !== undefined && this.parts.length === 1) {
      yield this.#status(first.code, refs(first.targetRef), refs(first.sourceRef));
      return;
    }
    const alike = new Map<number, Part[]>();
    for (const part of this.parts) {
      if (part.code === undefined) continue;
      const parts = alike.get(part.code) ?? [];
      parts.push(part);
      alike.set(part.code, parts);
      if (parts.length < MOST_REFS) continue;
      alike.delete(part.code);
      yield this.#together(part.code, parts);
    }
    for (const [code, parts] of alike) yield this.#together(code, parts);
  }

  #together(code: number, parts: readonly Part[]): (id: string) => Status {
    const targetRefs = parts.flatMap((part) => refs(part.targetRef));
    const sourceRefs = parts.flatMap((part) => refs(part.sourceRef));
    return this.#status(code, targetRefs, sourceRefs);
  }

  #status(code: number, targetRefs: readonly string[], sourceRefs: readonly string[]): (id: string) => Status {
    const { question, challenge, items } = this;
    return (id) => ({
      kind: 'Status',
      id,
      ...question,
      targetRefs,
      sourceRefs,
      ...(challenge !== undefined && { challenge }),
      code,
      items,
    });
  }
}

const refs = (ref: string | undefined): readonly string[] => (ref === undefined ? [] : [ref]);

/** The statuses that are owed, in the order of the commands. */
export class Answers {
  #owed: Answer[] = [];
  /** Where in `#owed` those begin that have not been sent. */
  #head = 0;
  /** Statuses of an answer that was begun and did not fit. */
  #rest: ((id: string) => Status)[] = [];

  owe(question: Question): Answer {
    const answer = new Answer(question);
    this.#owed.push(answer);
    return answer;
  }

  get isEmpty(): boolean {
    return this.#owed.length === this.#head && this.#rest.length === 0;
  }

  /** Nobody has to be waited for. */
  get areComplete(): boolean {
    for (let at = this.#head; at < this.#owed.length; at++) if (this.#owed[at]?.isComplete === false) return false;
    return true;
  }

  /** Loads what is complete; an answer that is not is passed over and waits. False where the message is full. */
  load(load: Load): boolean {
    if (!this.#loadRest(load)) return false;
    const waiting: Answer[] = [];
    for (; this.#head < this.#owed.length; this.#head++) {
      const answer = this.#owed[this.#head];
      if (answer === undefined) break;
      if (!answer.isComplete) {
        waiting.push(answer);
        continue;
      }
      this.#rest = [...answer.statuses()];
      if (this.#loadRest(load)) continue;
      this.#head++;
      if (waiting.length > 0) this.#keep([...waiting, ...this.#owed.slice(this.#head)]);
      return false;
    }
    this.#keep(waiting);
    return true;
  }

  #keep(owed: Answer[]): void {
    this.#owed = owed;
    this.#head = 0;
  }

  #loadRest(load: Load): boolean {
    for (const [at, make] of this.#rest.entries())
      if (load.add(make) === undefined) {
        this.#rest = this.#rest.slice(at);
        return false;
      }
    this.#rest = [];
    return true;
  }
}
