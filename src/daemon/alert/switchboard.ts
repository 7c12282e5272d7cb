import { asCradleError } from '../../dbus/errors.js';
import { type Clock, pause } from '../../hal/clock.js';
import type { Device, DeviceId } from '../../hal/device.js';
import type { Call, Log, Peer } from '../../plugins/contract.js';
import type { Line, Lines } from '../session/line.js';
import type { Queue } from '../session/queue.js';
import type { Session } from '../session/session.js';
import { ours } from '../session/surroundings.js';
import type { Binding } from '../state/binding.js';

export interface SwitchboardParts {
  readonly device: (id: DeviceId) => Device | undefined;
  readonly bindings: (id: DeviceId) => readonly Binding[];
  readonly queue: Queue;
  readonly lines: Lines;
  /** Why nothing that a device begins may run now; undefined when it may. */
  readonly objection: () => string | undefined;
  /** Puts a session in the queue, or gives the one that is there. */
  readonly start: (binding: Binding) => Session;
  readonly clock: Clock;
  readonly log: Log;
}

/** Milliseconds that a call waits for another session of its device to end. */
const WAIT_TIME = 60_000;
/** Milliseconds that a call may go unused before it is ended: something else keeps its sessions from starting. */
const IDLE_TIME = 30_000;
/** Milliseconds that the device may take to end the call well, and then to be gone. */
const RELEASE_TIME = 60_000;
const CLOSING_TIME = 10_000;

/** Puts calls of devices through to sessions: one for each enabled binding, one after the other, over the one call. */
export class Switchboard {
  readonly #parts: SwitchboardParts;
  readonly #waiting = new Map<DeviceId, AbortController>();

  constructor(parts: SwitchboardParts) {
    this.#parts = parts;
  }

  /** Sees a call that came through a protocol to its end, and closes it. Never rejects. */
  async put({ device, peer }: Call, protocol: string, signal: AbortSignal): Promise<void> {
    const { log } = this.#parts;
    let released = false;
    try {
      const refuse = (): string | undefined => this.#refusal(device, protocol);
      const refusal = refuse() ?? (await this.#turn(device, signal)) ?? refuse();
      if (refusal !== undefined) {
        log.info(`a call of ${device} is turned away: ${refusal}`);
        return;
      }
      using line = this.#parts.lines.open(device, peer);
      await this.#run(device, line, signal);
      line[Symbol.dispose]();
      released = true;
      await peer.release?.(AbortSignal.timeout(RELEASE_TIME));
    } catch (thrown) {
      const what = released ? 'did not end well' : 'came to nothing';
      log.warn(`a call of ${device} ${what}: ${asCradleError(thrown).message}`);
    } finally {
      await this.#close(device, peer);
    }
  }

  /** Why the device may not be synced over its call; undefined when it may. */
  #refusal(id: DeviceId, protocol: string): string | undefined {
    const device = this.#parts.device(id);
    if (device === undefined) return 'no such device is known';
    if (device.identity.plugin !== protocol) return `it does not speak ${protocol}`;
    try {
      ours(device);
    } catch (thrown) {
      return asCradleError(thrown).message;
    }
    if (!this.#parts.bindings(id).some((binding) => binding.enabled)) return 'nothing is bound to it';
    return this.#parts.objection();
  }

  /** Waits until no session of the device runs and no other call of it lasts; tells why that was in vain. */
  async #turn(device: DeviceId, signal: AbortSignal): Promise<string | undefined> {
    const { queue, lines, clock } = this.#parts;
    const free = (): boolean =>
      lines.of(device) === undefined &&
      queue.sessions.every((session) => session.binding.device !== device || !session.busy);
    // Whoever calls again has given up the call before; so at most one waits.
    this.#waiting.get(device)?.abort();
    if (free()) return undefined;
    const stop = new AbortController();
    this.#waiting.set(device, stop);
    let look = (): void => {};
    using _queue = queue.onEvent(() => look());
    using _lines = lines.onEnd(() => look());
    try {
      const either = AbortSignal.any([signal, stop.signal]);
      const freed = new Promise<'free'>((resolve) => {
        look = () => {
          if (free()) resolve('free');
        };
      });
      const late = pause(clock, WAIT_TIME, either).then(() => 'late' as const);
      if ((await Promise.race([freed, late])) === 'free') return undefined;
      if (signal.aborted) return 'the daemon ends';
      return stop.signal.aborted ? 'it has called again' : 'it is being synced already';
    } finally {
      stop.abort();
      if (this.#waiting.get(device) === stop) this.#waiting.delete(device);
    }
  }

  async #run(device: DeviceId, line: Line, signal: AbortSignal): Promise<void> {
    const { bindings, start, log } = this.#parts;
    const sessions: Session[] = [];
    for (const binding of bindings(device).filter(({ enabled }) => enabled)) {
      if (!line.brings(binding.pairs.map((pair) => pair.device))) continue;
      try {
        sessions.push(start(binding));
      } catch (thrown) {
        const { code, message } = asCradleError(thrown);
        log.info(`${binding.id} takes no part in the call of ${device}: ${message}`, { code });
      }
    }
    const done = new AbortController();
    try {
      const over = Promise.all(sessions.map((session) => session.ended));
      const either = AbortSignal.any([signal, done.signal]);
      await Promise.race([over, this.#unused(line, either)]);
    } finally {
      done.abort();
    }
    for (const session of sessions) {
      const { state } = session.snapshot;
      // Without its call it could only fail later, when nobody knows why.
      if (session.cause === 'device' && (state === 'queued' || state === 'suspended')) session.deviceLost();
    }
  }

  /** Settles once no session has held the line for a while, or when aborted. */
  #unused(line: Line, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      let timer: Disposable | undefined;
      const finish = (): void => {
        timer?.[Symbol.dispose]();
        watch[Symbol.dispose]();
        signal.removeEventListener('abort', finish);
        resolve();
      };
      const look = (): void => {
        timer?.[Symbol.dispose]();
        timer = line.used ? undefined : this.#parts.clock.after(IDLE_TIME, finish);
      };
      const watch = line.onChange(look);
      signal.addEventListener('abort', finish);
      if (signal.aborted) finish();
      else look();
    });
  }

  /** Whatever the peer does on closing, the next call is not kept waiting for ever. */
  async #close(device: DeviceId, peer: Peer): Promise<void> {
    const timer = new AbortController();
    const late = pause(this.#parts.clock, CLOSING_TIME, timer.signal).then(() => 'late' as const);
    try {
      if ((await Promise.race([peer[Symbol.asyncDispose](), late])) === 'late')
        this.#parts.log.warn(`the call of ${device} does not close`);
    } catch (error) {
      this.#parts.log.warn(`the call of ${device} did not close well`, { error });
    } finally {
      timer.abort();
    }
  }
}
