import type { Bus } from '../../src/dbus/bus.js';
import { type Mirror, watchTree } from '../../src/dbus/mirror.js';
import { BUS_NAME, paths } from '../../src/dbus/names.js';
import { proxy, type Remote } from '../../src/dbus/proxy.js';
import type { Shape, View } from '../../src/dbus/shape.js';
import { bindingShape } from '../../src/dbus/shapes/binding.js';
import { deviceShape } from '../../src/dbus/shapes/device.js';
import { managerShape } from '../../src/dbus/shapes/manager.js';
import { sessionShape } from '../../src/dbus/shapes/session.js';
import { v } from '../../src/dbus/variant.js';
import { until } from './until.js';

/** What an applet does with the daemon: it knows the API and nothing else. */
export class Applet implements AsyncDisposable {
  readonly manager: Remote<typeof managerShape>;
  readonly #bus: Bus;
  readonly mirror: Mirror;

  private constructor(bus: Bus, mirror: Mirror) {
    this.#bus = bus;
    this.mirror = mirror;
    this.manager = proxy(bus, BUS_NAME, paths.root, managerShape);
  }

  static async open(bus: Bus): Promise<Applet> {
    return new Applet(bus, await watchTree(bus));
  }

  device = (id: string): Remote<typeof deviceShape> => proxy(this.#bus, BUS_NAME, paths.of('device', id), deviceShape);
  at = <S extends Shape>(path: string, shape: S): Remote<S> => proxy(this.#bus, BUS_NAME, path, shape);

  /** Waits until the device is shown and as wanted. */
  async sees(id: string, wanted: (view: View<typeof deviceShape>) => boolean): Promise<View<typeof deviceShape>> {
    let found: View<typeof deviceShape> | undefined;
    await until(() => {
      const view = this.mirror.view(paths.of('device', id), deviceShape);
      found = view !== undefined && wanted(view) ? view : undefined;
      return found !== undefined;
    });
    if (found === undefined) throw new Error(`${id} is not shown`);
    return found;
  }

  async claim(id: string): Promise<void> {
    await this.sees(id, (view) => view.Identified);
    await this.device(id).call('Claim', [{}]);
  }

  /** Binds device stores to folders or desktop stores; gives the binding's path. */
  async bind(
    id: string,
    pairs: readonly (readonly [string, string])[],
    settings: Readonly<Record<string, ReturnType<typeof v.s>>> = {},
  ): Promise<string> {
    const answer = await this.manager.call('CreateBinding', [
      paths.of('device', id),
      { Pairs: v.ass(pairs), ...settings },
      {},
    ]);
    return answer[0];
  }

  binding = (path: string): Remote<typeof bindingShape> => this.at(path, bindingShape);

  /** Starts a session and waits for its end. */
  async sync(binding: string): Promise<View<typeof sessionShape>> {
    const [path] = await this.binding(binding).call('StartSync', [{}]);
    return this.ended(path);
  }

  async ended(session: string): Promise<View<typeof sessionShape>> {
    const running = this.at(session, sessionShape);
    const over = (state: string) => ['finished', 'failed', 'cancelled'].includes(state);
    await until(async () => over(await running.get('State')));
    // Over is not yet let go: the history has it once the device and the stores are closed.
    const number = session.split('_').at(-1);
    await until(async () => {
      const [sessions] = await this.manager.call('History', [{}]);
      return sessions.some((entry) => entry.get('Session') === session && entry.get('Result') !== 'running') || !number;
    });
    return running.getAll();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.mirror[Symbol.asyncDispose]();
  }
}
