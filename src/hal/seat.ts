import { userInfo } from 'node:os';
import type { Bus } from '../dbus/bus.js';
import { dbus, logind } from '../dbus/names.js';
import type { Log } from './log.js';
import type { WhoAmI } from './owner.js';

/** Who sits at the machine, and word when that changes. */
export interface Seat extends AsyncDisposable {
  whoAmI(): WhoAmI;
  onChange(listener: () => void): Disposable;
}

/** Milliseconds; logind answers from memory. */
const TIMEOUT = 5_000;

/** The seat where there is no logind: nobody knows, and nothing is ever mine without a claim or a rule. */
export function unknownSeat(me: { readonly uid: number; readonly username: string } = userInfo()): Seat {
  const whoAmI: WhoAmI = { uid: me.uid, login: me.username, seat: 'unknown', atSeat: undefined };
  return {
    whoAmI: () => whoAmI,
    onChange: () => ({ [Symbol.dispose]: () => undefined }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/**
 * Asks logind on the system bus who sits at a seat, and follows it by its signals (org.freedesktop.login1(5)).
 * Settles once the first answer is in; never rejects: without logind the seat is unknown until there is one.
 */
export async function watchSeat(
  bus: Bus,
  log: Log,
  me: { readonly uid: number; readonly username: string } = userInfo(),
): Promise<Seat> {
  const seat = new LogindSeat(bus, log, { uid: me.uid, login: me.username, seat: 'unknown', atSeat: undefined });
  await seat.begin();
  return seat;
}

class LogindSeat implements Seat {
  readonly #bus: Bus;
  readonly #log: Log;
  readonly #listeners = new Set<() => void>();
  readonly #matches: AsyncDisposable[] = [];
  readonly #end = new AbortController();
  #now: WhoAmI;
  #asking: Promise<void> | undefined;
  #askAgain = false;

  constructor(bus: Bus, log: Log, now: WhoAmI) {
    this.#bus = bus;
    this.#log = log;
    this.#now = now;
  }

  async begin(): Promise<void> {
    const refresh = (): void => void this.#refresh();
    const sender = logind.name;
    try {
      // A seat's ActiveSession moves on a switch; seats and sessions come and go by the manager's own signals.
      this.#matches.push(
        await this.#bus.subscribe(
          { sender, pathNamespace: logind.seats, interface: dbus.properties, member: 'PropertiesChanged' },
          refresh,
        ),
        await this.#bus.subscribe({ sender, path: logind.path, interface: logind.manager }, (signal) => {
          if (/^(?:Seat|Session)(?:New|Removed)$/.test(signal.member)) refresh();
        }),
        await this.#bus.watchName(logind.name, refresh),
      );
    } catch (error) {
      this.#log.warn('logind cannot be watched, so nobody is known to sit at the seat', { error });
    }
    // The watch on the name may have asked already.
    await (this.#asking ?? this.#refresh());
  }

  whoAmI(): WhoAmI {
    return this.#now;
  }

  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    this.#listeners.clear();
    for (const match of this.#matches.splice(0)) await match[Symbol.asyncDispose]();
  }

  /** One question at a time; whatever moves while it is asked makes it be asked once more. */
  #refresh(): Promise<void> {
    if (this.#end.signal.aborted) return Promise.resolve();
    this.#askAgain = true;
    this.#asking ??= (async () => {
      while (this.#askAgain && !this.#end.signal.aborted) {
        this.#askAgain = false;
        this.#become(await this.#ask());
      }
    })().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #ask(): Promise<Pick<WhoAmI, 'seat' | 'atSeat'>> {
    try {
      const seats = pairs(await this.#call(logind.path, logind.manager, 'ListSeats'));
      if (seats.length === 0) return { seat: 'unknown', atSeat: undefined };
      let atSeat: string | undefined;
      for (const [, path] of seats) {
        const [session] = pairs([[await this.#get(path, logind.seat, 'ActiveSession')]]);
        if (session === undefined || session[0] === '') continue;
        const [uid] = list(await this.#get(session[1], logind.session, 'User'));
        const kind = await this.#get(session[1], logind.session, 'Class');
        const name = await this.#get(session[1], logind.session, 'Name');
        // A greeter sits at the seat while nobody does.
        if (kind !== 'user') continue;
        if (Number(uid) === this.#now.uid) return { seat: 'active', atSeat: this.#now.login };
        if (typeof name === 'string') atSeat ??= name;
      }
      return { seat: 'inactive', atSeat };
    } catch (error) {
      this.#log.debug('logind does not answer, so nobody is known to sit at the seat', { error });
      return { seat: 'unknown', atSeat: undefined };
    }
  }

  #become({ seat, atSeat }: Pick<WhoAmI, 'seat' | 'atSeat'>): void {
    if (seat === this.#now.seat && atSeat === this.#now.atSeat) return;
    this.#now = { ...this.#now, seat, atSeat };
    for (const listener of [...this.#listeners]) listener();
  }

  async #get(path: string, interfaceName: string, property: string): Promise<unknown> {
    const [value] = await this.#call(path, dbus.properties, 'Get', 'ss', [interfaceName, property]);
    return value;
  }

  #call(
    path: string,
    interfaceName: string,
    member: string,
    signature = '',
    body: readonly unknown[] = [],
  ): Promise<readonly unknown[]> {
    return this.#bus.call({
      destination: logind.name,
      path,
      interface: interfaceName,
      member,
      signature,
      body,
      timeout: TIMEOUT,
      abort: this.#end.signal,
      noAutoStart: true,
    });
  }
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The `(so)` pairs of an `a(so)` that is the first of these values. */
function pairs(body: readonly unknown[]): readonly (readonly [string, string])[] {
  return list(body[0]).flatMap((pair): readonly (readonly [string, string])[] => {
    const [name, path] = list(pair);
    return typeof name === 'string' && typeof path === 'string' ? [[name, path]] : [];
  });
}
