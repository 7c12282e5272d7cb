import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from '../support/until.js';
import { cli, desk } from './desk.js';
import { FakeDaemon } from './fake-daemon.js';

const visible = (name: string): boolean => !name.startsWith('.');
const STICK = 'usb-0781-5567-4C530001';

test('a stick is plugged in, claimed, bound, synced and let go from the command line, with the real daemon', async (t) => {
  const { daemon, plug, pull, run, medium } = await desk(t, { 'Music/a.mp3': 'A', 'Music/b/c.mp3': 'C' });
  assert.deepEqual(await run('list'), {
    code: 0,
    out: '',
    notes: 'No device is here; plug one in, or see "cradle doctor".\n',
  });
  await plug();
  await until(async () => (await run('list')).out !== '');
  assert.match(
    (await run('list')).out,
    /^DEVICE +KIND +STATE +LAST SYNC +ID\nSanDisk Cruzer Blade +storage +offered +usb-0781/,
  );
  assert.match((await run('show', 'cruzer')).out, /owner +offered: claim it to sync it/);
  assert.equal((await run('bind', 'cruzer')).code, 1);

  assert.match((await run('claim', 'cruzer')).out, /^SanDisk Cruzer Blade is yours now/);
  assert.match((await run('list')).out, /not bound/);
  const bound = await run(
    'bind',
    STICK,
    'music=~/Music',
    '--exclude',
    '*.tmp',
    '--interval',
    '90m',
    '--trigger',
    'none',
  );
  assert.deepEqual([bound.code, bound.notes], [0, '']);
  const [binding] = JSON.parse((await run('bindings', '--json')).out);
  assert.deepEqual(
    [binding.device, binding.pairs, binding.interval, binding.triggers, binding.filter, binding.state],
    [STICK, [{ device: 'music', desktop: 'music' }], 5_400, [], { exclude: ['*.tmp'] }, 'ready'],
  );

  const synced = await run('sync', 'cruzer');
  assert.equal(synced.code, 0);
  assert.match(synced.out, /✓ SanDisk Cruzer Blade: 2 new on the desktop\n$/);
  assert.deepEqual((await readdir(join(daemon.home, 'Music'))).filter(visible).sort(), ['a.mp3', 'b']);
  assert.match((await run('sync', binding.id.slice(0, 4))).out, /both sides agree already\n$/);
  const history = await run('history', 'cruzer');
  assert.match(history.out, /user +.* finished +nothing to do\n.*user +.* finished +2 new\n$/);
  assert.deepEqual(
    JSON.parse((await run('history', binding.id, '-n', '1', '--json')).out).map(
      ({ result }: { result: string }) => result,
    ),
    ['finished'],
  );

  assert.match((await run('eject', 'cruzer')).out, /may be unplugged now/);
  assert.match((await run('show', 'cruzer')).out, /state +may be unplugged/);
  assert.deepEqual((await readdir(medium)).filter(visible), ['Music']);
  await pull();
  await until(async () => (await run('list')).out.includes('away'));
  assert.equal((await run('sync', 'cruzer')).code, 1);
  assert.match((await run('sync')).notes, /There is nothing to sync/);

  assert.match((await run('unbind', binding.id)).out, /is gone/);
  assert.equal((await run('bindings', '--json')).out, '[]\n');
  assert.match((await run('forget', STICK)).out, /is forgotten/);
  await until(async () => (await run('list', '--json')).out === '[]\n');
});

test('settings of a binding and the label of a device are changed, and a line with a mistake changes nothing', async (t) => {
  const { plug, run } = await desk(t, { 'Music/a.mp3': 'A' });
  await plug();
  await until(async () => (await run('claim', STICK)).code === 0);
  await run('bind', STICK, 'music=music');
  const settings = async () => JSON.parse((await run('bindings', '--json')).out)[0];
  const before = await settings();
  for (const line of [
    ['direction=to-device', 'interval=soon'],
    ['direction=to-device', 'colour=red'],
    ['direction=sideways'],
    ['enabled=perhaps'],
    ['direction'],
  ])
    assert.equal((await run('set', STICK, ...line)).code, 2, line.join(' '));
  assert.deepEqual(await settings(), before);

  const line = [
    'direction=to-device',
    'interval=2h',
    'triggers=plug,timer',
    'include=*.mp3,*.ogg',
    'exclude=*.tmp',
    'conflicts=newest',
  ];
  assert.equal((await run('set', STICK, ...line, 'first-sync=ask', 'enabled=no', 'label=My stick')).code, 0);
  const after = await settings();
  assert.deepEqual(
    [
      after.direction,
      after.interval,
      after.triggers,
      after.filter,
      after.conflictPolicy,
      after.firstSync,
      after.enabled,
    ],
    [
      'to-device',
      7_200,
      ['plug', 'timer'],
      { include: ['*.mp3', '*.ogg'], exclude: ['*.tmp'] },
      'newest',
      'ask',
      false,
    ],
  );
  assert.equal((await run('set', 'my stick', 'include=')).code, 0);
  assert.deepEqual((await settings()).filter, { exclude: ['*.tmp'] });
  assert.match((await run('sync', 'my')).notes, /every binding of My stick is disabled/);
  assert.match((await run('show', 'my st')).out, /^My stick\n/);
});

test('stores of the desktop are listed, made and forgotten', async (t) => {
  const { daemon, run } = await desk(t);
  assert.match((await run('stores')).out, /music +Music +folder +audio\/\* +ready/);
  assert.match((await run('stores', '--add', join(daemon.home, 'Pictures'))).out, /is now the store pictures/);
  assert.match((await run('stores', '--add', daemon.home)).out, /is now the store cradle-home-/);
  const added = JSON.parse((await run('stores', '--json')).out).find(({ name }: { name: string }) =>
    name.startsWith('cradle-home'),
  );
  assert.equal((await run('stores', '--remove', added.name)).code, 0);
  assert.equal((await run('stores', '--remove', added.name)).code, 4);
  assert.equal((await run('stores', '--add', join(daemon.home, 'no such folder'))).code, 1);
});

test('a word that may mean several devices is refused with all of them; whole names go before beginnings', async (t) => {
  const fake = await FakeDaemon.start(t);
  const ownership = 'mine';
  fake.device({ id: 'usb-1-aa', label: 'Clip', model: 'Sansa Clip', present: true, ownership });
  fake.device({ id: 'usb-1-ab', label: 'Clip Zip', model: 'Sansa Clip Zip', present: true, ownership });
  fake.device({ id: 'usb-2', label: 'Walkman', model: 'NWZ', present: false, ownership });
  const show = async (word: string) => cli(fake.session.address, ['show', word]);
  for (const word of ['Clip', 'clip', 'usb-1-aa', 'sansa clip']) assert.match((await show(word)).out, /^Clip\n/, word);
  for (const word of ['walk', 'usb-2', 'NWZ']) assert.match((await show(word)).out, /^Walkman\n/, word);
  for (const word of ['usb-1', 'sansa', 'cl']) {
    const { code, notes } = await show(word);
    assert.equal(code, 4);
    assert.match(notes, /may be any of 2 devices:\n {2}usb-1-aa {2}Clip\n {2}usb-1-ab {2}Clip Zip\n/, word);
  }
  const missing = await show('ipod');
  assert.equal(missing.code, 4);
  assert.match(missing.notes, /there is no device "ipod":\n {2}usb-1-aa/);
});

test('what a device calls itself cannot draw on the screen', async (t) => {
  const fake = await FakeDaemon.start(t);
  fake.device({ id: 'usb-3', label: 'Evil\u001b[2J\u202e\nname', model: 'x\u0007', present: true, ownership: 'mine' });
  fake.binding('b1', 'usb-3');
  for (const line of [['list'], ['show', 'usb-3'], ['bindings'], ['show', 'nobody'], ['eject', 'usb-3']]) {
    const { out, notes } = await cli(fake.session.address, line);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
    assert.doesNotMatch(out + notes, /[\u0000-\u0009\u000b-\u001f\u202e]/, line.join(' '));
  }
});

test('colours are for terminals, and for people who did not ask for none', async (t) => {
  const fake = await FakeDaemon.start(t);
  fake.device({ id: 'usb-4', label: 'A', model: 'A', present: true, ownership: 'offered' });
  const coloured = async (options: Parameters<typeof cli>[2]) =>
    (await cli(fake.session.address, ['list'], options)).out.includes('\u001b[');
  assert.equal(await coloured({}), false);
  assert.equal(await coloured({ columns: 80 }), true);
  assert.equal(await coloured({ columns: 80, environment: { NO_COLOR: '1' } }), false);
  assert.equal(await coloured({ columns: 80, environment: { NO_COLOR: '' } }), true);
  assert.equal(await coloured({ columns: 80, environment: { TERM: 'dumb' } }), false);
});

test('an error of the daemon is told in its own words', async (t) => {
  const fake = await FakeDaemon.start(t);
  fake.device({ id: 'usb-5', label: 'Player', model: '', present: true, ownership: 'offered' });
  const eject = await cli(fake.session.address, ['eject', 'player', '--json']);
  assert.equal(eject.code, 1);
  assert.equal(eject.notes, 'cradle: /media/PLAYER is in use by vlc (4711)\n');
  assert.deepEqual(JSON.parse(eject.out), {
    error: 'Busy',
    message: '/media/PLAYER is in use by vlc (4711)',
    more: [],
  });
});
