import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { watchTree } from '../src/dbus/mirror.js';
import { deviceShape } from '../src/dbus/shapes/device.js';
import type { Desktop } from '../test/bed/desktop.js';
import { Player } from '../test/bed/player.js';
import type { Scope } from '../test/support/scope.js';
import { until } from '../test/support/until.js';

const SONGS = 500;

/** Plugs a player in, claims and binds it, and syncs it once: from then on the daemon waits for changes and for plugs. */
export async function bindPlayer(scope: Scope, desktop: Desktop): Promise<void> {
  const player = await Player.bring(scope, desktop);
  const bus = await desktop.connect();
  const mirror = await watchTree(bus);
  await player.plug();
  await until(() => mirror.all(deviceShape).some(({ view }) => view.Identified && view.Stores.length > 0));
  await mirror[Symbol.asyncDispose]();
  await bus[Symbol.asyncDispose]();
  const music = join(desktop.home, 'Music');
  await mkdir(music);
  for (let song = 0; song < SONGS; song++) await writeFile(join(music, `Song ${song}.mp3`), `song ${song}`);
  for (const words of [
    ['claim', 'walkman'],
    ['bind', 'walkman', `music=${music}`],
    ['sync', 'walkman'],
  ]) {
    const { code, complaints } = await desktop.cradle(words);
    if (code !== 0) throw new Error(`cradle ${words.join(' ')} ended with ${code}: ${complaints}`);
  }
}
