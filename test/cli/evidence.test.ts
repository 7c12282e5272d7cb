import assert from 'node:assert/strict';
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { privateBus } from '../support/bus.js';
import { temporaryFolder } from '../support/tmp.js';
import { until } from '../support/until.js';
import { cli, desk, plant } from './desk.js';
import { FakeDaemon } from './fake-daemon.js';

test('what is recorded of a device can be explained from the file, with the real daemon', async (t) => {
  const { daemon, plug, run } = await desk(t);
  await plug();
  await until(async () => (await run('list')).out !== '');
  const file = join(daemon.home, 'stick.evidence');
  assert.equal(
    (await run('record', 'sandisk', '--redact', '-o', file)).out,
    `SanDisk Cruzer Blade is recorded in ${file}.\n`,
  );
  const text = await readFile(file, 'utf8');
  assert.match(text, /^usb\.product=Cruzer Blade$/m);
  assert.doesNotMatch(text, /4C530001/);
  assert.match((await run('record', 'sandisk')).out, /4C530001/);
  const [device, evidence] = [await run('explain', 'sandisk'), await run('explain', file)];
  for (const { code, out } of [device, evidence]) {
    assert.equal(code, 0);
    assert.match(out, /\[Volume on USB\]/);
  }
  assert.equal((await run('record', 'sandisk', '-o', '/no/such/folder/x')).code, 2);
});

test('a file is handed to the daemon as text, and its answer cannot draw on the screen', async (t) => {
  const fake = await FakeDaemon.start(t);
  const folder = await temporaryFolder(t);
  await plant(folder, { 'a.evidence': '[Sighting]\nkey=1\n', 'huge.evidence': 'x'.repeat(300_000) });
  const { code, out } = await cli(fake.session.address, ['explain', join(folder, 'a.evidence')]);
  assert.equal(code, 0);
  assert.equal(out, '/ [Sighting]\nkey=1\n\nwith \ufffd[31mcolour\n');
  const huge = await cli(fake.session.address, ['explain', join(folder, 'huge.evidence')]);
  assert.equal(huge.code, 2);
  assert.match(huge.notes, /has 300000 bytes; evidence has at most/);
});

test('without a daemon cradled itself explains the file; a device needs the daemon', async (t) => {
  const { address } = await privateBus(t);
  const folder = await temporaryFolder(t);
  await plant(folder, {
    'a.evidence': '[Sighting]\n',
    cradled: '#!/bin/sh\nprintf "%s: explained\\n" "$1 $(basename "$2")"\n',
    'broken/cradled': '#!/bin/sh\necho "no such section" >&2\nexit 1\n',
  });
  await Promise.all(['cradled', 'broken/cradled'].map((name) => chmod(join(folder, name), 0o755)));
  const file = join(folder, 'a.evidence');
  const explain = (path: string, word = file) =>
    cli(address, ['explain', word], { environment: { PATH: `${path}:/usr/bin:/bin` } });
  assert.deepEqual(await explain(folder), { code: 0, out: 'explain a.evidence: explained\n', notes: '' });
  assert.deepEqual(await explain(join(folder, 'broken')), { code: 1, out: '', notes: 'no such section\n' });
  const nowhere = await explain('/nonexistent');
  assert.equal(nowhere.code, 3);
  assert.match(nowhere.notes, /no daemon answers, and cradled cannot be run/);
  assert.equal((await explain(folder, 'sandisk')).code, 3);
});
