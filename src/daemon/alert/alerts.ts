import type { Registry } from '../../hal/registry.js';
import type { Log } from '../../plugins/contract.js';
import type { DesktopStores } from '../session/desktop-stores.js';
import { hasNews } from '../session/news.js';
import type { Binding, BindingId } from '../state/binding.js';
import type { State } from '../state/state.js';
import { ChangeNotifier } from './change.js';
import type { Alert } from './notifier.js';
import { PlugNotifier } from './plug.js';
import { TimerNotifier } from './timer.js';

export interface AlertParts {
  readonly registry: Registry;
  readonly state: State;
  readonly stores: DesktopStores;
  /** Milliseconds of quiet after which a changed store is synced. */
  readonly changeDelay: number;
  readonly log: Log;
  /** Whether a session of the binding could run now. */
  readonly inReach: (binding: Binding) => boolean;
  readonly start: (binding: Binding, cause: Alert['cause']) => void;
}

/** All that starts sessions by itself. */
export class Alerts implements AsyncDisposable {
  readonly #parts: AlertParts;
  readonly #plug: PlugNotifier;
  readonly #timer: TimerNotifier;
  readonly #change: ChangeNotifier;

  constructor(parts: AlertParts) {
    this.#parts = parts;
    const { state, registry, stores, log } = parts;
    const all = () => state.bindings.list();
    const inReach = () => all().filter(parts.inReach);
    const raise = (alert: Alert) => this.#raise(alert);
    const lastAttempt = (id: BindingId) => state.results.get(id)?.ended ?? 0;
    this.#plug = new PlugNotifier(registry, all, raise);
    this.#timer = new TimerNotifier(inReach, lastAttempt, raise);
    this.#change = new ChangeNotifier({
      stores,
      bindings: inReach,
      raise,
      log,
      delay: parts.changeDelay,
      hasNews: async (binding, store, signal) => {
        await using left = await stores.open(store, signal);
        for (const pair of binding.pairs)
          if (pair.desktop === store && (await hasNews(left, state.mapping(binding.id, pair), signal))) return true;
        return false;
      },
    });
  }

  start(): void {
    this.#plug.start();
    this.reconsider();
  }

  /** Called when bindings, devices in reach, or last sessions changed. */
  reconsider(): void {
    this.#timer.reschedule();
    this.#change.reconsider();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#plug, this.#timer, this.#change].map((notifier) => notifier[Symbol.asyncDispose]()));
  }

  #raise({ binding: id, cause }: Alert): void {
    const binding = this.#parts.state.bindings.get(id);
    if (binding === undefined || !binding.enabled) return;
    try {
      this.#parts.start(binding, cause);
    } catch (error) {
      // A question that waits for its answer is shown as such; it needs no second word.
      this.#parts.log.debug(`${id} does not start by itself`, { cause, error });
    }
  }
}
