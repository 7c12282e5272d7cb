import { CradleError } from '../../dbus/errors.js';
import type { DeviceId } from '../../hal/device.js';
import type { Binding, BindingId } from '../state/binding.js';
import type { SessionHost } from './host.js';
import { type Cause, isOver } from './machine.js';
import { Session, type SessionResult } from './session.js';

/** More sessions than this are never kept waiting: a caller that asks for more is refused. */
const MOST_SESSIONS = 256;

export type QueueEvent =
  | { readonly kind: 'added'; readonly session: Session }
  /** `moved`: its state changed, not only its progress. */
  | { readonly kind: 'changed'; readonly session: Session; readonly moved: boolean }
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
  readonly #number: (binding: Binding, cause: Cause) => number;

  /** `number` gives each session its own, never one twice, so that a session's path stands for it alone. */
  constructor(
    host: SessionHost,
    mayStart: (session: Session) => boolean,
    number: (binding: Binding, cause: Cause) => number,
  ) {
    this.#host = host;
    this.#mayStart = mayStart;
    this.#number = number;
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
    const session = new Session(this.#number(binding, cause), binding, cause, this.#host);
    this.#sessions.set(session.number, session);
    session.onChange((moved) => {
      this.#tell({ kind: 'changed', session, moved });
      if (moved) this.pump();
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

  /** Ends the sessions of a device that is no longer ours. */
  cancelDevice(device: DeviceId): void {
    for (const session of this.sessions) if (session.binding.device === device) session.cancel();
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
