import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectBus } from '../../src/dbus/bus.js';
import { BUS_NAME, paths } from '../../src/dbus/names.js';
import { ObjectTree } from '../../src/dbus/object-tree.js';
import { v } from '../../src/dbus/variant.js';
import { until } from '../support/until.js';
import { cli, desk } from './desk.js';
import { FakeDaemon } from './fake-daemon.js';

/** Watches until the test has heard enough. */
function watching(address: string, ...line: string[]) {
  const stop = new AbortController();
  const heard = { text: '' };
  const said = cli(address, ['watch', ...line], {
    signal: stop.signal,
    columns: 100,
    environment: { NO_COLOR: '1' },
    heard: (text) => (heard.text += text),
  });
  return {
    until: (words: string) => until(() => heard.text.includes(words)),
    end: async () => {
      stop.abort();
      return said;
    },
  };
}

test('a stick that comes, is claimed, is named and goes is told, with the real daemon', async (t) => {
  const { daemon, plug, pull, run } = await desk(t, { 'Music/a.mp3': 'A' });
  const watch = watching(daemon.session.address);
  const json = watching(daemon.session.address, '--json');
  await watch.until('Watching; Ctrl-C ends it.');
  await json.until('"watching"');
  await plug();
  await watch.until('here, offered: claim it to sync it');
  await run('claim', 'sandisk');
  await watch.until('yours, as you claimed it');
  await run('bind', 'sandisk', 'music=music', '--trigger', 'none');
  await run('sync', 'sandisk');
  await watch.until('1 new on the desktop');
  await run('set', 'sandisk', 'label=Stick');
  await watch.until('Stick: this is its name now');
  await pull();
  await watch.until('Stick: unplugged');
  const { code, out } = await watch.end();
  assert.equal(code, 0);
  const lines = out.trimEnd().split('\n');
  for (const line of lines) assert.match(line, /^\d\d:\d\d:\d\d {2}\S.*/);
  assert(
    lines.some((line) => line.endsWith('SanDisk Cruzer Blade: sync begins (user)')),
    out,
  );

  await json.until('"safeToUnplug"');
  const events = (await json.end()).out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const names = new Set(events.map(({ event }) => event));
  for (const event of ['device-added', 'device-changed', 'binding-added', 'session-added', 'session-finished'])
    assert(names.has(event), event);
  for (const { time } of events) assert.match(time, /^\d{4}-.*Z$/);
});

test('a question is told with the command that answers it', async (t) => {
  const fake = await FakeDaemon.start(t);
  fake.device({ id: 'usb-1', label: 'Clip', model: '', present: true, ownership: 'mine' });
  const binding = fake.binding('b1', 'usb-1');
  const watch = watching(fake.session.address);
  const touch = (): void =>
    fake.bus.emit(binding, 'org.freedesktop.DBus.Properties', 'PropertiesChanged', 'sa{sv}as', [
      'org.cradle.Cradle1.Binding',
      { Question: v.s('first-sync'), QuestionDetails: v.dict({ Message: v.s('both sides hold items') }) },
      [],
    ]);
  await watch.until('Watching');
  touch();
  await watch.until('both sides hold items');
  assert.match((await watch.end()).out, /Clip: both sides hold items \("cradle decide b1"\)/);
});

test('it goes on while the daemon is away, and ends with 3 when the bus goes', async (t) => {
  const fake = await FakeDaemon.start(t);
  const watch = watching(fake.session.address);
  fake.device({ id: 'usb-1', label: 'Clip', model: '', present: true, ownership: 'mine' });
  await watch.until('Watching');
  fake.objects.remove(paths.of('device', 'usb-1'));
  await watch.until('Clip: gone');
  await fake.stop();
  await watch.until('cradled went away');
  const bus = await connectBus({ address: fake.session.address });
  using _tree = new ObjectTree(bus);
  await bus.own(BUS_NAME);
  await watch.until('cradled is back');
  await fake.session.kill();
  await watch.until('the session bus went away');
  assert.equal((await watch.end()).code, 3);
});
