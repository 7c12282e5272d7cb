import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SimulatedPhone } from '../test/fakes/phone/phone.js';
import { said } from '../test/fakes/phone/said.js';
import type { PhoneStore } from '../test/fakes/phone/store.js';

export const KINDS = ['contacts', 'calendar', 'notes'] as const;
export type Kind = (typeof KINDS)[number];

/** One kind of thing on both sides, as its owner reads it. */
export interface Page {
  readonly kind: Kind;
  readonly desktop: readonly string[];
  readonly phone: readonly string[];
  /** Both have the same, and exactly what was ever written down and not struck out. */
  readonly agrees: boolean;
}

/** Contacts, appointments and notes, written down here and there by their owner, who remembers what has to be on both sides. */
export class Organiser {
  readonly #folder: string;
  readonly #phone: SimulatedPhone;
  readonly #expected = new Map<Kind, string[]>(KINDS.map((kind) => [kind, []]));

  /** `folder`: where the desktop keeps its collections. */
  constructor(folder: string, phone: SimulatedPhone) {
    this.#folder = folder;
    this.#phone = phone;
  }

  async onDesktop(kind: Kind, name: string, body: string): Promise<void> {
    await mkdir(join(this.#folder, kind), { recursive: true });
    await writeFile(join(this.#folder, kind, name), body);
    this.#expect(kind, body);
  }

  onPhone(kind: Kind, body: string): void {
    this.#store(kind).enter(body);
    this.#expect(kind, body);
  }

  /** Somebody changes something on the telephone: the item that has this word in it. */
  changeOnPhone(kind: Kind, word: string, from: string, to: string): void {
    const store = this.#store(kind);
    const luid = store.find(word);
    const before = store.items.get(luid) ?? '';
    store.edit(luid, before.replace(from, to));
    this.#forget(kind, before);
    this.#expect(kind, store.items.get(luid) ?? '');
  }

  eraseOnPhone(kind: Kind, word: string): void {
    const store = this.#store(kind);
    const luid = store.find(word);
    this.#forget(kind, store.items.get(luid) ?? '');
    store.erase(luid);
  }

  async changeOnDesktop(kind: Kind, word: string, from: string, to: string): Promise<void> {
    const { name, body } = await this.find(kind, word);
    await writeFile(join(this.#folder, kind, name), body.replace(from, to));
    this.#forget(kind, body);
    this.#expect(kind, body.replace(from, to));
  }

  async removeOnDesktop(kind: Kind, word: string): Promise<void> {
    const { name, body } = await this.find(kind, word);
    this.#forget(kind, body);
    await rm(join(this.#folder, kind, name));
  }

  /** The file that has this word in it. */
  async find(kind: Kind, word: string): Promise<{ readonly name: string; readonly body: string }> {
    for (const [name, body] of await this.#files(kind)) if (body.includes(word)) return { name, body };
    throw new Error(`the desktop has nothing with ${word} among its ${kind}`);
  }

  count(kind: Kind): number {
    return this.#store(kind).items.size;
  }

  /** Reads all of both sides. */
  async compare(): Promise<readonly Page[]> {
    return Promise.all(
      KINDS.map(async (kind) => {
        const read = (bodies: Iterable<string>): readonly string[] =>
          [...bodies].map((body) => said(kind, body)).sort();
        const desktop = read((await this.#files(kind)).values());
        const phone = read(this.#store(kind).items.values());
        const expected = JSON.stringify([...(this.#expected.get(kind) ?? [])].sort());
        const agrees = JSON.stringify(desktop) === expected && JSON.stringify(phone) === expected;
        return { kind, desktop, phone, agrees };
      }),
    );
  }

  async #files(kind: Kind): Promise<ReadonlyMap<string, string>> {
    const files = new Map<string, string>();
    for (const name of await readdir(join(this.#folder, kind)).catch(() => []))
      if (!name.startsWith('.')) files.set(name, await readFile(join(this.#folder, kind, name), 'utf8'));
    return files;
  }

  #store(kind: Kind): PhoneStore {
    return this.#phone[kind];
  }

  #expect(kind: Kind, body: string): void {
    this.#expected.get(kind)?.push(said(kind, body));
  }

  #forget(kind: Kind, body: string): void {
    const expected = this.#expected.get(kind) ?? [];
    const at = expected.indexOf(said(kind, body));
    if (at < 0) throw new Error(`nobody ever wrote down ${said(kind, body)}`);
    expected.splice(at, 1);
  }
}
