import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { FakeDaemon } from './fake-daemon.js';

const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const run = promisify(execFile);

/** The program itself, as a shell runs it. */
function start(t: TestContext, address: string, ...line: string[]) {
  const child = spawn(process.execPath, [main, ...line], {
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', DBUS_SESSION_BUS_ADDRESS: address },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  const said = { out: '', notes: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.notes += text));
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, ...said }));
  return { child, said, ended };
}

test('the program ends by itself with the exit code of its command', async (t) => {
  const fake = await FakeDaemon.start(t);
  fake.device({ id: 'usb-1', label: 'Clip', model: '', present: true, ownership: 'mine' });
  const list = await start(t, fake.session.address, 'list').ended;
  assert.deepEqual([list.code, list.signal, list.notes], [0, null, '']);
  assert.match(list.out, /Clip/);
  assert.equal((await start(t, fake.session.address, 'show', 'nobody').ended).code, 4);
  assert.equal((await start(t, 'unix:path=/nonexistent', 'list').ended).code, 3);
  assert.equal((await start(t, fake.session.address, '--nonsense').ended).code, 2);
});

test('SIGINT ends a watch well, and a sync with 130 after its session was cancelled', async (t) => {
  const fake = await FakeDaemon.start(t);
  fake.device({ id: 'usb-1', label: 'Clip', model: '', present: true, ownership: 'mine' });
  fake.binding('b1', 'usb-1');
  const watch = start(t, fake.session.address, 'watch', '--json');
  await once(watch.child.stdout, 'data');
  watch.child.kill('SIGINT');
  assert.equal((await watch.ended).code, 0);

  const sync = start(t, fake.session.address, 'sync');
  await once(sync.child.stdout, 'data');
  sync.child.kill('SIGINT');
  assert.equal((await sync.ended).code, 130);
  assert.equal(fake.sessions[0]?.cancelled, true);
});

test('a reader that has seen enough is no error', async () => {
  const { stdout, stderr } = await run('bash', [
    '-c',
    'set -o pipefail; "$0" "$1" help | head -n 1; echo $?',
    process.execPath,
    main,
  ]);
  assert.match(stdout, /^cradle keeps .*\n0\n$/);
  assert.equal(stderr, '');
});

test('on a real terminal the bar is drawn in its width and in colour', async (t) => {
  const fake = await FakeDaemon.start(t);
  fake.device({ id: 'usb-1', label: 'Clip', model: '', present: true, ownership: 'mine' });
  fake.binding('b1', 'usb-1');
  const command = `stty columns 60; exec '${process.execPath}' '${main}' sync`;
  const terminal = spawn('script', ['-qec', command, '/dev/null'], {
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', TERM: 'xterm', DBUS_SESSION_BUS_ADDRESS: fake.session.address },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => terminal.kill('SIGKILL'));
  let drawn = '';
  terminal.stdout.setEncoding('utf8');
  for await (const text of terminal.stdout) {
    drawn += text;
    const [session] = fake.sessions;
    if (session?.state === 'queued') session.move('exchanging', 1, 2);
    else if (session?.state === 'exchanging' && drawn.includes('1/2')) session.end('finished', {});
  }
  assert(drawn.includes('\u001b[36m█████\u001b[0m\u001b[2m░░░░░\u001b[0m  50% 1/2 exchanging'), drawn);
  assert(drawn.includes('✓\u001b[0m Clip: both sides agree already'));
});
