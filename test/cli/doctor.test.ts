import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Finding } from '../../src/cli/doctor/finding.js';
import { logind, udisks } from '../../src/dbus/names.js';
import { v } from '../../src/dbus/variant.js';
import { privateBus } from '../support/bus.js';
import { temporaryFolder } from '../support/tmp.js';
import { cli, plant } from './desk.js';
import { FakeDaemon } from './fake-daemon.js';

const INSTALLED = {
  'run/udev/control': '',
  'usr/lib/udev/rules.d/70-cradle.rules': '',
  'usr/lib/udev/hwdb.bin': '',
  'usr/lib/udev/hwdb.d/69-libmtp.hwdb': '',
  'usr/lib/systemd/user/cradle.service': '',
  'usr/share/dbus-1/services/org.cradle.Cradle1.service': '',
  'usr/share/media-player-info/x.mpi': '',
};

/** What the doctor finds on a machine with these files and buses. */
async function examined(
  root: string,
  session: string,
  system: string,
): Promise<{ code: number; findings: Map<string, Finding>; text: string }> {
  const environment = { DBUS_SYSTEM_BUS_ADDRESS: system, HOME: '/home/nobody' };
  const { code, out } = await cli(session, ['doctor', '--root', root, '--json'], { environment });
  const text = await cli(session, ['doctor', '--root', root], { environment });
  assert.equal(text.code, code);
  const all: Finding[] = JSON.parse(out);
  return { code, findings: new Map(all.map((finding) => [finding.about, finding])), text: text.out };
}

test('on a machine with nothing it says of each thing what to do, and ends with 1', async (t) => {
  const root = await temporaryFolder(t);
  const nowhere = `unix:path=${join(root, 'bus')}`;
  const { code, findings, text } = await examined(root, nowhere, nowhere);
  assert.equal(code, 1);
  const verdicts = Object.fromEntries([...findings].map(([about, { verdict }]) => [about, verdict]));
  assert.deepEqual(verdicts, {
    'session bus': 'fail',
    daemon: 'fail',
    'system bus': 'fail',
    UDisks2: 'warn',
    logind: 'warn',
    udev: 'fail',
    'udev rule': 'warn',
    'service unit': 'warn',
    'activation file': 'warn',
    'hardware database': 'warn',
    'media players': 'warn',
    'MTP devices': 'warn',
    'device nodes': 'ok',
  });
  for (const { verdict, next } of findings.values()) assert.equal(next === '', verdict === 'ok');
  assert.match(text, /^fail {2}session bus .*\n +→ log in to a desktop session/);
  assert.match(text, /\n4 things must be mended, 8 more might be better\.\n$/);
});

test('on a machine with everything all is well, and it ends with 0', async (t) => {
  const root = await temporaryFolder(t);
  await plant(root, INSTALLED);
  const system = await privateBus(t);
  const services = await system.connect();
  await services.own(udisks.name);
  await services.own(logind.name);
  const fake = await FakeDaemon.start(t);
  const { code, findings, text } = await examined(root, fake.session.address, system.address);
  assert.deepEqual(
    [...findings.values()].filter(({ verdict }) => verdict !== 'ok'),
    [],
  );
  assert.equal(code, 0);
  assert.match(text, /\nAll is well\.\n$/);
});

test('what the daemon complains of, and what waits for a person, is told with the next step', async (t) => {
  const root = await temporaryFolder(t);
  await plant(root, INSTALLED);
  const fake = await FakeDaemon.start(t);
  fake.version = '0.0.9';
  fake.paused = true;
  fake.question = 'first-sync';
  fake.problems = [{ Kind: v.s('rule'), Where: v.s('90-site.devices:12'), Message: v.s('there is no key Modell') }];
  fake.device({ id: 'usb-1', label: 'Clip', model: '', present: true, ownership: 'mine' });
  fake.binding('b1', 'usb-1');
  const { code, findings, text } = await examined(root, fake.session.address, fake.session.address);
  assert.equal(code, 0);
  assert.match(findings.get('daemon')?.found ?? '', /version 0\.0\.9 runs, this program is 0\.1\.0/);
  assert.equal(findings.get('pause')?.next, 'cradle resume');
  assert.equal(findings.get('rule')?.found, '90-site.devices:12: there is no key Modell');
  assert.equal(findings.get('binding')?.next, 'cradle decide b1');
  assert.equal(findings.get('UDisks2')?.verdict, 'warn');
  assert.match(text, /Cradle can work; 6 things might be better\.\n$/);
});

test('a bus without the daemon: whether it can be started makes the difference', async (t) => {
  const root = await temporaryFolder(t);
  await plant(root, INSTALLED);
  const services = join(root, 'usr/share/dbus-1/services');
  const absent = await privateBus(t);
  const { findings } = await examined(root, absent.address, absent.address);
  assert.equal(findings.get('daemon')?.verdict, 'fail');
  await mkdir(services, { recursive: true });
  await plant(services, {
    'org.cradle.Cradle1.service': '[D-BUS Service]\nName=org.cradle.Cradle1\nExec=/bin/false\n',
  });
  const startable = await privateBus(t, { services });
  const better = await examined(root, startable.address, startable.address);
  assert.equal(better.findings.get('daemon')?.verdict, 'ok');
  const { code, notes } = await cli(startable.address, ['list']);
  assert.equal(code, 3, 'one that fails to start is told as such');
  assert.match(notes, /the bus could not start it: /);
});

test('serial nodes that may not be opened are named', async (t) => {
  const root = await temporaryFolder(t);
  await plant(root, { 'dev/ttyACM0': '', 'dev/ttyUSB1': '', 'dev/tty0': '' });
  const { findings } = await examined(root, 'unix:path=/nonexistent', 'unix:path=/nonexistent');
  assert.equal(findings.get('device nodes')?.found, '2 serial, all may be opened');
});

test('reload reads the rules anew and fails with what is wrong with them', async (t) => {
  const fake = await FakeDaemon.start(t);
  const well = await cli(fake.session.address, ['reload']);
  assert.deepEqual([well.code, well.out], [0, 'The rules were read anew.\n']);
  fake.problems = [{ Kind: v.s('rule'), Where: v.s('90-site.devices:12'), Message: v.s('there is no key Modell') }];
  const wrong = await cli(fake.session.address, ['reload', '--json']);
  assert.equal(wrong.code, 1);
  assert.deepEqual(JSON.parse(wrong.out), {
    complaints: [{ where: '90-site.devices:12', message: 'there is no key Modell' }],
  });
});
