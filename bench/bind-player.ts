import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Mirror, watchTree } from '../src/dbus/mirror.js';
import { deviceShape } from '../src/dbus/shapes/device.js';
import type { Desktop } from '../test/bed/desktop.js';
import { Player } from '../test/bed/player.js';
import type { Scope } from '../test/support/scope.js';
import { until } from '../test/support/until.js';
import { plant } from './plant.js';

/**
 * Fills ~/Music with so many songs, plugs an empty player in, and has it claimed and bound. From then on the daemon waits
 * for changes and for plugs; nothing is synced yet.
 */
export async function bindPlayer(scope: Scope, desktop: Desktop, songs: number): Promise<Player> {
  const music = join(desktop.home, 'Music');
  await plant(music, songs);
  const player = await Player.bring(scope, desktop);
  await mkdir(join(player.folder, 'MUSIC'));
  const bus = await desktop.connect();
  const mirror = await watchTree(bus);
  await player.plug();
  await until(() => isThere(mirror));
  await mirror[Symbol.asyncDispose]();
  await bus[Symbol.asyncDispose]();
  await type(desktop, 'claim', 'walkman');
  await type(desktop, 'bind', 'walkman', `music=${music}`);
  return player;
}

/** Runs `cradle`. Fails when that fails. */
export async function type(desktop: Desktop, ...words: readonly string[]): Promise<void> {
  const { code, complaints } = await desktop.cradle(words);
  if (code !== 0) throw new Error(`cradle ${words.join(' ')} ended with ${code}: ${complaints}`);
}

const isThere = (mirror: Mirror): boolean =>
  mirror.all(deviceShape).some(({ view }) => view.Identified && view.Stores.length > 0);
