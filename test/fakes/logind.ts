import type { Bus } from '../../src/dbus/bus.js';
import { exportInterface } from '../../src/dbus/exported.js';
import { logind } from '../../src/dbus/names.js';
import { arg, defineShape, method, property, signal } from '../../src/dbus/shape.js';

const managerShape = defineShape({
  name: logind.manager,
  properties: {},
  methods: { ListSeats: method([], [arg('seats', 'a(so)')]) },
  signals: {
    SeatNew: signal([arg('seat', 's'), arg('path', 'o')]),
    SeatRemoved: signal([arg('seat', 's'), arg('path', 'o')]),
    SessionNew: signal([arg('session', 's'), arg('path', 'o')]),
    SessionRemoved: signal([arg('session', 's'), arg('path', 'o')]),
  },
});

const seatShape = defineShape({
  name: logind.seat,
  properties: { ActiveSession: property('(so)', 'read') },
  methods: {},
  signals: {},
});

const sessionShape = defineShape({
  name: logind.session,
  properties: {
    User: property('(uo)', 'const'),
    Name: property('s', 'const'),
    Class: property('s', 'const'),
  },
  methods: {},
  signals: {},
});

export interface FakeSession {
  readonly id: string;
  readonly uid: number;
  readonly login: string;
  readonly kind?: 'user' | 'greeter';
}

/** logind with one seat, as far as it is asked who sits there (org.freedesktop.login1(5)). */
export class FakeLogind implements AsyncDisposable {
  readonly #bus: Bus;
  readonly #published: Disposable[] = [];
  readonly #sessions = new Map<string, string>();
  #active: FakeSession | undefined;
  /** How often somebody asked for the seats. */
  asked = 0;

  readonly #manager = exportInterface(managerShape, {
    properties: {},
    methods: {
      ListSeats: () => {
        this.asked += 1;
        return this.seats ? [['seat0', `${logind.seats}/seat0`] as const] : [];
      },
    },
  });
  readonly #seat = exportInterface(seatShape, {
    properties: {
      ActiveSession: () => {
        const path = this.#active === undefined ? '/' : (this.#sessions.get(this.#active.id) ?? '/');
        return [this.#active?.id ?? '', path] as const;
      },
    },
    methods: {},
  });

  constructor(
    bus: Bus,
    readonly seats = true,
  ) {
    this.#bus = bus;
  }

  async begin(): Promise<void> {
    this.#published.push(this.#bus.publish(logind.path, [this.#manager]));
    this.#published.push(this.#bus.publish(`${logind.seats}/seat0`, [this.#seat]));
    await this.#bus.own(logind.name);
  }

  /** Somebody comes to the seat, or nobody does. */
  activate(session: FakeSession | undefined): void {
    if (session !== undefined && !this.#sessions.has(session.id)) {
      const path = `${logind.path}/session/_3${session.id}`;
      this.#sessions.set(session.id, path);
      this.#published.push(
        this.#bus.publish(path, [
          exportInterface(sessionShape, {
            properties: {
              User: () => [session.uid, `${logind.path}/user/_${session.uid}`] as const,
              Name: () => session.login,
              Class: () => session.kind ?? 'user',
            },
            methods: {},
          }),
        ]),
      );
    }
    this.#active = session;
    this.#seat.changed('ActiveSession');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const published of this.#published.splice(0)) published[Symbol.dispose]();
    await this.#bus[Symbol.asyncDispose]();
  }
}
