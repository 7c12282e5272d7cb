import { setTimeout as sleep } from 'node:timers/promises';
import type { CradleError } from '../../dbus/errors.js';
import type { Binding } from '../state/binding.js';
import type { Tally } from '../sync/job.js';
import type { SessionHost } from './host.js';
import { type Cause, isOver, SessionMachine, type SessionSnapshot, type SessionState } from './machine.js';
import { type PairResult, Run } from './run.js';

/** How long a session that was stopped may take to let go of what it holds, in milliseconds. */
const CLOSING_TIME = 15_000;

/** How a session ended. */
export interface SessionResult {
  readonly state: 'finished' | 'failed' | 'cancelled';
  readonly error: CradleError | undefined;
  readonly pairs: readonly PairResult[];
  readonly tally: Tally;
}

/** One run of a binding, from the queue to its end; it may be suspended and resumed in between. */
export class Session {
  readonly number: number;
  readonly binding: Binding;
  readonly cause: Cause;
  /** Microseconds since the epoch. */
  readonly created = BigInt(Date.now()) * 1000n;
  /** Settles, never rejects, once the session is over and has let go of device and stores. */
  readonly ended: Promise<SessionResult>;
  readonly #host: SessionHost;
  readonly #machine: SessionMachine;
  readonly #listeners = new Set<(moved: boolean) => void>();
  #run: Run;
  #working: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;
  #end: (result: SessionResult) => void = () => {};
  #last: SessionState = 'queued';

  constructor(number: number, binding: Binding, cause: Cause, host: SessionHost) {
    this.number = number;
    this.binding = binding;
    this.cause = cause;
    this.#host = host;
    this.#run = new Run(host, number, binding);
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#machine = new SessionMachine(
      {
        connect: (signal) => this.#work(() => this.#run.connect(signal)),
        compare: (signal) => this.#work(() => this.#run.compare(signal)),
        exchange: (progress, signal) => this.#work(() => this.#run.exchange(progress, signal)),
        commit: () => this.#work(() => this.#run.commit()),
      },
      (snapshot) => this.#changed(snapshot),
    );
  }

  get snapshot(): SessionSnapshot {
    return this.#machine.snapshot;
  }

  /** Whether it holds the device: true from its start until everything it opened is closed. */
  get busy(): boolean {
    const { state } = this.snapshot;
    return this.#closing !== undefined || (state !== 'queued' && state !== 'suspended' && !isOver(state));
  }

  start(): void {
    this.#machine.send({ type: 'start' });
  }

  cancel(): void {
    this.#machine.send({ type: 'cancel' });
  }

  suspend(): void {
    this.#machine.send({ type: 'suspend' });
  }

  resume(): void {
    this.#machine.send({ type: 'resume' });
  }

  deviceLost(): void {
    this.#machine.send({ type: 'device.lost' });
  }

  /** `moved`: its state changed, or it let go of what it held; otherwise only its progress did. */
  onChange(listener: (moved: boolean) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  #work(step: () => Promise<void>): Promise<void> {
    const working = step();
    // Seen by whoever closes the session too; the machine alone reports the error.
    this.#working = working.catch(() => {});
    return working;
  }

  #changed(snapshot: SessionSnapshot): void {
    const { state } = snapshot;
    const moved = state !== this.#last;
    this.#last = state;
    if (moved && (state === 'suspended' || isOver(state))) this.#close(snapshot);
    for (const listener of this.#listeners) listener(moved);
  }

  /** The promise of a stopped state may still be winding down: nothing is closed under its feet, but not for ever. */
  #close(snapshot: SessionSnapshot): void {
    const { state, error, tally } = snapshot;
    const run = this.#run;
    this.#closing = (async () => {
      const timer = new AbortController();
      const late = sleep(CLOSING_TIME, 'late' as const, { signal: timer.signal }).catch(() => undefined);
      const wound = await Promise.race([this.#working, late]);
      timer.abort();
      if (wound === 'late') this.#host.log.warn(`session ${this.number} still holds on after it was stopped`);
      await run[Symbol.asyncDispose]();
      this.#closing = undefined;
      if (state === 'suspended') {
        this.#run = new Run(this.#host, this.number, this.binding);
        for (const listener of this.#listeners) listener(true);
      } else if (state === 'finished' || state === 'failed' || state === 'cancelled') {
        this.#end({ state, error, tally, pairs: run.results });
      }
    })();
  }
}
