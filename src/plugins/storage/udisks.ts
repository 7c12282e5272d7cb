import type { Bus } from '../../dbus/bus.js';
import { asCradleError, CradleError } from '../../dbus/errors.js';
import { dbus, escapeUDisks, udisks } from '../../dbus/names.js';
import { v } from '../../dbus/variant.js';

/** Milliseconds: a volume that was not taken off cleanly is checked first. */
const MOUNT_TIME = 60_000;
/** Milliseconds: a slow card with a full cache. */
const UNMOUNT_TIME = 110_000;

/** No password is ever asked for: an ordinary user at the seat needs none, anybody else is told so. */
const QUIETLY = { 'auth.no_user_interaction': v.b(true) };

/** UDisks2, asked by device node (http://storaged.org/doc/udisks2-api/latest/). All calls fail with a CradleError. */
export class UDisks {
  readonly #bus: Bus;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** Where the node is mounted. */
  async mountPoints(node: string, signal: AbortSignal): Promise<readonly string[]> {
    const points = await this.#get(blockPath(node), udisks.filesystem, 'MountPoints', signal);
    if (!Array.isArray(points)) return [];
    return points.flatMap((point: unknown) => (point instanceof Uint8Array ? [textOf(point)] : []));
  }

  /** Gives the mount point. */
  async mount(node: string, readOnly: boolean, signal: AbortSignal): Promise<string> {
    const options = readOnly ? { ...QUIETLY, options: v.s('ro') } : QUIETLY;
    const [point] = await this.#call(blockPath(node), udisks.filesystem, 'Mount', options, MOUNT_TIME, signal);
    if (typeof point === 'string' && point.startsWith('/')) return point;
    throw new CradleError('Failed', `UDisks2 mounted ${node}, but did not say where`);
  }

  /** Fails with Busy while somebody uses it. */
  async unmount(node: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#call(blockPath(node), udisks.filesystem, 'Unmount', QUIETLY, UNMOUNT_TIME, signal);
    } catch (thrown) {
      const error = asCradleError(thrown);
      if (error.remote === udisks.errors.notMounted) return;
      if (error.remote === udisks.errors.deviceBusy || error.code === 'Busy')
        throw new CradleError('Busy', `${node} is in use`, { cause: error });
      throw error;
    }
  }

  /** Lets a tray or a card go, or takes the power from the whole drive; nothing where the drive cannot. */
  async letGo(node: string, how: 'Eject' | 'PowerOff', signal: AbortSignal): Promise<void> {
    const drive = await this.#get(blockPath(node), udisks.block, 'Drive', signal);
    if (typeof drive !== 'string' || drive === '/') return;
    const able = await this.#get(drive, udisks.drive, how === 'Eject' ? 'Ejectable' : 'CanPowerOff', signal);
    if (able === true) await this.#call(drive, udisks.drive, how, QUIETLY, UNMOUNT_TIME, signal);
  }

  async #get(path: string, interfaceName: string, property: string, abort: AbortSignal): Promise<unknown> {
    const [value] = await this.#bus.call({
      destination: udisks.name,
      path,
      interface: dbus.properties,
      member: 'Get',
      signature: 'ss',
      body: [interfaceName, property],
      abort,
    });
    return value;
  }

  #call(
    path: string,
    interfaceName: string,
    member: string,
    options: object,
    timeout: number,
    abort: AbortSignal,
  ): Promise<readonly unknown[]> {
    const call = {
      destination: udisks.name,
      path,
      interface: interfaceName,
      member,
      signature: 'a{sv}',
      timeout,
      abort,
    };
    return this.#bus.call({ ...call, body: [options] });
  }
}

const blockPath = (node: string): string =>
  `${udisks.blockDevices}/${escapeUDisks(node.slice(node.lastIndexOf('/') + 1))}`;

/** `ay` of UDisks2 is a file name with a NUL at its end. */
function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('utf8');
}
