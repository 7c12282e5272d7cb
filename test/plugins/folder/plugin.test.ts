import assert from 'node:assert/strict';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FolderPlugin } from '../../../src/plugins/folder/plugin.js';
import { userDirs } from '../../../src/plugins/folder/user-dirs.js';
import { ListedLog } from '../../fakes/log.js';
import { forever } from '../../support/items.js';
import { temporaryFolder } from '../../support/tmp.js';

async function home(t: TestContext, dirs?: string): Promise<string> {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, '.config'));
  if (dirs !== undefined) await writeFile(join(folder, '.config/user-dirs.dirs'), dirs);
  return folder;
}

test('the user’s folders are found where user-dirs.dirs says', async (t) => {
  const HOME = await home(
    t,
    `# written by xdg-user-dirs-update
XDG_DESKTOP_DIR="$HOME/Schreibtisch"
XDG_PICTURES_DIR="$HOME/Bilder"
XDG_MUSIC_DIR="/srv/music/"
XDG_VIDEOS_DIR="$HOME/"
  XDG_DOCUMENTS_DIR="$HOME/My \\"own\\" papers"
XDG_PICTURES_DIR=$HOME/unquoted
nonsense
`,
  );
  assert.deepEqual(
    [...(await userDirs({ HOME }))],
    [
      ['PICTURES', join(HOME, 'Bilder')],
      ['MUSIC', '/srv/music'],
      ['DOCUMENTS', join(HOME, 'My "own" papers')],
    ],
  );
});

test('without such a file the usual names stand, and without a home there is nothing', async (t) => {
  const HOME = await home(t);
  assert.equal((await userDirs({ HOME })).get('VIDEOS'), join(HOME, 'Videos'));
  assert.equal((await userDirs({})).size, 0);
  assert.equal((await userDirs({ HOME: 'relative' })).size, 0);
});

test('folders that are there are offered and our own collections, and none is made or marked', async (t) => {
  const HOME = await home(t);
  for (const folder of ['Pictures', 'Documents/Books', '.local/share/cradle/contacts'])
    await mkdir(join(HOME, folder), { recursive: true });
  await writeFile(join(HOME, 'Music'), 'a file');
  const plugin = new FolderPlugin({ log: new ListedLog(), environment: { HOME } });
  const found = await plugin.discover(forever);
  assert.deepEqual(
    found.map(({ name, provider, address, contentTypes }) => [
      name,
      provider,
      address.slice(HOME.length),
      contentTypes,
    ]),
    [
      ['pictures', 'folder', '/Pictures', ['image/*', 'video/*']],
      ['documents', 'folder', '/Documents', ['*']],
      ['books', 'folder', '/Documents/Books', ['*']],
      ['contacts', 'folder', '/.local/share/cradle/contacts', ['text/vcard']],
      ['calendar', 'folder', '/.local/share/cradle/calendar', ['text/calendar']],
      ['notes', 'folder', '/.local/share/cradle/notes', ['text/plain']],
    ],
  );
  for (const { address } of found.slice(0, -2))
    assert.deepEqual(
      (await readdir(address)).filter((name) => name.startsWith('.')),
      [],
    );
  assert.deepEqual(await readdir(join(HOME, '.local/share/cradle')), ['contacts']);
});

test('a collection of our own is made when it is first opened, and another folder is not', async (t) => {
  const HOME = await home(t);
  const plugin = new FolderPlugin({ log: new ListedLog(), environment: { HOME } });
  const notes = (await plugin.discover(forever)).find(({ name }) => name === 'notes');
  assert(notes);
  assert.deepEqual(await plugin.look(notes, forever), { readOnly: false });
  await using store = await plugin.open(notes, forever);
  assert.equal(store.info.label, 'Notes');
  assert.equal((await stat(notes.address)).mode & 0o777, 0o700);
  const elsewhere = { ...notes, address: join(HOME, 'notes') };
  await assert.rejects(plugin.look(elsewhere, forever), { code: 'StoreUnavailable' });
  await assert.rejects(plugin.open(elsewhere, forever), { code: 'StoreUnavailable' });
});

test('a collection of our own that was taken away is another one when it is made again', async (t) => {
  const HOME = await home(t);
  const plugin = new FolderPlugin({ log: new ListedLog(), environment: { HOME } });
  const contacts = (await plugin.discover(forever)).find(({ name }) => name === 'contacts');
  assert(contacts);
  const before = await plugin.open(contacts, forever);
  await before[Symbol.asyncDispose]();
  await rm(contacts.address, { recursive: true });
  await using after = await plugin.open(contacts, forever);
  assert.notEqual(after.info.identity, before.info.identity);
});
