import { readLines, writeLines } from './lines.js';

/** What a telephone can hold of one kind of thing. */
export interface Shelf {
  /** As it calls the datastore. */
  readonly uri: string;
  readonly type: string;
  readonly version: string;
  /** Properties that it has a field for; undefined for plain text. */
  readonly keeps: ReadonlySet<string> | undefined;
  /** Parameters that it has a field for. */
  readonly parameters: ReadonlySet<string>;
}

interface Held {
  readonly body: string;
  readonly created: number;
  readonly changed: number;
  /** The last change was its user's, and not one that a sync brought. */
  readonly own: boolean;
}

export interface News {
  readonly kind: 'add' | 'replace' | 'delete';
  readonly luid: string;
  /** Undefined also for an item that is sent without any. */
  readonly body?: string | undefined;
}

/** The contacts of a telephone, or its calendar, or its notes, with a log of what its user did. */
export class PhoneStore {
  readonly shelf: Shelf;
  /** Items that it has room for. */
  room = 500;
  /** How it names what is new. */
  name = (number: number): string => String(number);
  readonly #items = new Map<string, Held>();
  readonly #gone = new Map<string, number>();
  /** These are sent without their content. */
  readonly #hollow = new Set<string>();
  #clock = 0;
  #named = 0;

  constructor(shelf: Shelf) {
    this.shelf = shelf;
  }

  /** Counts what happened here. */
  get clock(): number {
    return this.#clock;
  }

  get items(): ReadonlyMap<string, string> {
    return new Map([...this.#items].map(([luid, { body }]) => [luid, body]));
  }

  /** Its user writes something down; gives the name of it. */
  enter(body: string, luid = this.#nextName()): string {
    const now = ++this.#clock;
    this.#items.set(luid, { body, created: now, changed: now, own: true });
    return luid;
  }

  edit(luid: string, body: string): void {
    const before = this.#items.get(luid);
    if (before === undefined) throw new Error(`the telephone has no ${luid}`);
    this.#items.set(luid, { ...before, body, changed: ++this.#clock, own: true });
    this.#hollow.delete(luid);
  }

  erase(luid: string): void {
    if (!this.#items.delete(luid)) throw new Error(`the telephone has no ${luid}`);
    this.#gone.set(luid, ++this.#clock);
  }

  /** The one whose content has this word in it. */
  find(word: string): string {
    for (const [luid, { body }] of this.#items) if (readable(body).includes(word)) return luid;
    throw new Error(`the telephone has nothing with ${word}`);
  }

  hollow(luid: string): void {
    this.#hollow.add(luid);
  }

  /** All items get other names, as when its memory is put in order. */
  renumber(): void {
    const items = [...this.#items.values()].reverse();
    this.#items.clear();
    this.#gone.clear();
    this.#named = 0;
    for (const item of items) this.#items.set(this.#nextName(), item);
  }

  /** A sync brings something new: its name here, or nothing when there is no room. */
  take(body: string): string | undefined {
    if (this.#items.size >= this.room) return undefined;
    const luid = this.#nextName();
    this.#items.set(luid, { body: this.#kept(body), created: this.#clock, changed: this.#clock, own: false });
    return luid;
  }

  /** A sync brings another version of something; false when it is not there. */
  change(luid: string, body: string): boolean {
    const before = this.#items.get(luid);
    if (before === undefined) return false;
    this.#items.set(luid, { ...before, body: this.#kept(body), changed: this.#clock, own: false });
    return true;
  }

  drop(luid: string): boolean {
    return this.#items.delete(luid);
  }

  clear(): void {
    this.#items.clear();
  }

  /** What its user did since then; all there is where nobody knows since when. */
  news(since: number | undefined): readonly News[] {
    const news: News[] = [];
    for (const [luid, { body, created, changed, own }] of this.#items) {
      const content = this.#hollow.has(luid) ? undefined : body;
      if (since === undefined) news.push({ kind: 'replace', luid, body: content });
      else if (own && changed > since) news.push({ kind: created > since ? 'add' : 'replace', luid, body: content });
    }
    if (since !== undefined)
      for (const [luid, at] of this.#gone)
        if (at > since && !this.#items.has(luid)) news.push({ kind: 'delete', luid });
    return news;
  }

  #nextName(): string {
    for (;;) {
      const luid = this.name(++this.#named);
      if (!this.#items.has(luid)) return luid;
    }
  }

  /** What it has no field for is gone. */
  #kept(body: string): string {
    const { keeps, parameters } = this.shelf;
    if (keeps === undefined) return body;
    const lines = readLines(body).filter(({ name }) => keeps.has(name));
    return writeLines(
      lines.map((line) => ({ ...line, parameters: line.parameters.filter((one) => parameters.has(one)) })),
    );
  }
}

/** For the eye that looks for a word. */
const readable = (body: string): string =>
  /^BEGIN:/i.test(body)
    ? readLines(body)
        .map(({ value }) => value)
        .join('\n')
    : body;
