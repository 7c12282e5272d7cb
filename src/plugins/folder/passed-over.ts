import type { Log } from '../../hal/log.js';

/** Folders of which it was said already; more are forgotten rather than kept for ever. */
const REMEMBERED = 256;
const told = new Map<string, string>();

/** What a folder holds that cannot be synced, told in one line, and again only when it has changed. */
export class PassedOver {
  readonly #found = new Map<string, { count: number; readonly first: string }>();

  add(path: string, what: string): void {
    const found = this.#found.get(what);
    if (found === undefined) this.#found.set(what, { count: 1, first: path });
    else found.count++;
  }

  tell(folder: string, log: Log): void {
    const parts = [...this.#found].sort().map(([what, { count, first }]) => `${count} ${what} (such as ${first})`);
    const sentence = parts.length === 0 ? '' : `${folder}: not synced are ${parts.join(', ')}`;
    if ((told.get(folder) ?? '') === sentence) return;
    if (told.size >= REMEMBERED) told.clear();
    told.set(folder, sentence);
    if (sentence !== '') log.info(sentence);
  }
}
