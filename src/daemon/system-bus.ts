import { type Bus, connectBus, type Environment, systemBusAddress } from '../dbus/bus.js';

/** The system bus, dialled when first asked for, and again once it went away. */
export class SystemBus implements AsyncDisposable {
  readonly #environment: Environment;
  readonly #stop = new AbortController();
  #bus: Promise<Bus> | undefined;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Fails with NotConnected where there is none. */
  readonly connect = (): Promise<Bus> => {
    this.#bus ??= this.#dial();
    return this.#bus;
  };

  async #dial(): Promise<Bus> {
    try {
      const bus = await connectBus({ address: systemBusAddress(this.#environment), abort: this.#stop.signal });
      void bus.ended.then(() => {
        this.#bus = undefined;
      });
      return bus;
    } catch (error) {
      this.#bus = undefined;
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const bus = await this.#bus?.catch(() => undefined);
    this.#stop.abort();
    await bus?.[Symbol.asyncDispose]();
  }
}
