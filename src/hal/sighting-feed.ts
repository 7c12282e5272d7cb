import { type Clock, pause } from './clock.js';
import type { DeviceSource, Sighting, SightingEvent } from './device.js';
import type { Log } from './log.js';

/** What a feed tells of: every sighting that is there, and no longer. */
export interface SightingSink {
  put(sighting: Sighting, before: Sighting | undefined): void;
  drop(sighting: Sighting): void;
  /** All that was there when it began has been told. */
  settled(): void;
}

/** Milliseconds before a source that failed is tried again; twice as long each time. */
const FIRST_RETRY = 1_000;
const LAST_RETRY = 60_000;
/** More than any machine has ports for; a source that tells of more is not believed. */
const MOST_SIGHTINGS = 16_384;

/** Follows one source for as long as the process runs, whatever becomes of the source. */
export class SightingFeed {
  readonly #source: DeviceSource;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #sink: SightingSink;
  readonly #known = new Map<string, Sighting>();
  #waiting = true;
  #full = false;

  constructor(source: DeviceSource, clock: Clock, log: Log, sink: SightingSink) {
    this.#source = source;
    this.#clock = clock;
    this.#log = log;
    this.#sink = sink;
  }

  /** True until it has told what was there, or has failed for the first time. */
  get waiting(): boolean {
    return this.#waiting;
  }

  /** Settles once aborted; never rejects. */
  async follow(signal: AbortSignal): Promise<void> {
    for (let retry = FIRST_RETRY; !signal.aborted; retry = Math.min(retry * 2, LAST_RETRY)) {
      const seen = new Set<string>();
      let settled = false;
      try {
        for await (const event of this.#source.watch(signal)) {
          if (signal.aborted) return;
          if (event.kind !== 'settled') this.#receive(event, settled ? undefined : seen);
          else if (!settled) {
            settled = true;
            retry = FIRST_RETRY;
            this.#settle(seen);
          }
        }
        if (signal.aborted) return;
        this.#log.warn('a source of devices has ended', { source: this.#source.name, retry });
      } catch (error) {
        if (signal.aborted) return;
        this.#log.warn('a source of devices has failed', { source: this.#source.name, retry, error });
      }
      this.#stopWaiting();
      await pause(this.#clock, retry, signal);
    }
  }

  #receive(event: Exclude<SightingEvent, { kind: 'settled' }>, seen: Set<string> | undefined): void {
    if (event.kind === 'vanished') {
      const gone = this.#known.get(event.key);
      seen?.delete(event.key);
      if (gone === undefined) return;
      this.#known.delete(event.key);
      this.#full = false;
      this.#sink.drop(gone);
      return;
    }
    // A source cannot speak for another, whatever it says.
    const sighting =
      event.sighting.source === this.#source.name ? event.sighting : { ...event.sighting, source: this.#source.name };
    const before = this.#known.get(sighting.key);
    if (before === undefined && this.#known.size >= MOST_SIGHTINGS) {
      if (!this.#full) this.#log.error('a source tells of too many devices', { source: this.#source.name });
      this.#full = true;
      return;
    }
    seen?.add(sighting.key);
    this.#known.set(sighting.key, sighting);
    this.#sink.put(sighting, before);
  }

  /** After a restart, what the source no longer tells of has gone meanwhile. */
  #settle(seen: ReadonlySet<string>): void {
    for (const [key, sighting] of [...this.#known]) {
      if (seen.has(key)) continue;
      this.#known.delete(key);
      this.#sink.drop(sighting);
    }
    this.#stopWaiting();
  }

  #stopWaiting(): void {
    this.#waiting = false;
    this.#sink.settled();
  }
}
