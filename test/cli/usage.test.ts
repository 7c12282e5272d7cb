import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { COMMANDS } from '../../src/cli/table.js';
import { privateBus } from '../support/bus.js';
import { temporaryFolder } from '../support/tmp.js';
import { cli } from './desk.js';
import { FakeDaemon } from './fake-daemon.js';

test('a line that makes no sense ends with 2, says why, and asks nobody', async () => {
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /Usage: cradle COMMAND/],
    [['frobnicate'], /there is no command "frobnicate"/],
    [['list', 'extra'], /"extra" is one word too many/],
    [['show'], /DEVICE is missing\n {2}usage: cradle show DEVICE/],
    [['show', ''], /an empty word names nothing/],
    [['sync', '--wait'], /Unknown option '--wait'/],
    [['bind', 'x', '--direction', 'up'], /--direction is one of both, to-device, to-desktop, not "up"/],
    [['bind', 'x', '--direction'], /'--direction <value>' argument missing/],
    [['history', '--limit', 'many'], /--limit is a number from 1 to 1000/],
    [['completion', 'tcsh'], /the shells are bash, zsh, fish, not "tcsh"/],
    [['help', 'frobnicate'], /there is no command "frobnicate"/],
    [['explain', './no/such.evidence'], /cannot be read/],
    [['--bus'], /./],
  ];
  for (const [line, reason] of wrong) {
    const { code, out, notes } = await cli('unix:path=/nonexistent', line);
    assert.equal(code, 2, line.join(' '));
    assert.match(notes, reason);
    assert.equal(out, '');
  }
});

test('every command explains itself, and the overview names them all', async () => {
  const { code, out } = await cli('unix:path=/nonexistent', ['--help']);
  assert.equal(code, 0);
  for (const { name, summary, options } of COMMANDS) {
    assert(out.includes(summary), name);
    const help = await cli('unix:path=/nonexistent', [name, '--help']);
    assert.equal(help.code, 0);
    assert(help.out.startsWith(`cradle ${name}`), name);
    for (const option of options) assert(help.out.includes(`--${option.name}`), `${name} --${option.name}`);
    assert.equal((await cli('unix:path=/nonexistent', ['help', name])).out, help.out);
  }
  assert.equal((await cli('unix:path=/nonexistent', ['--version'])).out, 'cradle 0.1.0\n');
});

test('without a bus every command that needs one ends with 3', async (t) => {
  const nowhere = `unix:path=${join(await temporaryFolder(t), 'bus')}`;
  for (const line of [
    ['list'],
    ['show', 'x'],
    ['watch'],
    ['claim', 'x'],
    ['sync'],
    ['bindings'],
    ['stores'],
    ['pause'],
  ]) {
    const { code, notes } = await cli(nowhere, line);
    assert.equal(code, 3, line.join(' '));
    assert.match(notes, /no message bus answers at .*\n.*--bus/);
  }
});

test('a daemon that is not there is named with the way to start it', async (t) => {
  const { address } = await privateBus(t);
  const { code, notes } = await cli(address, ['list']);
  assert.equal(code, 3);
  assert.match(notes, /cradled is not running/);
  assert.match(notes, /systemctl --user start cradle\.service/);
  const json = await cli(address, ['list', '--json']);
  assert.equal(JSON.parse(json.out).error, 'no-daemon');
  assert.equal((await cli(address, ['version'])).out, 'cradle 0.1.0\n');
  assert.deepEqual(await cli(address, ['complete', 'device']), { code: 0, out: '', notes: '' });
});

test('the bus can be named on the line, before the command or behind it', async (t) => {
  const { session } = await FakeDaemon.start(t);
  for (const line of [
    ['--bus', session.address, 'list', '--json'],
    ['list', '--json', `--bus=${session.address}`],
  ])
    assert.deepEqual(await cli('unix:path=/nonexistent', line), { code: 0, out: '[]\n', notes: '' });
});
