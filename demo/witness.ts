import type { Bus } from '../src/dbus/bus.js';
import { type Mirror, watchTree } from '../src/dbus/mirror.js';
import { BUS_NAME, paths } from '../src/dbus/names.js';
import type { View } from '../src/dbus/shape.js';
import { deviceShape } from '../src/dbus/shapes/device.js';
import { sessionShape } from '../src/dbus/shapes/session.js';
import { isReceived } from '../src/dbus/view.js';
import type { Scope } from '../test/support/scope.js';

/** Milliseconds that anything may take: far more than it does. */
const PATIENCE = 30_000;

/** How a session ended, as its Finished signal told. */
export interface Ending {
  readonly result: string;
  /** A D-Bus error name and its sentence; empty where all went well. */
  readonly errorName: string;
  readonly errorMessage: string;
}

export type SeenDevice = { readonly path: string; readonly view: View<typeof deviceShape> };

/** An applet that only looks: sees on the bus what has happened, as any other would. */
export class Witness {
  readonly #mirror: Mirror;
  readonly #endings: Ending[] = [];
  readonly #waiting = new Set<() => void>();

  private constructor(mirror: Mirror) {
    this.#mirror = mirror;
  }

  static async begin(scope: Scope, bus: Bus): Promise<Witness> {
    let look = (): void => {};
    const mirror = await watchTree(bus, { changed: () => look() });
    scope.after(() => mirror[Symbol.asyncDispose]());
    const witness = new Witness(mirror);
    look = () => witness.#look();
    await bus.subscribe(
      { sender: BUS_NAME, pathNamespace: paths.root, interface: sessionShape.name, member: 'Finished' },
      ({ body: [result, details] }) => {
        const told = isReceived('a{sv}', details) ? details : new Map<string, unknown>();
        const text = (name: string): string => String(told.get(name) ?? '');
        witness.#endings.push({
          result: String(result),
          errorName: text('ErrorName'),
          errorMessage: text('ErrorMessage'),
        });
        look();
      },
    );
    return witness;
  }

  /** A device whose model has this word in it, once it is there and known. */
  comes(model: string): Promise<SeenDevice> {
    return this.#until(`${model} to be identified`, () =>
      this.#devices(model).find(({ view }) => view.Present && view.Identified && view.Stores.length > 0),
    );
  }

  async goes(model: string): Promise<void> {
    await this.#until(`${model} to be gone`, () =>
      this.#devices(model).every(({ view }) => !view.Present) ? true : undefined,
    );
  }

  /** How the next session ends: `finished`, `failed` or `cancelled`. Called before whatever starts it. */
  nextEnding(): Promise<Ending> {
    const known = this.#endings.length;
    return this.#until('a sync to end', () => this.#endings[known]);
  }

  async #until<T>(what: string, find: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        this.#waiting.delete(look);
        clearTimeout(tooLong);
        settle();
      };
      const look = (): void => {
        const found = find();
        if (found !== undefined) end(() => resolve(found));
      };
      const tooLong = setTimeout(() => end(() => reject(new Error(`waited in vain for ${what}`))), PATIENCE);
      this.#waiting.add(look);
      look();
    });
  }

  #devices(model: string): readonly SeenDevice[] {
    return this.#mirror.all(deviceShape).filter(({ view }) => view.Model.includes(model));
  }

  #look(): void {
    for (const look of [...this.#waiting]) look();
  }
}
