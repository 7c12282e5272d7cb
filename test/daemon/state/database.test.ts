import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { MIGRATIONS, VERSION } from '../../../src/daemon/state/migrations.js';
import { openState } from '../../../src/daemon/state/state.js';
import { CradleError } from '../../../src/dbus/errors.js';
import type { Identity } from '../../../src/hal/device.js';
import { asDatabaseError, Database } from '../../../src/plugins/database/database.js';
import { migrate } from '../../../src/plugins/database/migrate.js';
import { temporaryFolder } from '../../support/tmp.js';
import { aBinding, PAIR, silent } from '../sync/world.js';

const identity: Identity = {
  manufacturer: 'Nokia',
  model: '6021',
  kind: 'phone',
  icon: 'phone',
  plugin: 'syncml',
  transport: 'serial',
  startedBy: 'us',
  stores: [{ name: 'Contacts', address: './Contacts', contentType: 'text/vcard' }],
  options: new Map([['SyncML.Version', '1.1']]),
  lasting: true,
};

const fails = (code: string) => (error: unknown) => error instanceof CradleError && error.code === code;

/** A database as an owner would miss it: a device, its claim, a binding with a mapping, a store. */
const account = {
  name: 'work',
  protocol: 'syncml',
  role: 'server' as const,
  label: 'Work',
  url: 'https://sync.example.org/',
  user: 'alice',
  stores: new Map(),
  created: 1,
};

function fill(path: string): void {
  using state = openState(path, silent);
  const binding = aBinding({ firstSync: 'keep-desktop' });
  state.devices.saw(binding.device, identity, 1_000);
  state.devices.label(binding.device, 'My old phone');
  state.claims.claim(binding.device, 2_000);
  state.bindings.put(binding);
  state.accounts.put(account);
  state.stores.put({
    name: 'music',
    label: 'Music',
    icon: 'folder-music',
    provider: 'folder',
    address: '/home/me/Music',
    contentTypes: ['audio/*'],
  });
  const known = { ref: { id: 'a', revision: '1' }, digest: 'd' };
  state.mapping(binding.id, PAIR).advance({ join: [{ left: known, right: known }] });
}

function assertSalvaged(path: string): string {
  using state = openState(path, silent);
  const { setAside } = state.database;
  assert.ok(setAside, 'the old database was set aside');
  const binding = aBinding({ firstSync: 'combine' });
  assert.deepEqual(state.bindings.list(), [binding], 'the binding lives on, and combines');
  assert.deepEqual(state.devices.list(), [{ id: binding.device, label: 'My old phone', identity, lastSeen: 1_000 }]);
  assert.ok(state.claims.holds(binding.device));
  assert.deepEqual(state.accounts.list(), [account]);
  assert.equal(state.stores.get('music')?.address, '/home/me/Music');
  assert.equal(state.mapping(binding.id, PAIR).size, 0, 'what was agreed is void');
  assert.ok(statSync(setAside.path).size > 0, 'and the old file is still there');
  return setAside.reason;
}

test('the database and its folder are for their owner alone', async (t) => {
  const folder = join(await temporaryFolder(t), 'state', 'cradle');
  const path = join(folder, 'cradle.db');
  openState(path, silent).close();
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('what was written is there after a restart', async (t) => {
  const path = join(await temporaryFolder(t), 'cradle.db');
  fill(path);
  using state = openState(path, silent);
  assert.equal(state.database.setAside, undefined);
  assert.deepEqual(state.bindings.list(), [aBinding({ firstSync: 'keep-desktop' })]);
  assert.equal(state.mapping(aBinding().id, PAIR).size, 1);
});

test('a file that is no database is set aside, and a fresh one started', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'cradle.db');
  writeFileSync(path, 'this was never a database'.repeat(1_000));
  using state = openState(path, silent);
  assert.match(state.database.setAside?.reason ?? '', /not a database/);
  assert.deepEqual(state.bindings.list(), []);
  assert.match(readFileSync(state.database.setAside?.path ?? '', 'utf8'), /never a database/);
});

test('a database with a broken page is set aside, and what can be read of it lives on', async (t) => {
  const path = join(await temporaryFolder(t), 'cradle.db');
  fill(path);
  const bytes = readFileSync(path);
  const sqlite = new Sqlite(path, { readonly: true });
  const row: unknown = sqlite.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'pairs'").pluck().get();
  sqlite.close();
  assert.ok(typeof row === 'number');
  bytes.fill(0x5a, (row - 1) * 4096, row * 4096);
  writeFileSync(path, bytes);
  assert.notEqual(assertSalvaged(path), '');
});

test('a database of a newer daemon is set aside, and what can be read of it lives on', async (t) => {
  const path = join(await temporaryFolder(t), 'cradle.db');
  fill(path);
  const newer = new Sqlite(path);
  newer.pragma(`user_version = ${VERSION + 1}`);
  newer.exec('ALTER TABLE bindings ADD COLUMN colour TEXT; DROP TABLE settings;');
  newer.close();
  assert.match(assertSalvaged(path), /version/);
});

test('a binding that cannot be believed is left out, the others live on', async (t) => {
  const path = join(await temporaryFolder(t), 'cradle.db');
  fill(path);
  const sqlite = new Sqlite(path);
  sqlite.exec(`INSERT INTO bindings VALUES ('b2', '{"device": 7}'), ('b3', 'no JSON'), ('b4', '[]')`);
  sqlite.close();
  using state = openState(path, silent);
  assert.deepEqual(
    state.bindings.list().map(({ id }) => id),
    ['b1'],
  );
});

test('databases that are set aside on one day do not replace each other', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'cradle.db');
  for (const text of ['first', 'second', 'third']) {
    writeFileSync(path, text.repeat(1_000));
    writeFileSync(`${path}-wal`, `${text} log`);
    openState(path, silent).close();
  }
  const aside = readdirSync(folder).filter((name) => /^cradle\.db\.\d{4}-\d\d-\d\dT\d{6}(-\d+)?$/.test(name));
  assert.deepEqual(
    new Set(aside.map((name) => readFileSync(join(folder, name), 'utf8').slice(0, 5))),
    new Set(['first', 'secon', 'third']),
  );
  for (const name of aside) assert.match(readFileSync(join(folder, `${name}-wal`), 'utf8'), / log$/);
});

test('a second daemon on the same database is told that it is in use', async (t) => {
  const path = join(await temporaryFolder(t), 'cradle.db');
  using _ = openState(path, silent);
  assert.throws(() => openState(path, silent), fails('Busy'));
});

test('a state folder that cannot be written is named', () => {
  // Nobody may make a folder there, not even root.
  assert.throws(() => openState('/sys/cradle-test/cradle.db', silent), fails('ReadOnly'));
});

test('a folder in the place of the database is no reason to remove it', async (t) => {
  const path = join(await temporaryFolder(t), 'cradle.db');
  mkdirSync(path);
  assert.throws(() => openState(path, silent), CradleError);
  assert.ok(statSync(path).isDirectory());
});

test('a full disk is named, and what was written before stays', async (t) => {
  const path = join(await temporaryFolder(t), 'cradle.db');
  const database = Database.open(path);
  migrate(database, MIGRATIONS);
  database.exec('PRAGMA max_page_count = 1');
  const insert = database.prepare('INSERT INTO settings VALUES (?, ?)');
  insert.run('small', 'fits');
  assert.throws(() => insert.run('big', 'x'.repeat(100_000)), fails('NoSpace'));
  assert.equal(database.prepare('SELECT count(*) AS count FROM settings').get()?.count, 1);
  database.close();
});

test('what SQLite complains of has one of our names', () => {
  const named = (code: string) => asDatabaseError(new Sqlite.SqliteError('sentence', code), 'x.db');
  for (const [code, ours] of [
    ['SQLITE_READONLY_DBMOVED', 'ReadOnly'],
    ['SQLITE_FULL', 'NoSpace'],
    ['SQLITE_BUSY_SNAPSHOT', 'Busy'],
    ['SQLITE_IOERR_FSYNC', 'Failed'],
  ] as const)
    assert.ok(fails(ours)(named(code)), code);
  assert.ok(named('SQLITE_BUSY') instanceof CradleError);
  const defect = new TypeError('no');
  assert.equal(asDatabaseError(defect, 'x.db'), defect);
});

test('every earlier version is brought up to date', async (t) => {
  const folder = await temporaryFolder(t);
  for (let version = 0; version <= VERSION; version++) {
    const path = join(folder, `${version}.db`);
    const database = Database.open(path);
    migrate(database, MIGRATIONS.slice(0, version));
    assert.equal(database.version, version);
    database.close();
    using state = openState(path, silent);
    assert.equal(state.database.setAside, undefined);
    state.bindings.put(aBinding());
    assert.equal(state.bindings.list().length, 1);
  }
});

test('a migration that fails leaves the version before it', () => {
  const database = Database.open(':memory:');
  migrate(database, MIGRATIONS);
  assert.throws(() =>
    migrate(database, [...MIGRATIONS, 'CREATE TABLE extra (a TEXT); INSERT INTO nowhere VALUES (1)']),
  );
  assert.equal(database.version, VERSION);
  assert.throws(() => database.prepare('SELECT * FROM extra'));
  database.close();
});
