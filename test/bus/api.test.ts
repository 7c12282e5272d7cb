import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { CradleError } from '../../src/dbus/errors.js';
import { paths } from '../../src/dbus/names.js';
import { bindingShape } from '../../src/dbus/shapes/binding.js';
import { deviceShape } from '../../src/dbus/shapes/device.js';
import { sessionShape } from '../../src/dbus/shapes/session.js';
import { storeShape } from '../../src/dbus/shapes/store.js';
import { v } from '../../src/dbus/variant.js';
import { Applet } from '../support/applet.js';
import { daemonWithPlayer, put } from '../support/player.js';
import { listTree, sameTrees } from '../support/tree.js';
import { until } from '../support/until.js';

const failsWith = (code: string) => (error: unknown) => error instanceof CradleError && error.code === code;

/** A player that is claimed and whose music is bound to ~/Tunes. */
async function bound(t: TestContext, settings: Readonly<Record<string, ReturnType<typeof v.s>>> = {}) {
  const { daemon, player } = await daemonWithPlayer(t);
  const applet = await Applet.open(daemon.bus);
  daemon.scope.after(() => applet[Symbol.asyncDispose]());
  const tunes = join(daemon.home, 'Tunes');
  await mkdir(tunes);
  player.plug();
  await applet.claim(player.id);
  const binding = await applet.bind(player.id, [['music', tunes]], settings);
  const music = join(player.medium, 'MUSIC');
  /** What is on the player, once nobody has it mounted. */
  const onPlayer = async () => {
    await until(() => !player.volume.mounted);
    return listTree(music);
  };
  return { onPlayer, daemon, player, applet, binding, tunes, music };
}

test('a player that is plugged in is shown, named, and offered, and never opened before it is claimed', async (t) => {
  const { daemon, player } = await daemonWithPlayer(t);
  await using applet = await Applet.open(daemon.bus);
  player.plug();
  const view = await applet.sees(player.id, ({ Identified }) => Identified);
  assert.equal(view.Manufacturer, 'Sony');
  assert.equal(view.Kind, 'player');
  assert.equal(view.Ownership, 'offered');
  assert.equal(view.Present, true);
  assert.deepEqual(view.Stores.map((store) => store.get('Name')).sort(), ['music', 'photos', 'videos']);
  await assert.rejects(applet.bind(player.id, [['music', daemon.home]]), failsWith('NotOwner'));
  await assert.rejects(applet.device(player.id).call('StartSync', [{}]), failsWith('NotFound'));
  assert.equal(player.volume.mounted, false);
  await player.pull();
  await until(() => applet.mirror.view(paths.of('device', player.id), deviceShape) === undefined);
});

test('the whole way: claim, bind, sync both ways, and the device may be unplugged afterwards', async (t) => {
  const { applet, player, binding, tunes, music } = await bound(t);
  await put(join(music, 'Nina/Feeling good.mp3'), 'la la');
  await put(join(tunes, 'Ella/Summertime.mp3'), 'dooby doo');
  const session = await applet.sync(binding);
  assert.equal(session.State, 'finished', session.ErrorMessage);
  assert.equal(session.Done, 2);
  assert.ok(sameTrees(await listTree(tunes), await listTree(music)));
  assert.equal((await listTree(tunes)).size, 2);
  assert.equal(player.volume.mounted, false);
  await applet.sees(player.id, (view) => view.SafeToUnplug);
  const view = await applet.binding(binding).getAll();
  assert.equal(view.State, 'ready');
  assert.equal(view.LastResult, 'finished');
  assert.ok(view.LastSync > 0n);
});

test('changes and deletions of both sides reach the other at the next plug, by themselves', async (t) => {
  const { applet, player, binding, tunes, music } = await bound(t);
  for (const name of ['a', 'b', 'c', 'd', 'e']) await put(join(music, `${name}.mp3`), name);
  assert.equal((await applet.sync(binding)).State, 'finished');
  await player.pull();
  await writeFile(join(tunes, 'a.mp3'), 'a, remastered');
  await rm(join(tunes, 'b.mp3'));
  await rm(join(music, 'c.mp3'));
  await writeFile(join(music, 'f.mp3'), 'f');
  player.plug();
  const before = 1n + (await applet.binding(binding).get('LastSync'));
  await until(async () => (await applet.binding(binding).get('LastSync')) > before);
  assert.deepEqual([...(await listTree(tunes)).keys()], ['a.mp3', 'd.mp3', 'e.mp3', 'f.mp3']);
  assert.ok(sameTrees(await listTree(tunes), await listTree(music)));
  assert.equal(await readFile(join(music, 'a.mp3'), 'utf8'), 'a, remastered');
});

test('a change on the desktop is synced by itself while the device is plugged in, once and without echo', async (t) => {
  const { applet, binding, tunes, onPlayer } = await bound(t);
  assert.equal((await applet.sync(binding)).State, 'finished');
  await put(join(tunes, 'new.mp3'), 'new');
  await until(async () => (await onPlayer()).size === 1);
  const sessions = async () => (await applet.manager.call('History', [{}]))[0];
  await until(async () => (await sessions()).every((entry) => entry.get('Result') === 'finished'));
  const causes = (await sessions()).map((entry) => entry.get('Cause'));
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.deepEqual(
    (await sessions()).map((entry) => entry.get('Cause')),
    causes,
    'its own writing started another session',
  );
  assert.equal(causes[0], 'change');
});

test('a device pulled in the middle fails its session with NotConnected, and the next plug completes it', async (t) => {
  const { applet, player, binding, tunes, music } = await bound(t);
  const song = Buffer.alloc(512 * 1024, 'x').toString('latin1');
  for (let number = 0; number < 200; number += 1) await put(join(tunes, `${number}.mp3`), `${number}${song}`);
  const [path] = await applet.binding(binding).call('StartSync', [{}]);
  // Something beside the folder's mark is being written, under whatever name: now is the middle.
  const mounted = join(player.volume.options.point, 'MUSIC');
  const isBegun = (names: readonly string[]) => names.some((name) => name !== '.cradle-store');
  await until(async () => isBegun(await readdir(mounted).catch(() => [])));
  await player.pull();
  const session = await applet.ended(path);
  assert.equal(session.State, 'failed');
  assert.equal(session.ErrorName, 'org.cradle.Cradle1.Error.NotConnected');
  assert.ok((await listTree(music)).size < 200, 'it was over before it was pulled');
  player.plug();
  await until(async () => (await applet.binding(binding).get('LastResult')) === 'finished');
  assert.ok(sameTrees(await listTree(tunes), await listTree(music)));
  assert.equal((await readdir(music)).filter((name) => !name.endsWith('.mp3')).length, 0, 'something half is left');
});

test('bindings, claims and labels outlive the daemon, and a device that is away is still shown', async (t) => {
  const { daemon, applet, player, binding } = await bound(t);
  await applet.device(player.id).set('Label', 'My little Walkman');
  await player.pull();
  await daemon.restart();
  const view = await applet.sees(player.id, ({ Present }) => !Present);
  assert.equal(view.Label, 'My little Walkman');
  assert.equal(view.Ownership, 'mine');
  assert.deepEqual(view.Bindings, [binding]);
  assert.deepEqual(await applet.binding(binding).get('Pairs'), [['music', 'tunes']]);
  await assert.rejects(applet.binding(binding).call('StartSync', [{}]), failsWith('NotConnected'));
});

test('an emptied folder deletes nothing: the binding asks, and does what it is told', async (t) => {
  const { applet, binding, tunes, music, onPlayer } = await bound(t, { Triggers: v.as([]) });
  for (let number = 0; number < 20; number += 1) await put(join(music, `${number}.mp3`), `${number}`);
  assert.equal((await applet.sync(binding)).State, 'finished');
  for (const name of Object.keys(Object.fromEntries(await listTree(tunes)))) await rm(join(tunes, name));
  assert.equal((await applet.sync(binding)).ErrorName, 'org.cradle.Cradle1.Error.MassDeletion');
  assert.equal(await applet.binding(binding).get('State'), 'needs-decision');
  const view = await applet.binding(binding).getAll();
  assert.equal(view.Question, 'mass-deletion');
  assert.match(String(view.QuestionDetails.get('Message')), /20 of 20/);
  assert.equal((await onPlayer()).size, 20);
  await assert.rejects(applet.binding(binding).call('StartSync', [{}]), failsWith('NeedsDecision'));
  await applet.binding(binding).call('Decide', ['mass-deletion', 'restore', {}]);
  assert.equal((await applet.sync(binding)).State, 'finished');
  assert.equal((await listTree(tunes)).size, 20);
});

test('a folder that was swapped for another, or is missing, ends the session by name and deletes nothing', async (t) => {
  const { applet, binding, tunes, music } = await bound(t);
  await put(join(music, 'a.mp3'), 'a');
  assert.equal((await applet.sync(binding)).State, 'finished');
  await rename(tunes, `${tunes}-moved`);
  const missing = await applet.sync(binding);
  assert.equal(missing.ErrorName, 'org.cradle.Cradle1.Error.StoreUnavailable');
  await mkdir(tunes);
  const swapped = await applet.sync(binding);
  assert.equal(swapped.ErrorName, 'org.cradle.Cradle1.Error.StoreReplaced');
  assert.equal((await listTree(music)).size, 1);
  assert.equal(await applet.binding(binding).get('Question'), 'store-replaced');
  await applet.binding(binding).call('Decide', ['store-replaced', 'combine', {}]);
  assert.equal((await applet.sync(binding)).State, 'finished');
  assert.equal((await listTree(tunes)).size, 1);
});

for (const [policy, kept] of [
  ['device', ['from the device']],
  ['desktop', ['from the desktop']],
  ['newest', ['from the device']],
  ['both', ['from the desktop', 'from the device']],
] as const)
  test(`an edit on both sides with the policy ${policy} ends equal on both, and nothing is lost`, async (t) => {
    const { daemon, applet, binding, tunes, music } = await bound(t, {
      ConflictPolicy: v.s(policy),
      Triggers: v.as([]),
    });
    await put(join(music, 'a.mp3'), 'as it was');
    assert.equal((await applet.sync(binding)).State, 'finished');
    await writeFile(join(tunes, 'a.mp3'), 'from the desktop');
    await writeFile(join(music, 'a.mp3'), 'from the device');
    await utimes(join(tunes, 'a.mp3'), 1_700_000_000, 1_700_000_000);
    const session = await applet.sync(binding);
    assert.equal(session.State, 'finished', session.ErrorMessage);
    assert.equal(session.Conflicts, 1);
    const [left, right] = [await listTree(tunes), await listTree(music)];
    assert.ok(sameTrees(left, right));
    const contents = await Promise.all([...left.keys()].map((name) => readFile(join(tunes, name), 'utf8')));
    assert.deepEqual(contents.sort(), kept);
    if (kept.length > 1) return;
    const attic = await readdir(join(daemon.home, '.local/state/cradle/attic'), {
      recursive: true,
      withFileTypes: true,
    });
    const files = attic.filter((entry) => entry.isFile());
    assert.equal(files.length, 1);
    const lost = await readFile(join(files[0]?.parentPath ?? '', files[0]?.name ?? ''), 'utf8');
    assert.equal(lost, policy === 'desktop' ? 'from the device' : 'from the desktop');
  });

test('a device no rule knows is shown as not identified, can be claimed, and says why it cannot sync', async (t) => {
  const { daemon } = await daemonWithPlayer(t);
  await using applet = await Applet.open(daemon.bus);
  const { sighting } = await import('../fakes/source.js');
  daemon.source.appear(
    sighting({
      subsystem: 'usb',
      devtype: 'usb_device',
      'usb.id': 'dead:beef',
      'usb.serial': 'X1',
      'usb.interfaces': ':ff0000:',
      'usb.path': '1-7',
    }),
  );
  const view = await applet.sees('usb-dead-beef-X1', () => true);
  assert.equal(view.Identified, false);
  await applet.device('usb-dead-beef-X1').call('Claim', [{}]);
  await applet.sees('usb-dead-beef-X1', ({ Ownership }) => Ownership === 'mine');
  await assert.rejects(applet.bind('usb-dead-beef-X1', [['music', daemon.home]]), failsWith('NotFound'));
  const [why] = await applet.manager.call('Explain', [paths.of('device', 'usb-dead-beef-X1'), {}]);
  assert.match(why, /dead:beef/);
});

test('settings of a binding are checked when they are set, and told to everybody', async (t) => {
  const { applet, binding } = await bound(t);
  const proxy = applet.binding(binding);
  for (const [name, value] of [
    ['Direction', 'sideways'],
    ['ConflictPolicy', 'whatever'],
    ['FirstSync', ''],
  ] as const)
    await assert.rejects(proxy.set(name, value), failsWith('InvalidArgs'));
  await assert.rejects(proxy.set('Triggers', ['plug', 'full-moon']), failsWith('InvalidArgs'));
  await assert.rejects(proxy.set('Interval', 4_000_000_000), failsWith('InvalidArgs'));
  await assert.rejects(proxy.set('Filter', { outclude: v.as(['*']) }), failsWith('InvalidArgs'));
  await proxy.set('Filter', { exclude: v.as(['*.wav']) });
  await proxy.set('Direction', 'to-device');
  await until(() => applet.mirror.view(binding, bindingShape)?.Direction === 'to-device');
  assert.deepEqual((await proxy.getAll()).Filter, new Map([['exclude', ['*.wav']]]));
});

test('a filter keeps an item off the device and never removes it from the desktop', async (t) => {
  const { applet, binding, tunes, music } = await bound(t, { Triggers: v.as([]) });
  await put(join(tunes, 'a.mp3'), 'a');
  await put(join(tunes, 'b.wav'), 'b');
  assert.equal((await applet.sync(binding)).State, 'finished');
  assert.equal((await listTree(music)).size, 2);
  await applet.binding(binding).set('Filter', { exclude: v.as(['*.wav']) });
  assert.equal((await applet.sync(binding)).State, 'finished');
  assert.deepEqual([...(await listTree(music)).keys()], ['a.mp3']);
  assert.equal((await listTree(tunes)).size, 2);
});

test('a pause keeps sessions from starting by themselves, an inhibition keeps all, and ends with its caller', async (t) => {
  const { daemon, applet, player, binding, tunes, onPlayer } = await bound(t);
  await applet.manager.set('Paused', true);
  await put(join(tunes, 'a.mp3'), 'a');
  await player.pull();
  player.plug();
  await until(() => applet.mirror.all(sessionShape).some(({ view }) => view.State === 'queued'));
  assert.equal((await onPlayer()).size, 0);
  await applet.manager.set('Paused', false);
  await until(async () => (await onPlayer()).size === 1);
  const other = await daemon.session.connect();
  const [cookie] = await (await Applet.open(other)).manager.call('Inhibit', ['backup', {}]);
  await assert.rejects(applet.manager.call('Uninhibit', [cookie, {}]), failsWith('NotFound'));
  const [path] = await applet.binding(binding).call('StartSync', [{}]);
  assert.equal(await applet.at(path, sessionShape).get('State'), 'queued');
  await other[Symbol.asyncDispose]();
  assert.equal((await applet.ended(path)).State, 'finished');
});

test('a caller that sends nonsense gets named errors, and the daemon lives on', async (t) => {
  const { daemon, applet, player } = await bound(t);
  const device = paths.of('device', player.id);
  await assert.rejects(applet.manager.call('CreateBinding', ['/nowhere', {}, {}]), failsWith('NotFound'));
  await assert.rejects(
    applet.manager.call('CreateBinding', [device, { Pears: v.s('x') }, {}]),
    failsWith('InvalidArgs'),
  );
  await assert.rejects(
    applet.manager.call('CreateBinding', [device, { Pairs: v.s('x') }, {}]),
    failsWith('InvalidArgs'),
  );
  await assert.rejects(applet.bind(player.id, [['music', '../../etc']]), failsWith('NotFound'));
  await assert.rejects(applet.bind(player.id, [['music', '/proc/nothing']]), failsWith('StoreUnavailable'));
  await assert.rejects(
    applet.manager.call('AddStore', ['folder', 'x'.repeat(1_000_000), {}]),
    failsWith('InvalidArgs'),
  );
  await assert.rejects(applet.manager.call('AddStore', ['ftp', '/tmp', {}]), failsWith('NotFound'));
  await assert.rejects(applet.manager.call('Explain', ['/', { evidence: v.s('[') }]), failsWith('InvalidArgs'));
  await assert.rejects(applet.device('nothing').call('Claim', [{}]));
  await assert.rejects(applet.device(player.id).call('Claim', [{ force: v.b(true) }]), failsWith('InvalidArgs'));
  const flood = Array.from({ length: 3000 }, () => applet.manager.call('History', [{}]).catch(() => undefined));
  await Promise.all(flood);
  assert.equal(await applet.manager.get('Version'), 'test');
  assert.deepEqual(
    daemon.log.lines.filter(({ level }) => level === 'error'),
    [],
  );
});

test('forgetting a device takes its bindings and its claim, and leaves all files where they are', async (t) => {
  const { applet, player, binding, tunes, music } = await bound(t);
  await put(join(music, 'a.mp3'), 'a');
  assert.equal((await applet.sync(binding)).State, 'finished');
  await applet.device(player.id).call('Forget', [{}]);
  const view = await applet.sees(player.id, ({ Ownership }) => Ownership === 'offered');
  assert.deepEqual(view.Bindings, []);
  assert.equal(applet.mirror.view(binding, bindingShape), undefined);
  assert.equal((await listTree(tunes)).size, 1);
  assert.equal((await listTree(music)).size, 1);
});

test('a store that a binding uses cannot be removed, one that nothing uses can', async (t) => {
  const { daemon, applet } = await bound(t);
  const stores = () => applet.mirror.all(storeShape).map(({ view }) => view.Name);
  assert.ok(stores().includes('music'), 'the Music folder of the desktop is found by itself');
  await assert.rejects(applet.manager.call('RemoveStore', [paths.of('store', 'tunes'), {}]), failsWith('Busy'));
  await assert.rejects(applet.manager.call('RemoveStore', [paths.of('store', 'music'), {}]), failsWith('Unsupported'));
  await mkdir(join(daemon.home, 'More tunes'));
  const [path] = await applet.manager.call('AddStore', ['folder', join(daemon.home, 'More tunes'), {}]);
  await until(() => stores().includes('more-tunes'));
  await applet.manager.call('RemoveStore', [path, {}]);
  await until(() => !stores().includes('more-tunes'));
});

test('looking for stores puts nothing into the folders that are found', async (t) => {
  const { daemon } = await daemonWithPlayer(t);
  assert.deepEqual(await readdir(join(daemon.home, 'Music')), []);
});

test('bound without saying to what, music goes with Music and photos with Pictures, and a film stays off a store for images', async (t) => {
  const { daemon, player } = await daemonWithPlayer(t);
  await using applet = await Applet.open(daemon.bus);
  player.plug();
  await applet.claim(player.id);
  const binding = await applet.bind(player.id, [], { Triggers: v.as([]) });
  const pairs = await applet.binding(binding).get('Pairs');
  assert.deepEqual([...pairs].sort(), [
    ['music', 'music'],
    ['photos', 'pictures'],
  ]);
  await put(join(daemon.home, 'Pictures/cat.jpg'), 'a cat');
  await put(join(daemon.home, 'Pictures/cat.mp4'), 'a cat that moves');
  const session = await applet.sync(binding);
  assert.equal(session.State, 'finished', session.ErrorMessage);
  assert.deepEqual([...(await listTree(join(player.medium, 'PICTURES'))).keys()], ['cat.jpg']);
  assert.equal((await listTree(join(daemon.home, 'Pictures'))).size, 2);
});
