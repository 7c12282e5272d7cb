import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../plugins/contract.js';
import type { DesktopStores } from '../session/desktop-stores.js';
import type { Binding } from '../state/binding.js';
import type { Notifier, Raise } from './notifier.js';

/** Whether a store holds anything its binding has not agreed on: our own session's writing is not news. */
export type HasNews = (binding: Binding, desktopStore: string, signal: AbortSignal) => Promise<boolean>;

/** Alerts bindings whose desktop store changed, once it has been quiet for a while. Only stores somebody waits for are watched. */
export class ChangeNotifier implements Notifier {
  readonly name = 'change';
  readonly #watches = new Map<string, { readonly stop: AbortController; readonly done: Promise<void> }>();
  readonly #stores: DesktopStores;
  readonly #bindings: () => readonly Binding[];
  readonly #hasNews: HasNews;
  readonly #raise: Raise;
  readonly #delay: number;
  readonly #log: Log;

  /** `bindings` gives those that could run now; `delay` is in milliseconds. */
  constructor(parts: {
    readonly stores: DesktopStores;
    readonly bindings: () => readonly Binding[];
    readonly hasNews: HasNews;
    readonly raise: Raise;
    readonly delay: number;
    readonly log: Log;
  }) {
    this.#stores = parts.stores;
    this.#bindings = parts.bindings;
    this.#hasNews = parts.hasNews;
    this.#raise = parts.raise;
    this.#delay = parts.delay;
    this.#log = parts.log;
  }

  /** Called when bindings or their reach changed: begins and ends watches as needed. */
  reconsider(): void {
    const wanted = new Set(this.#waiting().flatMap((binding) => binding.pairs.map((pair) => pair.desktop)));
    for (const [store, watch] of this.#watches)
      if (!wanted.has(store)) {
        watch.stop.abort();
        this.#watches.delete(store);
      }
    for (const store of wanted)
      if (!this.#watches.has(store)) {
        const stop = new AbortController();
        const done = this.#watch(store, stop.signal).catch((error: unknown) => {
          if (!stop.signal.aborted) this.#log.warn(`${store} is not watched`, { error });
          // Left in place until the next reconsider() would start it anew.
          if (this.#watches.get(store)?.stop === stop) this.#watches.delete(store);
        });
        this.#watches.set(store, { stop, done });
      }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const watches = [...this.#watches.values()];
    this.#watches.clear();
    for (const { stop } of watches) stop.abort();
    await Promise.all(watches.map(({ done }) => done));
  }

  #waiting(): readonly Binding[] {
    return this.#bindings().filter((binding) => binding.enabled && binding.triggers.includes('change'));
  }

  async #watch(name: string, signal: AbortSignal): Promise<void> {
    await using store = await this.#stores.open(name, signal);
    if (store.watch === undefined) return;
    let settling = new AbortController();
    for await (const _ of store.watch(signal)) {
      settling.abort();
      settling = new AbortController();
      const quiet = AbortSignal.any([signal, settling.signal]);
      void sleep(this.#delay, undefined, { signal: quiet })
        .then(() => this.#tell(name, signal))
        .catch((error: unknown) => {
          if (!quiet.aborted) this.#log.warn(`changes of ${name} could not be looked at`, { error });
        });
    }
    settling.abort();
  }

  async #tell(name: string, signal: AbortSignal): Promise<void> {
    for (const binding of this.#waiting())
      if (binding.pairs.some((pair) => pair.desktop === name) && (await this.#hasNews(binding, name, signal)))
        this.#raise({ binding: binding.id, cause: 'change' });
  }
}
