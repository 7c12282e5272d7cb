import { constants } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../../dbus/bus.js';
import { BUS_NAME } from '../../dbus/names.js';
import { type Finding, fail, ok, warn } from './finding.js';

/** What the doctor looks at in the file system; `root` stands before every path, `/` but in tests. */
export interface Machine {
  readonly root: string;
  readonly environment: Environment;
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

async function firstOf(machine: Machine, paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await exists(join(machine.root, path))) return path;
  return undefined;
}

/** udev itself, and our rule in it. */
export async function udev(machine: Machine): Promise<readonly Finding[]> {
  const running = await exists(join(machine.root, '/run/udev/control'));
  const rule = await firstOf(
    machine,
    ['/etc', '/run', '/usr/local/lib', '/usr/lib', '/lib'].map((folder) => `${folder}/udev/rules.d/70-cradle.rules`),
  );
  return [
    running
      ? ok('udev', 'it runs')
      : fail('udev', 'it does not run: no device will be seen', 'start systemd-udevd, or run on a machine that has it'),
    rule === undefined
      ? warn(
          'udev rule',
          '70-cradle.rules is not installed: a device that needs rights to be opened stays closed, and plugging one in does not start Cradle',
          'install the package, or copy data/udev-rules/70-cradle.rules to /etc/udev/rules.d and run "udevadm control --reload"',
        )
      : ok('udev rule', rule),
  ];
}

/** The user's service, and what lets the bus start it. */
export async function service(machine: Machine): Promise<readonly Finding[]> {
  const { environment } = machine;
  const home = environment.HOME ?? '';
  const config = environment.XDG_CONFIG_HOME || `${home}/.config`;
  const data = environment.XDG_DATA_HOME || `${home}/.local/share`;
  const shared = (environment.XDG_DATA_DIRS || '/usr/local/share:/usr/share').split(':');
  const unit = await firstOf(
    machine,
    [
      `${config}/systemd/user`,
      '/etc/systemd/user',
      '/run/systemd/user',
      `${data}/systemd/user`,
      '/usr/local/lib/systemd/user',
      '/usr/lib/systemd/user',
    ].map((folder) => `${folder}/cradle.service`),
  );
  const activation = await firstOf(
    machine,
    [data, ...shared].map((folder) => `${folder}/dbus-1/services/${BUS_NAME}.service`),
  );
  return [
    unit === undefined
      ? warn(
          'service unit',
          'cradle.service is not installed',
          'install the package, or copy systemd/cradle.service to ~/.config/systemd/user',
        )
      : ok('service unit', unit),
    activation === undefined
      ? warn(
          'activation file',
          'the bus cannot start Cradle by itself',
          'install the package, or copy data/dbus-services/*.service to ~/.local/share/dbus-1/services',
        )
      : ok('activation file', activation),
  ];
}

/** What others know of devices, and Cradle uses. */
export async function hardwareKnowledge(machine: Machine): Promise<readonly Finding[]> {
  const players = await firstOf(machine, ['/usr/share/media-player-info', '/usr/local/share/media-player-info']);
  const libmtp = await firstOf(
    machine,
    ['/etc', '/usr/local/lib', '/usr/lib', '/lib'].flatMap((folder) => [
      `${folder}/udev/hwdb.d/69-libmtp.hwdb`,
      `${folder}/udev/rules.d/69-libmtp.rules`,
    ]),
  );
  const hwdb = await firstOf(machine, ['/etc/udev/hwdb.bin', '/usr/lib/udev/hwdb.bin', '/lib/udev/hwdb.bin']);
  return [
    hwdb === undefined
      ? warn(
          'hardware database',
          'udev has no compiled hwdb: makers and models stay unnamed',
          'run "systemd-hwdb update" as root',
        )
      : ok('hardware database', hwdb),
    players === undefined
      ? warn(
          'media players',
          'media-player-info is not installed: players are taken for plain disks',
          'apt install media-player-info',
        )
      : ok('media players', players),
    libmtp === undefined
      ? warn(
          'MTP devices',
          'the rules of libmtp are not installed: some phones and players go unnamed',
          'apt install libmtp-common libmtp-runtime',
        )
      : ok('MTP devices', libmtp),
  ];
}

/** Nodes of modems and cables, which a group guards where no seat does. */
export async function nodes(machine: Machine): Promise<readonly Finding[]> {
  const folder = join(machine.root, '/dev');
  const names = await readdir(folder).catch(() => []);
  const serial = names.filter((name) => /^tty(ACM|USB)\d+$/.test(name)).sort();
  const closed: string[] = [];
  for (const name of serial) if (!(await mayOpen(join(folder, name)))) closed.push(`/dev/${name}`);
  if (closed.length === 0)
    return [
      ok(
        'device nodes',
        serial.length === 0 ? 'no serial device is plugged in' : `${serial.length} serial, all may be opened`,
      ),
    ];
  return [
    warn(
      'device nodes',
      `you may not open ${closed.join(', ')}`,
      'if it is a device of yours: install the udev rule above and plug it in again, or join the group dialout',
    ),
  ];
}

const mayOpen = (path: string): Promise<boolean> =>
  access(path, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
