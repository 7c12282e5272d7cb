import { Desktop } from '../test/bed/desktop.js';
import type { Scope } from '../test/support/scope.js';
import type { Screen } from './screen.js';
import { Witness } from './witness.js';

/** Where everything happens: a desktop with the daemon running, somebody who watches its bus, and a screen to tell of it. */
export class Stage {
  readonly desktop: Desktop;
  readonly screen: Screen;
  readonly witness: Witness;
  readonly scope: Scope;
  readonly #signal: AbortSignal;

  private constructor(scope: Scope, desktop: Desktop, screen: Screen, witness: Witness, signal: AbortSignal) {
    this.scope = scope;
    this.desktop = desktop;
    this.screen = screen;
    this.witness = witness;
    this.#signal = signal;
  }

  /** `furnish` is done before the daemon starts. */
  static async set(
    scope: Scope,
    screen: Screen,
    signal: AbortSignal,
    furnish: (desktop: Desktop) => Promise<void>,
  ): Promise<Stage> {
    const desktop = await Desktop.open(scope);
    await furnish(desktop);
    await desktop.startDaemon();
    const witness = await Witness.begin(scope, await desktop.connect());
    return new Stage(scope, desktop, screen, witness, signal);
  }

  /** Acts in their order; fails when the show is broken off in between. */
  async play(acts: readonly (() => Promise<void>)[]): Promise<void> {
    for (const act of acts) {
      this.#signal.throwIfAborted();
      await act();
    }
  }

  /** Types a command and shows what it says. Fails when the command does. */
  async cradle(...words: readonly string[]): Promise<void> {
    this.#signal.throwIfAborted();
    this.screen.command(['cradle', ...words]);
    const { code } = await this.desktop.cradle(words, { shown: true });
    if (code !== 0) throw new Error(`cradle ${words.join(' ')} ended with ${code}`);
  }

  /** The sync that whatever is done here leads to, to its good end. */
  async synced(cause: () => Promise<void>): Promise<void> {
    const ending = this.witness.nextEnding();
    await cause();
    const { result, errorMessage } = await ending;
    if (result !== 'finished') throw new Error(`the sync ${result}, and should have finished: ${errorMessage}`);
  }
}
