import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { type Testbed, testbed } from '../bed/testbed.js';
import { repositoryRoot } from '../support/root.js';
import { temporaryFolder } from '../support/tmp.js';

const run = promisify(execFile);
const RULES = join(repositoryRoot, 'data/udev-rules/70-cradle.rules');

interface Outcome {
  readonly tags: readonly string[];
  readonly wants: boolean;
}

/** What udev's own rules and ours make of a device, by udevd's own reading of them. */
async function outcome(bed: Testbed, devpath: string): Promise<Outcome> {
  // A /run of its own is where a rules file can be laid without touching the machine.
  const shell = `mount -t tmpfs none /run && mkdir -p /run/udev/rules.d && cp "$0" /run/udev/rules.d/ &&
    exec env LD_PRELOAD=libumockdev-preload.so.0 UMOCKDEV_DIR="$1" udevadm test --action=add "$2"`;
  const spaces = process.getuid?.() === 0 ? ['--mount'] : ['--mount', '--map-root-user'];
  const line = [...spaces, 'bash', '-c', shell, RULES, bed.directory, devpath];
  const { stdout, stderr } = await run('unshare', line, { env: { PATH: process.env.PATH } });
  const said = `${stdout}\n${stderr}`.split('\n');
  assert.ok(said.some((text) => text.includes('Reading rules file: /run/udev/rules.d/70-cradle.rules')));
  assert.deepEqual(
    said.filter((text) => text.includes('70-cradle.rules:')),
    [],
    'udev complains of no line',
  );
  const value = (name: string) => said.find((text) => text.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
  return {
    tags: value('TAGS')
      .split(':')
      .filter((tag) => tag === 'uaccess' || tag === 'systemd')
      .sort(),
    wants: value('SYSTEMD_USER_WANTS').split(' ').includes('cradle.service'),
  };
}

const OPENED: Outcome = { tags: ['systemd', 'uaccess'], wants: true };
const NOTHING: Outcome = { tags: [], wants: false };

async function bedOf(t: TestContext) {
  const bed = await testbed(t);
  return { bed, of: (devpath: string) => outcome(bed, devpath) };
}

test('a phone, a camera and an organiser start Cradle, and who sits at the machine may open them', async (t) => {
  const { bed, of } = await bedOf(t);
  for (const options of [
    { interfaces: ':060101:' },
    { interfaces: ':ffff00:080650:', properties: { ID_MTP_DEVICE: '1' } },
    { interfaces: ':ff0000:', properties: { ID_GPHOTO2: '1' } },
    { interfaces: ':ff0000:', properties: { ID_PDA: '1' } },
    { interfaces: ':020b00:0a0000:' },
  ]) {
    const device = await bed.plug({ vendor: 'f055', product: '0002', ...options });
    assert.deepEqual(await of(device.devpath), OPENED, options.interfaces);
  }
  const modem = await bed.plug({ vendor: 'f055', product: '0003', tty: 'ttyACM0' });
  assert.deepEqual(await of(modem.ttyPath), OPENED);
});

test('a cable to a telephone starts Cradle, and an adapter that may lead to anything does not', async (t) => {
  const { bed, of } = await bedOf(t);
  const cable = { interfaces: ':ff0000:', tty: 'ttyUSB0' };
  for (const [vendor, product] of [
    ['6547', '0232'],
    ['11f5', '0004'],
  ] as const) {
    const device = await bed.plug({ ...cable, vendor, product });
    assert.deepEqual(await of(device.ttyPath), OPENED, vendor);
    await bed.unplug(device);
  }
  const adapter = await bed.plug({ ...cable, vendor: '067b', product: '2303' });
  // systemd tags every terminal.
  assert.deepEqual(await of(adapter.ttyPath), { tags: ['systemd'], wants: false });
});

test('a volume starts Cradle and is opened by nobody but UDisks', async (t) => {
  const { bed, of } = await bedOf(t);
  const player = await bed.plugUsbDisk({ properties: { ID_MEDIA_PLAYER: 'sony_nwz-e436f' } });
  assert.deepEqual(await of(player.partitionPath()), { tags: ['systemd'], wants: true });
  const device = await of(player.devpath);
  assert.equal(device.wants, true);
  assert.equal(device.tags.includes('uaccess'), false);
});

test('what holds nothing to sync starts nothing', async (t) => {
  const { bed, of } = await bedOf(t);
  // The hwdb's flag is of the product; this one is in its storage mode.
  const stick = await bed.plug({ interfaces: ':080650:', properties: { ID_MTP_DEVICE: '1', ID_GPHOTO2: '1' } });
  assert.deepEqual(await of(stick.devpath), NOTHING);
  assert.deepEqual(await of((await bed.plug({ interfaces: ':030101:' })).devpath), NOTHING);
  assert.deepEqual(await of((await bed.plugUnknown()).devpath), NOTHING);
  const reader = await bed.plug({ volumes: [] });
  assert.equal((await of(reader.diskPath)).wants, false);
  const hidden = await bed.plug({ volumes: [{ label: 'EFI' }], properties: {} });
  await bed.perform([
    {
      do: 'properties',
      devpath: hidden.partitionPath(),
      properties: { ID_FS_USAGE: 'filesystem', UDISKS_IGNORE: '1' },
    },
  ]);
  assert.equal((await of(hidden.partitionPath())).wants, false);
});

test('the user unit and the activation file are as systemd and D-Bus want them, and name each other', async (t) => {
  const folder = await temporaryFolder(t);
  const unit = await readFile(join(repositoryRoot, 'systemd/cradle.service'), 'utf8');
  const activation = await readFile(join(repositoryRoot, 'data/dbus-services/org.cradle.Cradle1.service'), 'utf8');
  const line = (text: string, key: string) => text.split('\n').find((one) => one.startsWith(`${key}=`));
  assert.equal(line(activation, 'SystemdService'), 'SystemdService=cradle.service');
  assert.equal(line(activation, 'Name')?.replace('Name=', 'BusName='), line(unit, 'BusName'));
  assert.equal(line(activation, 'Exec')?.replace('Exec=', 'ExecStart='), line(unit, 'ExecStart'));
  // The program need not be installed for its unit to be right.
  await writeFile(join(folder, 'cradle.service'), unit.replace('/usr/bin/cradled', '/bin/true'));
  await mkdir(join(folder, 'run'), { mode: 0o700 });
  const env = { PATH: process.env.PATH, HOME: folder, XDG_RUNTIME_DIR: join(folder, 'run') };
  const { stdout, stderr } = await run(
    'systemd-analyze',
    ['--user', 'verify', '--man=no', join(folder, 'cradle.service')],
    { env },
  );
  assert.equal(stdout + stderr, '');
});
