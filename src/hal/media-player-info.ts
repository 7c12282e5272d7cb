import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CradleError } from '../dbus/errors.js';
import type { Evidence, Probe } from './device.js';
import { parseKeyfile } from './keyfile.js';
import { listOf } from './rule-keys.js';

const FOLDER = '/usr/share/media-player-info';
/** udev's names for these files; anything else, a path above all, is refused. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/;
const LARGEST = 64 * 1024;

/** Facts by section and key of a .mpi file (media-player-info, README). */
const FACTS: Readonly<Record<string, string>> = {
  'device.vendor': 'mpi.vendor',
  'device.product': 'mpi.product',
  'device.accessprotocol': 'mpi.access-protocol',
  'device.icon': 'mpi.icon',
  'media.outputformats': 'mpi.output-formats',
  'media.inputformats': 'mpi.input-formats',
  'playlist.formats': 'mpi.playlist-formats',
  'storage.requireseject': 'mpi.requires-eject',
  'storage.drivetype': 'mpi.drive-type',
  'storage.folderdepth': 'mpi.folder-depth',
};

/** Facts whose value is a list of folders: given as absolute paths in the volume, the first also by itself. */
const FOLDERS: Readonly<Record<string, { readonly all: string; readonly first: string }>> = {
  'storage.audiofolders': { all: 'mpi.audio-folders', first: 'mpi.audio-folder' },
  'storage.playlistpath': { all: 'mpi.playlist-paths', first: 'mpi.playlist-path' },
};

/** Reads what media-player-info knows of the player that udev names in ID_MEDIA_PLAYER. It opens nothing of the device. */
export class MediaPlayerInfoProbe implements Probe {
  readonly name = 'media-player-info';
  readonly passive = true;

  constructor(private readonly folder: string = FOLDER) {}

  async run(sighting: { readonly evidence: Evidence }, signal: AbortSignal): Promise<Evidence> {
    const player = sighting.evidence.get('udev.ID_MEDIA_PLAYER') ?? '';
    // Old rules say 1 for a player nobody has described.
    if (player === '' || player === '1') return new Map();
    if (!NAME.test(player))
      throw new CradleError('InvalidArgs', `ID_MEDIA_PLAYER is "${player.slice(0, 80)}", which is no name of a player`);
    const path = join(this.folder, `${player}.mpi`);
    try {
      const found = await stat(path);
      if (!found.isFile() || found.size > LARGEST)
        throw new CradleError('Failed', `${path} is not a file of that kind`);
      return factsOf(await readFile(path, { signal }), player);
    } catch (error) {
      if (error instanceof CradleError) throw error;
      throw new CradleError('NotFound', `media-player-info does not know the player ${player}`, { cause: error });
    }
  }
}

function factsOf(content: Uint8Array, player: string): Evidence {
  const facts = new Map<string, string>([['mpi.id', player]]);
  for (const { title, entries } of parseKeyfile(content).sections)
    for (const { key, value } of entries) {
      const name = `${title}.${key}`.toLowerCase();
      const fact = FACTS[name];
      const folders = FOLDERS[name];
      if (fact !== undefined && value !== '') facts.set(fact, listOf(value).join(';'));
      if (folders === undefined) continue;
      const paths = listOf(value).flatMap((path) => insideVolume(path) ?? []);
      const [first] = paths;
      if (first === undefined) continue;
      facts.set(folders.all, paths.join(';'));
      facts.set(folders.first, first);
    }
  return facts;
}

/** `Music/` as `/Music`; undefined for a path that leads out of the volume. A `%File` in it stands for a playlist's own name. */
function insideVolume(path: string): string | undefined {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  const folders = parts.filter((part) => part !== '%File');
  return folders.includes('..') ? undefined : `/${folders.join('/')}`;
}
