import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FileSecrets } from '../../../src/daemon/secrets/file.js';
import { CradleError, type ErrorCode } from '../../../src/dbus/errors.js';
import { deviceId } from '../../../src/hal/device-id.js';
import { forever } from '../../support/items.js';
import { temporaryFolder } from '../../support/tmp.js';

const phone = deviceId('account-phone');
const server = deviceId('account-server');
const login = { user: 'alice', password: 'hunter2 "quoted" ünï' };

async function drawer(t: TestContext) {
  const folder = join(await temporaryFolder(t), 'state');
  const path = join(folder, 'secrets.json');
  return { folder, path, secrets: new FileSecrets(path) };
}

/** Fails with this code, and not a word of it, or of what caused it, tells a secret. */
const failure = (code: ErrorCode, what: RegExp) => (error: unknown) => {
  assert(error instanceof CradleError);
  assert.equal(error.code, code);
  assert.match(error.message, what);
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    assert(!`${at.message} ${at.stack}`.includes('hunter2'), at.message);
  return true;
};

test('a login comes back as it was given, also to another who opens the file later', async (t) => {
  const { path, secrets } = await drawer(t);
  assert.equal(await secrets.get(phone, forever), undefined);
  await secrets.put(phone, login, forever);
  await secrets.put(server, { user: 'bob', password: '' }, forever);
  assert.deepEqual(await new FileSecrets(path).get(phone, forever), login);
  await secrets.remove(phone, forever);
  await secrets.remove(phone, forever);
  assert.equal(await secrets.get(phone, forever), undefined);
  assert.deepEqual(await secrets.get(server, forever), { user: 'bob', password: '' });
  assert(!(await readFile(path, 'utf8')).includes('hunter2'));
});

test('nobody but its owner may read the file or look into its folder, whatever the umask', async (t) => {
  const before = process.umask(0);
  t.after(() => process.umask(before));
  const { folder, path, secrets } = await drawer(t);
  await secrets.put(phone, login, forever);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.equal((await stat(folder)).mode & 0o777, 0o700);
  assert.deepEqual(await readdir(folder), ['secrets.json']);
});

test('a file that others may read is not used until it is private again, and that is a complaint', async (t) => {
  const { path, secrets } = await drawer(t);
  await secrets.put(phone, login, forever);
  for (const mode of [0o640, 0o604, 0o620, 0o602]) {
    await chmod(path, mode);
    const refused = failure('Failed', /secrets\.json may be read by others: make it private with chmod 600/);
    await assert.rejects(secrets.get(phone, forever), refused);
    await assert.rejects(secrets.put(server, login, forever), refused);
    assert.equal(secrets.complaint?.where, path);
  }
  await chmod(path, 0o600);
  assert.deepEqual(await secrets.get(phone, forever), login);
  assert.equal(secrets.complaint, undefined);
});

test('a file that cannot be understood is neither used nor written over, and not quoted', async (t) => {
  const { folder, path, secrets } = await drawer(t);
  await mkdir(folder);
  for (const text of [
    '{"logins":{"a":{"user":"x","password":"hunter2',
    'hunter2',
    '[]',
    '{"logins":{"a":{"user":"hunter2"}}}',
    '{"logins":"hunter2"}',
    '{"logins":{"a":null}}',
    'null',
    '',
    `{"logins":{}, "filling":"${'hunter2'.repeat(200_000)}"}`,
  ]) {
    await writeFile(path, text, { mode: 0o600 });
    const refused = failure('Failed', /cannot be understood|too long/);
    await assert.rejects(secrets.get(phone, forever), refused);
    await assert.rejects(secrets.put(phone, login, forever), refused);
    assert.equal(await readFile(path, 'utf8'), text);
  }
});

test('a link or a folder in the place of the file is refused', async (t) => {
  const { folder, path, secrets } = await drawer(t);
  await mkdir(folder);
  await writeFile(join(folder, 'other'), '{"logins":{}}', { mode: 0o600 });
  await symlink('other', path);
  await assert.rejects(secrets.get(phone, forever), failure('Failed', /is a link/));
  const other = new FileSecrets(join(folder, 'folder'));
  await mkdir(join(folder, 'folder'), { mode: 0o700 });
  await assert.rejects(other.get(phone, forever), failure('Failed', /is no file/));
});

test('what a crash has left behind is not in the way, and not believed', async (t) => {
  const { path, secrets } = await drawer(t);
  await secrets.put(phone, login, forever);
  await writeFile(`${path}.part`, '{"logins":{}}', { mode: 0o644 });
  await secrets.put(server, login, forever);
  assert.deepEqual(await secrets.get(phone, forever), login);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
});

test('of many changes at once none is lost', async (t) => {
  const { secrets } = await drawer(t);
  const names = Array.from({ length: 20 }, (_, index) => deviceId(`account-${index}`));
  await Promise.all(names.map((name) => secrets.put(name, { user: name, password: 'p' }, forever)));
  for (const name of names) assert.equal((await secrets.get(name, forever))?.user, name);
});

test('more passwords than the file holds are refused by name, and those in it stay', async (t) => {
  const { secrets } = await drawer(t);
  await secrets.put(phone, login, forever);
  const huge = { user: 'x', password: 'y'.repeat(2 ** 20) };
  await assert.rejects(secrets.put(server, huge, forever), failure('LimitsExceeded', /no room/));
  assert.deepEqual(await secrets.get(phone, forever), login);
});
