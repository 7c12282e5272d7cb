import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '../../src/dbus/bus.js';
import { watchTree } from '../../src/dbus/mirror.js';
import { BUS_NAME, paths } from '../../src/dbus/names.js';
import { proxy } from '../../src/dbus/proxy.js';
import { managerShape } from '../../src/dbus/shapes/manager.js';
import { privateBus } from '../support/bus.js';
import { Program } from '../support/program.js';
import { repositoryRoot } from '../support/root.js';
import { Undo } from '../support/scope.js';
import { temporaryFolder } from '../support/tmp.js';
import { until } from '../support/until.js';

const CRADLED = join(repositoryRoot, 'dist/cradled.cjs');

/** A home and a session bus, and the installed program to be run in them. */
async function place(t: TestContext) {
  const scope = new Undo();
  t.after(() => scope[Symbol.asyncDispose]());
  const home = await temporaryFolder(scope, 'cradle-home-');
  const session = await privateBus(scope);
  const bus = await session.connect();
  const env = {
    HOME: home,
    PATH: process.env.PATH ?? '',
    DBUS_SESSION_BUS_ADDRESS: session.address,
    DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${home}/no-system-bus`,
  };
  const run = (...words: readonly string[]) => Program.start(scope, process.execPath, [CRADLED, ...words], { env });
  const owned = async () => {
    await using tree = await watchTree(bus);
    await until(() => tree.present);
  };
  return { home, session, bus, env, run, owned, state: join(home, '.local/state/cradle') };
}

const manager = (bus: Bus) => proxy(bus, BUS_NAME, paths.root, managerShape);

test('cradled says its version and its usage, and refuses what it does not know', async (t) => {
  const { run } = await place(t);
  assert.match((await (await run('--version')).ended).output, /^cradled \d+\.\d+\.\d+\n$/);
  assert.match((await (await run('--help')).ended).output, /cradled explain FILE/);
  const option = await (await run('--frobnicate')).ended;
  assert.equal(option.code, 64);
  assert.match(option.complaints, /--frobnicate/);
  const command = await (await run('dance')).ended;
  assert.equal(command.code, 64);
  assert.match(command.complaints, /no command "dance"/);
});

test('the bundled daemon lives on after it has given memory back for the first time', async (t) => {
  const { run, owned, bus } = await place(t);
  const program = await run();
  await owned();
  // Rest.QUIET and a second more: only the bundle itself can show that nothing was lost in the bundling.
  await sleep(11_000);
  assert(program.running, program.complaints);
  assert.equal(typeof (await manager(bus).get('Version')), 'string');
});

test('cradled explains an evidence file without a bus', async (t) => {
  const { run } = await place(t);
  const fixture = join(repositoryRoot, 'test/rules/fixtures/demo-player.evidence');
  const { code, output } = await (await run('explain', fixture)).ended;
  assert.equal(code, 0);
  assert.match(output, /Walkman/);
  const missing = await (await run('explain', '/no/such.evidence')).ended;
  assert.equal(missing.code, 1);
  assert.match(missing.complaints, /\/no\/such\.evidence/);
});

test('cradled without a session bus says so and fails', async (t) => {
  const { run } = await place(t);
  const { code, complaints } = await (await run('--bus', 'unix:path=/nowhere/bus')).ended;
  assert.equal(code, 1);
  assert.match(complaints, /cradled cannot run: .*\/nowhere\/bus/);
});

test('a second cradled on the same bus says that one runs already, and the first lives on', async (t) => {
  const { run, owned, bus, home } = await place(t);
  await run();
  await owned();
  const same = await (await run()).ended;
  assert.equal(same.code, 1);
  assert.match(same.complaints, /in use by another daemon/);
  const other = await (await run('--state', join(home, 'other'))).ended;
  assert.equal(other.code, 1);
  assert.match(other.complaints, /somebody else already runs as org\.cradle\.Cradle1/);
  assert.equal(typeof (await manager(bus).get('Version')), 'string');
});

for (const signal of ['SIGTERM', 'SIGINT'] as const)
  test(`cradled ends with 0 on ${signal}`, async (t) => {
    const { run, owned } = await place(t);
    const daemon = await run();
    await owned();
    process.kill(daemon.pid, signal);
    assert.equal((await daemon.ended).code, 0);
  });

test('cradled ends when its bus goes away', async (t) => {
  const { run, owned, session, bus } = await place(t);
  const daemon = await run();
  await owned();
  await bus[Symbol.asyncDispose]();
  await session.kill();
  const { code, complaints } = await daemon.ended;
  assert.equal(code, 0);
  assert.match(complaints, /the session bus went away/);
});

test('a corrupt state database is set aside under a dated name, and shown as a problem', async (t) => {
  const { run, owned, bus, state } = await place(t);
  await mkdir(state, { recursive: true });
  await writeFile(
    join(state, 'state.db'),
    'this is no database, and longer than a header of one would have to be'.repeat(20),
  );
  await run();
  await owned();
  const problems = await manager(bus).get('Problems');
  const [problem] = problems.filter((entry) => entry.get('Kind') === 'state');
  const aside = (await readdir(state)).filter((name) => name !== 'state.db' && /^state\.db.*\d{4}/.test(name));
  assert.equal(aside.length, 1, `nothing was set aside: ${await readdir(state)}`);
  assert.equal(problem?.get('Where'), join(state, aside[0] ?? ''));
});

test('wrong settings and a broken rule are logged, shown as problems, and do not keep cradled from running', async (t) => {
  const { run, owned, bus, home } = await place(t);
  await mkdir(join(home, '.config/cradle/devices.d'), { recursive: true });
  await writeFile(join(home, '.config/cradle/settings'), '[Daemon]\nSettleTime=soon\n');
  await writeFile(join(home, '.config/cradle/devices.d/90-mine.devices'), '[Mine]\nMatchUsbId=12:34\nKind=toaster\n');
  await run();
  await owned();
  const problems = await manager(bus).get('Problems');
  assert.deepEqual(problems.map((entry) => entry.get('Kind')).sort(), ['rule', 'settings']);
  const rule = problems.find((entry) => entry.get('Kind') === 'rule');
  assert.match(String(rule?.get('Where')), /90-mine\.devices:[23]$/);
});

for (const [how, reload] of [
  ['ReloadRules', (bus: Bus) => manager(bus).call('ReloadRules', [{}])],
  ['SIGHUP', (_: Bus, pid: number) => process.kill(pid, 'SIGHUP')],
] as const)
  test(`a rule that is mended is in force after ${how}`, async (t) => {
    const { run, owned, bus, home } = await place(t);
    const file = join(home, '.config/cradle/devices.d/90-mine.devices');
    await mkdir(join(home, '.config/cradle/devices.d'), { recursive: true });
    await writeFile(file, '[Mine]\nMatchUsbId=1234:5678\nKind=toaster\n');
    const daemon = await run();
    await owned();
    const before = await manager(bus).get('Problems');
    assert.equal(before.length, 1);
    await writeFile(file, '[Mine]\nMatchUsbId=1234:5678\nManufacturer=Acme\nModel=Tunes\nKind=player\n');
    await reload(bus, daemon.pid);
    await until(async () => (await manager(bus).get('Problems')).length === 0);
    const models = await manager(bus).get('Models');
    assert.ok(models.some((model) => model.get('Model') === 'Tunes'));
  });

test('a state folder that cannot be written is an error by name', async (t) => {
  const { run, home } = await place(t);
  const folder = join(home, 'state');
  // A file where a folder is wanted cannot be written for root either.
  await writeFile(folder, '');
  await chmod(folder, 0o400);
  const { code, complaints } = await (await run('--state', folder)).ended;
  assert.equal(code, 1);
  assert.match(complaints, new RegExp(`cradled cannot run: .*${folder}`));
});
