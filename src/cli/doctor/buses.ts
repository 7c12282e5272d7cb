import { type Bus, connectBus } from '../../dbus/bus.js';
import { asCradleError } from '../../dbus/errors.js';
import { watchTree } from '../../dbus/mirror.js';
import { BUS_NAME, dbus, logind, paths, udisks } from '../../dbus/names.js';
import { proxy } from '../../dbus/proxy.js';
import { bindingShape } from '../../dbus/shapes/binding.js';
import { deviceShape } from '../../dbus/shapes/device.js';
import { managerShape } from '../../dbus/shapes/manager.js';
import { VERSION } from '../../dbus/version.js';
import { isReceived } from '../../dbus/view.js';
import { nameIn } from '../daemon.js';
import { shown } from '../width.js';
import { type Finding, fail, ok, warn } from './finding.js';

/** The doctor waits for nobody longer. Milliseconds. */
const PATIENCE = 5_000;

const said = (error: unknown): string => shown(asCradleError(error).message);

/** Is the name owned, could the bus start its owner, or neither? */
async function reach(bus: Bus, name: string): Promise<'runs' | 'startable' | 'absent'> {
  const ask = async (member: string, signature: string, body: readonly unknown[]): Promise<unknown> => {
    const call = { destination: dbus.name, path: dbus.path, interface: dbus.interface, timeout: PATIENCE };
    return (await bus.call({ ...call, member, signature, body }))[0];
  };
  if ((await ask('NameHasOwner', 's', [name])) === true) return 'runs';
  const startable = await ask('ListActivatableNames', '', []);
  return isReceived('as', startable) && startable.includes(name) ? 'startable' : 'absent';
}

/** The session bus and our daemon on it. Nothing is started: what a doctor looks at must stay as it is. */
export async function session(address: string, abort: AbortSignal): Promise<readonly Finding[]> {
  let bus: Bus;
  try {
    bus = await connectBus({ address, abort });
  } catch (error) {
    return [
      fail('session bus', said(error), 'log in to a desktop session, or install dbus-user-session'),
      fail('daemon', 'it cannot be reached without a session bus', 'see the session bus'),
    ];
  }
  await using _open = bus;
  const found = [ok('session bus', shown(address.split(',')[0] ?? address))];
  const state = await reach(bus, BUS_NAME);
  if (state === 'startable')
    return [...found, ok('daemon', 'it does not run now; the bus starts it when it is needed')];
  if (state === 'absent')
    return [
      ...found,
      fail(
        'daemon',
        'it does not run, and the bus cannot start it',
        'systemctl --user start cradle.service, or run cradled',
      ),
    ];
  try {
    return [...found, ...(await daemon(bus))];
  } catch (error) {
    return [
      ...found,
      fail(
        'daemon',
        `it does not answer: ${said(error)}`,
        'systemctl --user restart cradle.service; journalctl --user -u cradle',
      ),
    ];
  }
}

async function daemon(bus: Bus): Promise<readonly Finding[]> {
  const manager = proxy(bus, BUS_NAME, paths.root, managerShape);
  const limits = { timeout: PATIENCE, noAutoStart: true };
  const { Version, Paused, Problems, Listeners } = await manager.getAll(limits);
  const found: Finding[] = [
    Version === VERSION
      ? ok('daemon', `version ${shown(Version)} runs`)
      : warn(
          'daemon',
          `version ${shown(Version)} runs, this program is ${VERSION}`,
          'systemctl --user restart cradle.service',
        ),
  ];
  if (Paused) found.push(warn('pause', 'no sync starts by itself', 'cradle resume'));
  for (const problem of Problems) {
    const word = (key: string): string => shown(String(problem.get(key) ?? ''));
    found.push(warn(word('Kind') || 'problem', `${word('Where')}: ${word('Message')}`, nextFor(word('Kind'))));
  }
  for (const listener of Listeners) {
    const word = (key: string): string => shown(String(listener.get(key) ?? ''));
    // One that fails stands among the problems.
    if (word('State') !== 'failing')
      found.push(
        isOverheard(word('Where'))
          ? warn(
              'listening',
              `${word('Protocol')}: ${word('Where')}, where passwords and items can be read on the way`,
              'set ListenCertificate and ListenKey in the settings, see cradled(8)',
            )
          : ok('listening', `${word('Protocol')}: ${word('Where') || 'where is not known yet'}`),
      );
  }
  await using mirror = await watchTree(bus, { noAutoStart: true });
  for (const { view } of mirror.all(deviceShape))
    if (view.OwnershipReason === 'no-access')
      found.push(
        warn(
          'device',
          `you may not open ${shown(view.Label)}`,
          'install the udev rule and plug it in again while you sit at this machine',
        ),
      );
  for (const { path, view } of mirror.all(bindingShape)) {
    const id = shown(nameIn(path));
    if (view.Question !== '')
      found.push(
        warn(
          'binding',
          `${id} waits for a decision: ${shown(String(view.QuestionDetails.get('Message') ?? view.Question))}`,
          `cradle decide ${id}`,
        ),
      );
    else if (view.State === 'failing')
      found.push(warn('binding', `the last sync of ${id} failed: ${shown(view.LastResult)}`, `cradle history ${id}`));
  }
  return found;
}

/** Without TLS, and not on this machine alone. */
const isOverheard = (where: string): boolean =>
  /^http:/i.test(where) && !/^http:\/\/(?:localhost|127\.[0-9.]+|\[::1\])(?:[:/]|$)/i.test(where);

function nextFor(kind: string): string {
  switch (kind) {
    case 'rule':
      return 'mend the section; then "systemctl --user reload-or-restart cradle.service"';
    case 'state':
      return 'nothing is lost on either side; delete the file that was set aside when you do not need it';
    case 'secrets':
      return 'make the file private again, or remove it and set the passwords anew with "cradle account password"';
    case 'listener':
      return 'free the place, or choose another one in the settings: see cradled(8); it is tried again by itself';
    case 'settings':
      return 'mend the line and restart the daemon';
    default:
      return 'journalctl --user -u cradle says more';
  }
}

/** The system bus and the services there that Cradle asks. */
export async function system(address: string, abort: AbortSignal): Promise<readonly Finding[]> {
  let bus: Bus;
  try {
    bus = await connectBus({ address, abort });
  } catch (error) {
    return [
      fail('system bus', said(error), 'start dbus'),
      warn('UDisks2', 'it cannot be reached without a system bus', 'see the system bus'),
      warn('logind', 'it cannot be reached without a system bus', 'see the system bus'),
    ];
  }
  await using _open = bus;
  const found: Finding[] = [ok('system bus', shown(address.split(',')[0] ?? address))];
  const services = [
    ['UDisks2', udisks.name, 'disks, cards and players cannot be mounted', 'apt install udisks2'],
    ['logind', logind.name, 'who sits at the machine is not known: devices stay offered', 'run systemd-logind'],
  ] as const;
  for (const [about, name, without, next] of services) {
    const state = await reach(bus, name).catch(() => 'absent' as const);
    if (state === 'absent') found.push(warn(about, `it is not there: ${without}`, next));
    else found.push(ok(about, state === 'runs' ? 'it runs' : 'it starts when it is needed'));
  }
  return found;
}
