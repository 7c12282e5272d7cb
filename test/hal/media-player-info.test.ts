import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseRecording } from '../../src/hal/evidence.js';
import { MediaPlayerInfoProbe } from '../../src/hal/media-player-info.js';
import { sighting } from '../fakes/source.js';
import { repositoryRoot } from '../support/root.js';
import { temporaryFolder } from '../support/tmp.js';

const signal = new AbortController().signal;
const INSTALLED = '/usr/share/media-player-info';

async function probe(t: TestContext, files: Readonly<Record<string, string>>) {
  const folder = join(await temporaryFolder(t), 'mpi');
  await mkdir(folder);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const asked = new MediaPlayerInfoProbe(folder);
  return (player: string) => asked.run(sighting({ 'udev.ID_MEDIA_PLAYER': player }), signal);
}

test('what the file says of a player becomes facts, its folders as paths in the volume', async (t) => {
  const ask = await probe(t, {
    'x_1.mpi':
      '[Device]\nProduct=X 1\nVendor=Ex\nAccessProtocol=storage;ipod\n\n[Media]\nOutputFormats=audio/mpeg;\n\n[storage]\nAudioFolders=MP3/;My Music/Own\nPlaylistPath=Playlists/%File\nRequiresEject=true\n',
  });
  assert.deepEqual(Object.fromEntries(await ask('x_1')), {
    'mpi.id': 'x_1',
    'mpi.product': 'X 1',
    'mpi.vendor': 'Ex',
    'mpi.access-protocol': 'storage;ipod',
    'mpi.output-formats': 'audio/mpeg',
    'mpi.audio-folders': '/MP3;/My Music/Own',
    'mpi.audio-folder': '/MP3',
    'mpi.playlist-paths': '/Playlists',
    'mpi.playlist-path': '/Playlists',
    'mpi.requires-eject': 'true',
  });
});

test('a player nobody has described is no failure, one that is named and missing is', async (t) => {
  const ask = await probe(t, {});
  assert.equal((await ask('1')).size, 0);
  assert.equal((await new MediaPlayerInfoProbe().run(sighting({}), signal)).size, 0);
  await assert.rejects(ask('x_2'), { code: 'NotFound', message: /does not know the player x_2/ });
});

for (const player of ['../mpi/x_1', '/etc/passwd', 'x/../../x', '.hidden', 'a\u0000b', 'x'.repeat(200)])
  test(`the property "${player.slice(0, 20).replaceAll('\u0000', '?')}" leads nowhere`, async (t) => {
    const ask = await probe(t, { 'x_1.mpi': '[Device]\nVendor=Ex\n' });
    await assert.rejects(ask(player), { code: 'InvalidArgs' });
  });

test('a folder of the file that leads out of the volume is left out', async (t) => {
  const ask = await probe(t, { 'x.mpi': '[storage]\nAudioFolders=../../etc;/./Music//;\n' });
  assert.equal((await ask('x')).get('mpi.audio-folders'), '/Music');
});

test('something else than a small file is refused', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'dir.mpi'));
  await writeFile(join(folder, 'big.mpi'), '#'.repeat(65 * 1024));
  const asked = new MediaPlayerInfoProbe(folder);
  for (const player of ['dir', 'big'])
    await assert.rejects(asked.run(sighting({ 'udev.ID_MEDIA_PLAYER': player }), signal), { code: 'Failed' });
});

test('every installed file can be read, and says what our fixtures were told', async () => {
  const asked = new MediaPlayerInfoProbe();
  const names = (await readdir(INSTALLED)).filter((name) => name.endsWith('.mpi'));
  assert.ok(names.length > 200);
  for (const name of names) {
    const facts = await asked.run(sighting({ 'udev.ID_MEDIA_PLAYER': name.slice(0, -'.mpi'.length) }), signal);
    assert.notEqual(facts.get('mpi.vendor') ?? '', '', name);
  }
  const fixtures = join(repositoryRoot, 'test/rules/fixtures');
  for (const name of await readdir(fixtures)) {
    const recorded = parseRecording(await readFile(join(fixtures, name))).probes.get('media-player-info');
    const player = recorded?.get('mpi.id');
    if (recorded === undefined || player === undefined) continue;
    assert.deepEqual(await asked.run(sighting({ 'udev.ID_MEDIA_PLAYER': player }), signal), recorded, name);
  }
});
