import type { Sighting, SightingEvent } from '../device.js';

interface Entry {
  readonly sighting: Sighting;
  readonly mark: string;
  /** Counts what has come, so that a thing is told from its successor under the same key. */
  readonly birth: number;
}

/**
 * What is there against what has been told. However late the listener asks, he learns what is so now, in the order in
 * which it came about, and that something came back rather than stayed; the memory it takes is that of the sightings.
 */
export class Ledger {
  readonly #there = new Map<string, Entry>();
  readonly #told = new Map<string, Entry>();
  /** Keys whose telling is due, the oldest first. */
  readonly #due = new Set<string>();
  #births = 0;

  /** Notes what is there now under its key. `mark` differs when it is another thing than the one before. */
  present(sighting: Sighting, mark: string): void {
    const before = this.#there.get(sighting.key);
    const told = this.#told.get(sighting.key);
    const birth = before?.mark === mark ? before.birth : ++this.#births;
    this.#there.set(sighting.key, { sighting, mark, birth });
    if (told?.birth === birth && isSame(told.sighting, sighting)) return;
    // A successor queues anew, so that a disk comes after the device that it is in.
    if (before?.birth !== birth) this.#due.delete(sighting.key);
    this.#due.add(sighting.key);
  }

  /** Notes that nothing is there under this key any more. */
  absent(key: string): void {
    if (this.#there.delete(key)) this.#due.add(key);
  }

  keys(): readonly string[] {
    return [...this.#there.keys()];
  }

  /** What is due, until nothing is. */
  *take(): Generator<SightingEvent> {
    for (const key of this.#due) {
      this.#due.delete(key);
      const told = this.#told.get(key);
      const there = this.#there.get(key);
      if (told !== undefined && told.birth !== there?.birth) {
        this.#told.delete(key);
        // The successor, if any, has its turn when this has been heard.
        if (there !== undefined) this.#due.add(key);
        yield { kind: 'vanished', key };
      } else if (there !== undefined && (told === undefined || !isSame(told.sighting, there.sighting))) {
        this.#told.set(key, there);
        yield { kind: told === undefined ? 'appeared' : 'changed', sighting: there.sighting };
      }
    }
  }
}

function isSame(one: Sighting, other: Sighting): boolean {
  if (one.body !== other.body || one.evidence.size !== other.evidence.size) return false;
  for (const [fact, value] of one.evidence) if (other.evidence.get(fact) !== value) return false;
  return true;
}
