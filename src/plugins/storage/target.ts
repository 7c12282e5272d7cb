import type { Shelf } from './shelf.js';
import type { Volume } from './volume.js';

/** New items after which the free space is asked for again. */
const ASK_AGAIN = 64;

interface Candidate {
  readonly shelf: Shelf;
  readonly exists: boolean;
  /** Bytes. */
  room: number;
}

/** Where new items go: to the first volume that has the folder already, else to the one with the most space. */
export class Target {
  readonly #shelves: readonly Shelf[];
  #candidates: readonly Candidate[] = [];
  #asked = 0;

  constructor(shelves: readonly Shelf[]) {
    this.#shelves = shelves;
  }

  /** Undefined when there is no shelf at all. Where nothing has room, the first one shall say so. */
  async choose(bytes: number): Promise<Shelf | undefined> {
    if (this.#asked-- <= 0) await this.#ask();
    const chosen = this.#candidates.find((candidate) => candidate.room >= bytes) ?? this.#candidates[0];
    if (chosen !== undefined) chosen.room -= bytes;
    return chosen?.shelf;
  }

  async #ask(): Promise<void> {
    this.#asked = ASK_AGAIN;
    const writable = this.#shelves.filter((shelf) => !shelf.volume.readOnly);
    const rooms = new Map<Volume, number>();
    const candidates: Candidate[] = [];
    for (const shelf of writable) {
      const { volume } = shelf;
      // Once a volume, so that its folders stay in the order of the rule.
      const room = rooms.get(volume) ?? (await shelf.room());
      rooms.set(volume, room);
      candidates.push({ shelf, exists: await shelf.exists(), room });
    }
    // The sort is stable: among those that have the folder the first slot comes first.
    this.#candidates = candidates.sort((left, right) => {
      if (left.exists !== right.exists) return left.exists ? -1 : 1;
      return left.exists ? 0 : right.room - left.room;
    });
  }
}
