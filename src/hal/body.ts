import type { DeviceId, Evidence, Sighting } from './device.js';
import { type Finding, ledgerKey, type ProbeLedger, type Subject } from './identify.js';

/** One physical thing in reach, with all that is known and under way about it. The registry alone changes it. */
export class Body implements Subject {
  readonly ledger: ProbeLedger = new Map();
  told: Evidence = new Map();
  /** The device it was last found to be, or part of. */
  id: DeviceId | undefined;
  finding: Finding | undefined;
  /** Its lasting name was taken when it came. Stays so until it is unplugged. */
  ambiguous = false;
  /** Nothing lasting names it, and it has been waited for what might. */
  awaitedName = false;
  nameless: Disposable | undefined;
  /** The quiet time that is being waited for, and how often it began anew. */
  quiet: Disposable | undefined;
  restarts = 0;
  /** Being identified; `again` when something moved meanwhile. */
  running: Promise<void> | undefined;
  again = false;
  readonly gone = new AbortController();
  readonly #sightings = new Map<string, Sighting>();

  constructor(readonly body: string) {}

  /** In the order of their keys, so that the first word does not depend on who came first. */
  get sightings(): readonly Sighting[] {
    return [...this.#sightings.values()].sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
  }

  get sources(): ReadonlySet<string> {
    return new Set([...this.#sightings.values()].map((sighting) => sighting.source));
  }

  get empty(): boolean {
    return this.#sightings.size === 0;
  }

  /** Something is still to come of it by itself. */
  get waiting(): boolean {
    return this.quiet !== undefined || this.nameless !== undefined;
  }

  put(sighting: Sighting): void {
    this.#sightings.set(keyOf(sighting), sighting);
  }

  /** Takes a sighting away, with what probes learnt on it. */
  drop(sighting: Sighting): void {
    this.#sightings.delete(keyOf(sighting));
    for (const [key, outcome] of this.ledger) if (key === ledgerKey(outcome.probe, sighting)) this.ledger.delete(key);
  }

  forgetFailures(): void {
    for (const [key, outcome] of this.ledger) if (outcome.failure !== undefined) this.ledger.delete(key);
  }

  end(): void {
    this.quiet?.[Symbol.dispose]();
    this.quiet = undefined;
    this.nameless?.[Symbol.dispose]();
    this.nameless = undefined;
    this.gone.abort();
  }
}

export const keyOf = (sighting: { readonly source: string; readonly key: string }): string =>
  `${sighting.source}\n${sighting.key}`;
