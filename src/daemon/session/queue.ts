import { CradleError } from '../../dbus/errors.js';
import type { DeviceId } from '../../hal/device.js';
import type { Binding, BindingId } from '../state/binding.js';
import type { SessionHost } from './host.js';
import { type Cause, isOver } from './machine.js';
import { Session, type SessionResult } from './session.js';

/** More sessions than this are never kept waiting: a caller that asks for more is refused. */
const MOST_SESSIONS = 256;

export type QueueEvent =
  | { readonly kind: 'added' | 'changed'; readonly session: Session }
  | { readonly kind: 'ended'; readonly session: Session; readonly result: SessionResult };

/**
 * Lets sessions run: those of different devices side by side, those of one device or of one desktop store one after
 * the other, in the order they were asked for.
 */
export class Queue {
  readonly #host: SessionHost;
  readonly #mayStart: (session: Session) => boolean;
  readonly #sessions = new Map<number, Session>();
  readonly #listeners = new Set<(event: QueueEvent) => void>();
  #last: number;

  /** `last` is the highest number ever given, so that a session's path is never used twice. */
  constructor(host: SessionHost, mayStart: (session: Session) => boolean, last: number) {
    this.#host = host;
    this.#mayStart = mayStart;
    this.#last = last;
  }

  get sessions(): readonly Session[] {
    return [...this.#sessions.values()];
  }

  onEvent(listener: (event: QueueEvent) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  of(binding: BindingId): Session | undefined {
    return this.sessions.find((session) => session.binding.id === binding && !isOver(session.snapshot.state));
  }

  /** A session of the binding that is not over yet is given back as it is. Fails with LimitsExceeded. */
  enqueue(binding: Binding, cause: Cause): Session {
    const waiting = this.of(binding.id);
    if (waiting !== undefined) return waiting;
    if (this.#sessions.size >= MOST_SESSIONS)
      throw new CradleError('LimitsExceeded', `${MOST_SESSIONS} sessions are already waiting`);
    this.#last += 1;
    const session = new Session(this.#last, binding, cause, this.#host);
    this.#sessions.set(session.number, session);
    session.onChange(() => {
      this.#tell({ kind: 'changed', session });
      this.pump();
    });
    void session.ended.then((result) => {
      this.#sessions.delete(session.number);
      this.#tell({ kind: 'ended', session, result });
      this.pump();
    });
    this.#tell({ kind: 'added', session });
    // Not at once: whoever asked hears of the session before it moves.
    setImmediate(() => this.pump());
    return session;
  }

  deviceLost(device: DeviceId): void {
    for (const session of this.sessions) if (session.binding.device === device) session.deviceLost();
  }

  /** Starts what may start now; called again whenever something may have changed that. */
  pump(): void {
    const busy = this.sessions.filter((session) => session.busy);
    const devices = new Set(busy.map((session) => session.binding.device));
    const stores = new Set(busy.flatMap((session) => session.binding.pairs.map((pair) => pair.desktop)));
    for (const session of this.sessions) {
      if (session.snapshot.state !== 'queued' || session.busy || !this.#mayStart(session)) continue;
      const { device, pairs } = session.binding;
      if (!devices.has(device) && !pairs.some((pair) => stores.has(pair.desktop))) session.start();
      // One that has to wait is not overtaken by a later one for the same device or store.
      devices.add(device);
      for (const pair of pairs) stores.add(pair.desktop);
    }
  }

  /** Ends every session and waits until all have let go. */
  async drain(): Promise<void> {
    const sessions = this.sessions;
    for (const session of sessions) session.cancel();
    await Promise.all(sessions.map((session) => session.ended));
  }

  #tell(event: QueueEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
