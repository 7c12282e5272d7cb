import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ERROR_PREFIX } from '../src/dbus/names.js';
import type { Desktop } from '../test/bed/desktop.js';
import { Player } from '../test/bed/player.js';
import { Belongings } from './belongings.js';
import type { Stage } from './stage.js';

const FOLDERS = {
  desktop: { music: 'Music', pictures: 'Pictures' },
  player: { music: 'MUSIC', pictures: 'PICTURES' },
} as const;

/** As its model is called. */
const WALKMAN = 'NWZ';

/** The live recording: so large that it can be pulled in the middle of. */
const CONCERT = { tracks: 40, kilobytes: 3_000 };
/** Concerts that are put on before the hand gives up on being quicker than the copy. */
const ATTEMPTS = 4;
/** The parts of an explanation that are shown, by how they begin; the first part has no heading. */
const EXPLAINED = ['Sections that apply', 'Owner'];

const NOT_CONNECTED = `${ERROR_PREFIX}NotConnected`;

/** What happens to a player and its owner, from its first plug to the last look at both sides. */
export class PlayerStory {
  readonly #stage: Stage;
  readonly #player: Player;
  readonly #things: Belongings;

  private constructor(stage: Stage, player: Player, things: Belongings) {
    this.#stage = stage;
    this.#player = player;
    this.#things = things;
  }

  /** What is on the desktop before anything is plugged in, as far as folders go. */
  static async furnish(desktop: Desktop): Promise<void> {
    for (const folder of Object.values(FOLDERS.desktop)) await mkdir(join(desktop.home, folder));
  }

  static async begin(stage: Stage): Promise<PlayerStory> {
    const { desktop } = stage;
    const player = await Player.bring(stage.scope, desktop);
    const things = new Belongings({
      folder: (side, kind) =>
        side === 'desktop' ? join(desktop.home, FOLDERS.desktop[kind]) : join(player.folder, FOLDERS.player[kind]),
    });
    await furnish(things);
    return new PlayerStory(stage, player, things);
  }

  /** Whether both sides agree in the end. */
  async tell(): Promise<boolean> {
    await this.#stage.play([
      () => this.#identified(),
      () => this.#bound(),
      () => this.#changed(),
      () => this.#pulled(),
      () => this.#completed(),
    ]);
    return this.#compared();
  }

  async #identified(): Promise<void> {
    this.#stage.screen.act('A media player is plugged in, and Cradle knows what it is');
    const songs = await this.#things.count('player', 'music');
    const pictures = await this.#things.count('player', 'pictures');
    this.#stage.screen.told('you', `plug in a Walkman with ${songs} songs and ${pictures} pictures on it`);
    await this.#player.plug();
    await this.#stage.witness.comes(WALKMAN);
    this.#stage.screen.told('Cradle', 'sees it, asks its rules, and shows it on the bus:');
    await this.#stage.cradle('list');
    this.#stage.screen.command(['cradle', 'explain', 'walkman']);
    const { output } = await this.#stage.desktop.cradle(['explain', 'walkman']);
    const parts = output.trimEnd().split('\n\n');
    const shown = parts.filter((part, index) => index === 0 || EXPLAINED.some((heading) => part.startsWith(heading)));
    for (const part of shown) this.#stage.screen.line(part);
    const rest = output.split('\n').length - shown.join('\n').split('\n').length;
    this.#stage.screen.line(
      this.#stage.screen.dim(
        `(and ${rest} lines more: all that is known of it, and each rule that does not hold, and why)`,
      ),
    );
  }

  async #bound(): Promise<void> {
    this.#stage.screen.act('It is claimed, its music and photos are bound to folders, and synced');
    await this.#stage.cradle('claim', 'walkman');
    await this.#stage.cradle('bind', 'walkman', 'music=~/Music', 'photos=~/Pictures');
    this.#stage.screen.told('you', 'sync it: what each side has, both have afterwards');
    await this.#stage.cradle('sync', 'walkman');
  }

  async #changed(): Promise<void> {
    this.#stage.screen.act('Something changes on each side; the next plug syncs by itself');
    await this.#player.unplug();
    await this.#stage.witness.goes(WALKMAN);
    this.#stage.screen.told(
      'you',
      'unplug it. On the desktop a song is new, another is tagged anew, a picture is deleted;',
    );
    await this.#things.put('desktop', 'music', 'Ada Quill/Harbour Lights/07 Epilogue.mp3', 180);
    await this.#things.put('desktop', 'music', 'Ada Quill/Harbour Lights/02 Song 2.mp3', 121);
    await this.#things.remove('desktop', 'pictures', 'Summer/IMG_0002.jpg');
    this.#stage.screen.told('', 'on the player a recording and a picture are new, and a song is deleted');
    await this.#things.put('player', 'music', 'Recordings/Voice 001.mp3', 60);
    await this.#things.put('player', 'pictures', 'Walkman/DSC00004.jpg', 210);
    await this.#things.remove('player', 'music', 'Tin Orchestra/Live at Noon/05 Song 5.mp3');
    this.#stage.screen.told('you', 'plug it in again, and touch nothing');
    await this.#stage.synced(() => this.#player.plug());
    this.#stage.screen.told('Cradle', 'has synced it, because it was plugged in:');
    await this.#stage.cradle('history', 'walkman', '-n', '1');
  }

  async #pulled(): Promise<void> {
    this.#stage.screen.act('Pulled in the middle of a copy');
    for (let attempt = 1; ; attempt++) {
      if (await this.#pulledInTime(attempt)) break;
      if (attempt === ATTEMPTS) throw new Error('the copy was over before it could be interrupted, every time');
      this.#stage.screen.told('you', 'were too slow: it was done before. Once more, with more of it');
      await this.#stage.synced(() => this.#player.plug());
    }
    await this.#stage.witness.goes(WALKMAN);
    const there = await this.#things.count('player', 'music');
    const here = await this.#things.count('desktop', 'music');
    this.#stage.screen.told(
      'you',
      `have pulled the plug: ${there} songs are on the player now, and ${here} on the desktop`,
    );
  }

  /** Whether the session noticed; false when it was over before the plug was out. */
  async #pulledInTime(attempt: number): Promise<boolean> {
    const { tracks, kilobytes } = CONCERT;
    const many = tracks * attempt;
    this.#stage.screen.told(
      'you',
      `put a concert into ~/Music, ${many} tracks of ${kilobytes / 1_000} MB each, and sync`,
    );
    for (let track = 1; track <= many; track++) {
      const name = `Concert ${attempt}/Track ${String(track).padStart(2, '0')}.mp3`;
      await this.#things.put('desktop', 'music', name, kilobytes);
    }
    const before = await sizeOf(this.#player.folder);
    const ending = this.#stage.witness.nextEnding();
    this.#stage.screen.command(['cradle', 'sync', 'walkman']);
    const syncing = this.#stage.desktop.cradle(['sync', 'walkman'], { shown: true });
    const third = (many * kilobytes * 1_000) / 3;
    while ((await sizeOf(this.#player.folder)) < before + third) await sleep(5);
    await this.#player.pull();
    const { code } = await syncing;
    const { result, errorName, errorMessage } = await ending;
    if (result === 'finished') return false;
    if (code === 0 || errorName !== NOT_CONNECTED) throw new Error(`the sync ${result}: ${errorName} ${errorMessage}`);
    this.#stage.screen.told('Cradle', `says so on the bus, too: ${errorName}`);
    return true;
  }

  async #completed(): Promise<void> {
    this.#stage.screen.act('Plugged in again, it goes on where it was');
    this.#stage.screen.told('you', 'plug it in again, and touch nothing');
    await this.#stage.synced(() => this.#player.plug());
    this.#stage.screen.told('Cradle', 'has completed the sync:');
    await this.#stage.cradle('history', 'walkman', '-n', '2');
    await this.#stage.cradle('list');
  }

  async #compared(): Promise<boolean> {
    this.#stage.screen.act('Both sides, read byte by byte, without asking Cradle');
    const comparisons = await this.#things.compare();
    const row = (cells: readonly string[]): void =>
      this.#stage.screen.line(
        [14, 10, 7, 10, 20]
          .map((width, column) => (cells[column] ?? '').padEnd(width))
          .join('')
          .trimEnd(),
      );
    row(['', 'side', 'files', 'MB', 'SHA-256 of all names and contents']);
    for (const comparison of comparisons)
      for (const side of ['desktop', 'player'] as const) {
        const { files, bytes, digest } = comparison[side];
        const folder = FOLDERS[side][comparison.kind];
        row([folder, side, String(files), (bytes / 1e6).toFixed(1), digest.slice(0, 32)]);
      }
    const agrees = comparisons.every((comparison) => comparison.agrees);
    const files = comparisons.reduce((sum, { desktop }) => sum + desktop.files, 0);
    this.#stage.screen.line();
    this.#stage.screen.line(
      agrees
        ? this.#stage.screen.good(
            `Both sides agree: the same ${files} files with the same content, none lost, none doubled.`,
          )
        : this.#stage.screen.bad('Both sides do NOT agree, or are not what they should be.'),
    );
    return agrees;
  }
}

/** What both sides have before they ever met; two songs are on both. */
async function furnish(things: Belongings): Promise<void> {
  for (let song = 1; song <= 6; song++)
    await things.put('desktop', 'music', `Ada Quill/Harbour Lights/0${song} Song ${song}.mp3`, 90 + 15 * song);
  for (let song = 1; song <= 5; song++)
    await things.put('player', 'music', `Tin Orchestra/Live at Noon/0${song} Song ${song}.mp3`, 80 + 12 * song);
  for (let song = 1; song <= 2; song++) await things.putOnBoth('music', `Copied before/0${song} Song ${song}.mp3`, 130);
  for (let picture = 1; picture <= 4; picture++)
    await things.put('desktop', 'pictures', `Summer/IMG_000${picture}.jpg`, 240);
  for (let picture = 1; picture <= 3; picture++)
    await things.put('player', 'pictures', `Walkman/DSC0000${picture}.jpg`, 200);
}

/** Bytes below a folder, half-written files too; 0 for one that is not there. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = entries.map(async (entry) =>
    entry.isFile()
      ? stat(join(entry.parentPath, entry.name)).then(
          ({ size }) => size,
          () => 0,
        )
      : 0,
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
