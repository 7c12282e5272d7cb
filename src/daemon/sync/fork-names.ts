import type { Ledger } from './ledger.js';
import type { Reading } from './reading.js';
import type { Scan, Sight } from './scan.js';

/** Finds names for the device's versions of items that stay in two versions. */
export class ForkNames {
  readonly #ledger: Ledger;
  readonly #fresh: readonly Scan[];
  readonly #reading: Reading;
  /** Taken names, each with the desktop's item of that name where there is one; made when first needed. */
  #taken: Map<string, Sight | undefined> | undefined;

  constructor(ledger: Ledger, left: Scan, right: Scan, reading: Reading) {
    this.#ledger = ledger;
    this.#fresh = [right, left];
    this.#reading = reading;
  }

  /** `a/b.txt` becomes `a/b (device).txt`. `safe`: the desktop has this very content under that name already. */
  async choose(name: string, right: Sight): Promise<{ readonly name: string; readonly safe: boolean }> {
    this.#taken ??= this.#load();
    const { stem, extension } = split(name);
    for (let number = 1; ; number++) {
      const candidate = `${stem} (device${number === 1 ? '' : ` ${number}`})${extension}`;
      if (!this.#taken.has(candidate)) {
        this.#taken.set(candidate, undefined);
        return { name: candidate, safe: false };
      }
      const there = this.#taken.get(candidate);
      if (there === undefined) continue;
      const [mine, theirs] = [await this.#reading.digest('left', there), await this.#reading.digest('right', right)];
      if (mine !== undefined && mine === theirs) return { name: candidate, safe: true };
    }
  }

  #load(): Map<string, Sight | undefined> {
    const taken = new Map<string, Sight | undefined>();
    const [, left] = this.#fresh;
    for (const { left: mine, right: theirs } of this.#ledger.pairs()) {
      if (theirs.ref.name !== undefined) taken.set(theirs.ref.name, undefined);
      const moved = left?.moved.has(mine.ref.id) || left?.gone.has(mine.ref.id);
      if (mine.ref.name !== undefined)
        taken.set(mine.ref.name, moved ? undefined : { ref: mine.ref, digest: mine.digest });
    }
    for (const scan of this.#fresh)
      for (const sight of scan.fresh.values())
        if (sight.ref.name !== undefined) taken.set(sight.ref.name, scan === left ? sight : undefined);
    return taken;
  }
}

function split(name: string): { readonly stem: string; readonly extension: string } {
  const dot = name.lastIndexOf('.');
  // A leading dot hides a file, it begins no extension.
  const base = name.lastIndexOf('/') + 1;
  return dot > base ? { stem: name.slice(0, dot), extension: name.slice(dot) } : { stem: name, extension: '' };
}
