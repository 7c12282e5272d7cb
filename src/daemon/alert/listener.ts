import type { ProtocolPlugin } from '../../plugins/contract.js';
import { callers, type Ear, Hearing, type HearingParts } from './hearing.js';

export interface ListenerParts extends HearingParts {
  readonly protocols: readonly ProtocolPlugin[];
  /** What stands in the settings for a plugin, now. */
  readonly settings: (protocol: string) => ReadonlyMap<string, string>;
}

/** Has every plugin listen that peers may call through, for as long as there is an account of one who may call. */
export class Listener implements AsyncDisposable {
  readonly #parts: ListenerParts;
  readonly #hearings = new Map<string, Hearing>();
  readonly #book: Disposable;
  /** What was told to end and may not have yet. */
  #ending: Promise<unknown> = Promise.resolve();
  #over = false;

  constructor(parts: ListenerParts) {
    this.#parts = parts;
    this.#book = parts.accounts.onChange(() => this.reconsider());
  }

  get ears(): readonly Ear[] {
    return [...this.#hearings.values()].map((hearing) => hearing.ear);
  }

  /** Called when accounts or settings may have changed: begins, ends, and begins anew what listens under other terms. */
  reconsider(): void {
    if (this.#over) return;
    for (const plugin of this.#parts.protocols) {
      if (plugin.accept === undefined) continue;
      const wanted = callers(this.#parts.accounts, plugin.name).length > 0;
      const settings = this.#parts.settings(plugin.name);
      const before = this.#hearings.get(plugin.name);
      const terms = wanted ? JSON.stringify([...settings]) : undefined;
      if (before?.terms === terms) continue;
      this.#hearings.delete(plugin.name);
      this.#ending = Promise.all([this.#ending, before?.end()]);
      if (terms !== undefined)
        this.#hearings.set(plugin.name, new Hearing(this.#parts, plugin, settings, terms, this.#ending));
      this.#parts.changed();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    this.#book[Symbol.dispose]();
    const hearings = [...this.#hearings.values()];
    this.#hearings.clear();
    await Promise.all([this.#ending, ...hearings.map((hearing) => hearing.end())]);
  }
}
