import { type Bus, connectBus } from '../dbus/bus.js';
import { asCradleError } from '../dbus/errors.js';
import { type Mirror, type TreeChange, watchTree } from '../dbus/mirror.js';
import { BUS_NAME, dbus, paths, unescapePathElement } from '../dbus/names.js';
import { proxy, type Remote } from '../dbus/proxy.js';
import type { Shape, View } from '../dbus/shape.js';
import { bindingShape } from '../dbus/shapes/binding.js';
import { deviceShape } from '../dbus/shapes/device.js';
import { managerShape } from '../dbus/shapes/manager.js';
import { sessionShape } from '../dbus/shapes/session.js';
import { storeShape } from '../dbus/shapes/store.js';
import { NoDaemonError } from './exit.js';

/** An object of the daemon's, with its path and what it said of itself when it was asked for. */
export interface Seen<S extends Shape> {
  readonly path: string;
  readonly view: View<S>;
}

export type SeenDevice = Seen<typeof deviceShape>;
export type SeenBinding = Seen<typeof bindingShape>;
export type SeenStore = Seen<typeof storeShape>;
export type SeenSession = Seen<typeof sessionShape>;

/** The name in the last element of an object path. */
export const nameIn = (path: string): string => unescapePathElement(path.slice(path.lastIndexOf('/') + 1));

/** Cradle's daemon as a client sees it: a mirror of all its objects, kept up to date. */
export class Daemon implements AsyncDisposable {
  readonly manager: Remote<typeof managerShape>;
  readonly #listeners = new Set<(change: TreeChange) => void>();

  private constructor(
    readonly bus: Bus,
    readonly mirror: Mirror,
    listeners: Set<(change: TreeChange) => void>,
  ) {
    this.manager = proxy(bus, BUS_NAME, paths.root, managerShape);
    this.#listeners = listeners;
  }

  /** Connects, and has the bus start the daemon where it can. Fails with NoDaemonError, which says what to do. */
  static async open(address: string, abort: AbortSignal): Promise<Daemon> {
    const bus = await connectBus({ address, abort }).catch((error: unknown) => {
      abort.throwIfAborted();
      throw new NoDaemonError(
        `${asCradleError(error).message}\nCradle runs in a desktop session; log in to one, or name its bus with --bus.`,
      );
    });
    try {
      await start(bus, abort);
      const listeners = new Set<(change: TreeChange) => void>();
      const changed = (change: TreeChange): void => {
        for (const listener of [...listeners]) listener(change);
      };
      const mirror = await watchTree(bus, { noAutoStart: true, changed });
      if (mirror.present) return new Daemon(bus, mirror, listeners);
      throw notRunning('it ended as soon as it was asked');
    } catch (error) {
      await bus[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Hears every change of the mirror from now on. */
  onChange(listener: (change: TreeChange) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  devices(): readonly SeenDevice[] {
    return this.mirror.all(deviceShape);
  }

  bindings(): readonly SeenBinding[] {
    return this.mirror.all(bindingShape);
  }

  stores(): readonly SeenStore[] {
    return this.mirror.all(storeShape);
  }

  sessions(): readonly SeenSession[] {
    return this.mirror.all(sessionShape);
  }

  device(path: string): SeenDevice | undefined {
    const view = this.mirror.view(path, deviceShape);
    return view === undefined ? undefined : { path, view };
  }

  binding(path: string): SeenBinding | undefined {
    const view = this.mirror.view(path, bindingShape);
    return view === undefined ? undefined : { path, view };
  }

  session(path: string): SeenSession | undefined {
    const view = this.mirror.view(path, sessionShape);
    return view === undefined ? undefined : { path, view };
  }

  /** Its methods and properties, at the object's path. */
  at<const S extends Shape>(path: string, shape: S): Remote<S> {
    return proxy(this.bus, BUS_NAME, path, shape);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bus[Symbol.asyncDispose]();
  }
}

/** The bus knows how to start only what is installed: one that somebody runs by hand is looked for first. */
async function start(bus: Bus, abort: AbortSignal): Promise<void> {
  const call = { destination: dbus.name, path: dbus.path, interface: dbus.interface, abort };
  const [running] = await bus.call({ ...call, member: 'NameHasOwner', signature: 's', body: [BUS_NAME] });
  if (running === true) return;
  try {
    await bus.call({ ...call, member: 'StartServiceByName', signature: 'su', body: [BUS_NAME, 0] });
  } catch (thrown) {
    const error = asCradleError(thrown);
    if (error.remote === undefined) throw error;
    throw notRunning(error.message);
  }
}

function notRunning(why: string): NoDaemonError {
  return new NoDaemonError(
    `cradled is not running, and the bus could not start it: ${why}\n` +
      'Start it with "systemctl --user start cradle.service", or run cradled; "cradle doctor" says what is missing.',
  );
}
