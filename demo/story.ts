import type { Desktop } from '../test/bed/desktop.js';
import type { Scope } from '../test/support/scope.js';
import { PhoneStory } from './phone-story.js';
import { PlayerStory } from './player-story.js';
import type { Screen } from './screen.js';
import { Stage } from './stage.js';

/** What happens to a player, to a telephone, and to their owner. */
export class Story {
  readonly desktop: Desktop;
  readonly #player: PlayerStory;
  readonly #phone: PhoneStory;

  private constructor(stage: Stage, player: PlayerStory, phone: PhoneStory) {
    this.desktop = stage.desktop;
    this.#player = player;
    this.#phone = phone;
  }

  /** Sets the stage: a desktop that has something of everything, the daemon running, nothing plugged in. */
  static async begin(scope: Scope, screen: Screen, signal: AbortSignal): Promise<Story> {
    screen.line(screen.bold('Cradle keeps a media player, a telephone and a desktop the same'));
    screen.line();
    screen.line('The daemon, its udev addon and the command line are the real ones. They run on a desktop made for');
    screen.line('this show: an empty home, two buses of its own, and umockdev for the machine to plug things into.');
    const stage = await Stage.set(scope, screen, signal, PlayerStory.furnish);
    return new Story(stage, await PlayerStory.begin(stage), await PhoneStory.begin(stage));
  }

  /** Whether all sides agree in the end. Fails when anything does not happen as it should. */
  async tell(): Promise<boolean> {
    const played = await this.#player.tell();
    const called = await this.#phone.tell();
    return played && called;
  }
}
