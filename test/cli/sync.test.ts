import assert from 'node:assert/strict';
import { test } from 'node:test';
import { widthOf } from '../../src/cli/width.js';
import { CradleError } from '../../src/dbus/errors.js';
import { type Dict, v } from '../../src/dbus/variant.js';
import { until } from '../support/until.js';
import { type CliOptions, cli, desk, plant, type Said } from './desk.js';
import { FakeDaemon, type FakeSession } from './fake-daemon.js';

async function scene(t: Parameters<typeof FakeDaemon.start>[0]) {
  const fake = await FakeDaemon.start(t);
  fake.device({ id: 'usb-1', label: 'Clip', model: 'Sansa', present: true, ownership: 'mine' });
  fake.binding('b1', 'usb-1');
  const begun = async (number: number): Promise<FakeSession> => {
    await until(() => fake.sessions.length >= number);
    const session = fake.sessions[number - 1];
    assert(session !== undefined);
    return session;
  };
  const sync = (options: CliOptions = {}, ...line: string[]): Promise<Said> =>
    cli(fake.session.address, ['sync', ...line], options);
  return { fake, begun, sync };
}

const counts = (given: Readonly<Record<string, number>>): Dict => ({
  Stores: v.dicts([
    {
      Device: v.s('music'),
      Desktop: v.s('music'),
      ErrorName: v.s(''),
      ErrorMessage: v.s(''),
      ...Object.fromEntries(Object.entries(given).map(([key, count]) => [key, v.u(count)])),
    },
  ]),
  ErrorName: v.s(''),
  ErrorMessage: v.s(''),
});

const failure = (code: string, message: string): Dict => ({
  Stores: v.dicts([
    {
      Device: v.s('music'),
      Desktop: v.s('music'),
      ErrorName: v.s(`org.cradle.Cradle1.Error.${code}`),
      ErrorMessage: v.s(message),
    },
  ]),
  ErrorName: v.s(`org.cradle.Cradle1.Error.${code}`),
  ErrorMessage: v.s(message),
});

test('in a pipe every state and each tenth of the work is a line', async (t) => {
  const { begun, sync } = await scene(t);
  const said = sync();
  const session = await begun(1);
  session.move('connecting', 0, 0);
  session.move('exchanging', 5, 200);
  session.end('finished', counts({ DesktopCreated: 3, DeviceChanged: 2, DeviceRemoved: 1, Merged: 7, Conflicts: 1 }));
  const { code, out, notes } = await said;
  assert.deepEqual([code, notes], [0, '']);
  const lines = out.trimEnd().split('\n');
  assert.equal(
    lines.at(-1),
    '✓ Clip: 3 new on the desktop; 2 changed, 1 removed on the device; 7 found equal; 1 conflict',
  );
  for (const line of lines) assert.match(line, /^(Clip: \w+( \d+\/\d+)?|✓ .*)$/);
});

test('on a terminal a bar fills in place, and only the outcome stays', async (t) => {
  const { begun, sync } = await scene(t);
  let heard = '';
  const said = sync({ columns: 100, heard: (text) => (heard += text) }, 'clip');
  const session = await begun(1);
  session.move('exchanging', 30, 120);
  await until(() => heard.includes('30/120'));
  assert(heard.includes(' 25% 30/120 exchanging'));
  assert.match(heard, /█{6}\S*░{18}/);
  session.end('finished', counts({}));
  const { code, out } = await said;
  assert.equal(code, 0);
  assert(out.endsWith('\u001b[1A\u001b[J\u001b[32m✓\u001b[0m Clip: both sides agree already\n'));
});

test('with --json every line is an object, from the start to the end', async (t) => {
  const { begun, sync } = await scene(t);
  const said = sync({}, '--json');
  (await begun(1)).end('finished', counts({ DesktopCreated: 1 }));
  const events = (await said).out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual([events[0].event, events[0].session, events[0].binding], ['started', '1', 'b1']);
  const last = events.at(-1);
  assert.deepEqual([last.event, last.result, last.binding], ['finished', 'finished', 'b1']);
  assert.equal(last.details.stores[0].desktopCreated, 1);
});

test('the exit code tells how it went', async (t) => {
  const { fake, begun, sync } = await scene(t);
  const outcomes: readonly (readonly [string, Dict, number, RegExp])[] = [
    ['finished', counts({ Refused: 2 }), 6, /! Clip: 2 refused\n$/],
    ['failed', failure('NotConnected', 'the device went away'), 1, /✗ Clip: the device went away\n$/],
    ['failed', failure('NeedsDecision', 'both sides hold items'), 5, /✗ Clip: both sides hold items\n$/],
    ['failed', failure('MassDeletion', '90 of 100 are gone'), 5, /✗/],
    ['cancelled', failure('Cancelled', ''), 130, /cancelled; what was done stays done/],
  ];
  for (const [index, [result, details, wanted, words]] of outcomes.entries()) {
    const said = sync();
    (await begun(index + 1)).end(result, details);
    const { code, out } = await said;
    assert.equal(code, wanted, result);
    assert.match(out, words);
  }
  fake.refusal = new CradleError('NeedsDecision', 'answer first');
  const refused = await sync();
  assert.equal(refused.code, 5);
  assert.match(refused.notes, /Clip: answer first\n {2}"cradle decide b1" shows the answers/);
  fake.refusal = new CradleError('NotConnected', 'the Clip is not plugged in');
  assert.equal((await sync({}, 'b1')).code, 1, 'a device that is away is no daemon that is away');
});

test('--no-wait starts and returns', async (t) => {
  const { fake, sync } = await scene(t);
  assert.deepEqual(await sync({}, '--no-wait'), { code: 0, out: 'Clip: session 1 has begun\n', notes: '' });
  assert.equal(fake.sessions[0]?.state, 'queued');
});

test('interrupted, it cancels what it follows and ends with 130', async (t) => {
  const { begun, sync } = await scene(t);
  const stop = new AbortController();
  const said = sync({ signal: stop.signal });
  const session = await begun(1);
  stop.abort();
  const { code, out } = await said;
  assert.equal(session.cancelled, true);
  assert.equal(code, 130);
  assert.match(out, /cancelled; what was done stays done/);
});

test('a daemon that dies in the middle ends it with 3', async (t) => {
  const { fake, begun, sync } = await scene(t);
  const said = sync();
  await begun(1);
  await fake.stop();
  const { code, notes } = await said;
  assert.equal(code, 3);
  assert.match(notes, /cradled went away meanwhile/);
});

test('devices side by side are followed together, and what is not here or not ours is left out', async (t) => {
  const { fake, begun, sync } = await scene(t);
  fake.device({ id: 'usb-2', label: 'Walkman', model: '', present: true, ownership: 'mine' });
  fake.binding('b2', 'usb-2');
  fake.binding('b3', 'usb-2', false);
  fake.device({ id: 'usb-3', label: 'Away', model: '', present: false, ownership: 'mine' });
  fake.binding('b4', 'usb-3');
  fake.device({ id: 'usb-4', label: 'Offered', model: '', present: true, ownership: 'offered' });
  fake.binding('b5', 'usb-4');
  let heard = '';
  const said = sync({ heard: (text) => (heard += text) });
  const [first, second] = [await begun(1), await begun(2)];
  second.end('finished', counts({ Refused: 1 }));
  await until(() => heard.includes('Walkman: 1 refused'));
  first.end('finished', counts({}));
  const { code, out } = await said;
  assert.equal(code, 6);
  assert.equal(fake.sessions.length, 2);
  assert(out.indexOf('Walkman: 1 refused') < out.indexOf('Clip: both sides agree already'));
});

test('a question is shown, answered, and the sync goes on, with the real daemon', async (t) => {
  const { daemon, plug, run } = await desk(t, { 'Music/a.mp3': 'on the stick' });
  await plant(`${daemon.home}/Music`, { 'b.mp3': 'at home' });
  await plug();
  await until(async () => (await run('claim', 'sandisk')).code === 0);
  await run('bind', 'sandisk', 'music=music', '--first-sync', 'ask', '--trigger', 'none');
  const stopped = await run('sync');
  assert.equal(stopped.code, 5);
  assert.match((await run('list')).out, /needs a decision/);
  const [{ id, question }] = JSON.parse((await run('bindings', '--json')).out);
  assert.equal(question.question, 'first-sync');
  assert.deepEqual(question.answers, ['combine', 'keep-device', 'keep-desktop']);
  const shown = await run('decide', id);
  assert.equal(shown.code, 5);
  assert.match(shown.out, /^first-sync: .*\n {2}combine +bring both sides together/);
  assert.equal((await run('decide', id, 'perhaps')).code, 2);
  assert.equal((await run('decide', id, 'combine')).code, 0);
  const done = await run('sync');
  assert.deepEqual(
    [done.code, done.out.split('\n').at(-2)],
    [0, '✓ SanDisk Cruzer Blade: 1 new on the desktop; 1 new on the device'],
  );
  assert.equal((await run('decide', id)).code, 4);
});

test('on a narrow terminal no line is wider than the screen', async (t) => {
  const { begun, sync } = await scene(t);
  for (const [index, columns] of [30, 50, 71, 72, 200].entries()) {
    let heard = '';
    const said = sync({ columns, heard: (text) => (heard += text), environment: { NO_COLOR: '1' } });
    const session = await begun(index + 1);
    session.move('exchanging', 1_234_567, 2_469_134);
    await Promise.race([
      until(() => heard.includes('50%')),
      said.then((early) => assert.fail(`it ended early: ${JSON.stringify(early)}`)),
    ]);
    session.end('finished', {});
    const drawn = (await said).out.replaceAll('\u001b[1A\u001b[J', '').split('\n');
    for (const line of drawn) if (line.includes('%')) assert(widthOf(line) < columns, `${columns}: ${line}`);
  }
});
