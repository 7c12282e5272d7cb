import { CradleError } from '../dbus/errors.js';
import { native, type UdevFilter } from './native.js';

export type { UdevFilter } from './native.js';

/** The udev properties of one device by name (udev(7)); DEVPATH is always among them. */
export type UdevProperties = ReadonlyMap<string, string>;

/** A device of sysfs with the attributes that were asked for; unset ones are left out. */
export interface UdevNode {
  readonly devpath: string;
  readonly attributes: ReadonlyMap<string, string>;
}

export type UdevMessage =
  | { readonly kind: 'event'; readonly action: string; readonly properties: UdevProperties }
  /** Events were lost, nobody knows which; told once all that were left have been. */
  | { readonly kind: 'overflow' }
  /** Nothing more will come. */
  | { readonly kind: 'failed'; readonly reason: string };

/** What the udev source needs of libudev; tests script another. */
export interface Udev {
  /** Every device that udevd is done with and that passes one of the filters. */
  enumerate(filters: readonly UdevFilter[]): readonly UdevProperties[];
  /** The device itself or its nearest ancestor of that subsystem and type; undefined when there is none, or it is gone. */
  nearest(
    devpath: string,
    subsystem: string,
    devtype: string | undefined,
    attributes: readonly string[],
  ): UdevNode | undefined;
  /** Listens until disposed. Throws NotConnected where udevd does not run. */
  listen(filters: readonly UdevFilter[], receive: (message: UdevMessage) => void): Disposable;
}

/** As systemd's own listeners have it at least once over; a limit, not an allocation. */
const RECEIVE_BUFFER_BYTES = 16 * 1024 * 1024;

export const libudev: Udev = {
  enumerate: (filters) => native().udevEnumerate(filters).map(pairs),

  nearest(devpath, subsystem, devtype, attributes) {
    const [found, ...values] = native().udevNearest(devpath, subsystem, devtype, attributes) ?? [];
    if (found === undefined) return undefined;
    const set = attributes.map((name, index): [string, string] => [name, values[index] ?? '']);
    return { devpath: found, attributes: new Map(set.filter(([, value]) => value !== '')) };
  },

  listen(filters, receive) {
    const addon = native();
    try {
      const handle = addon.udevOpen(
        filters,
        (kind, flat, reason) => {
          const properties = pairs(flat);
          if (kind === 'event') receive({ kind, action: properties.get('ACTION') ?? 'change', properties });
          else receive(kind === 'overflow' ? { kind } : { kind, reason: reason ?? 'unknown' });
        },
        RECEIVE_BUFFER_BYTES,
      );
      return { [Symbol.dispose]: () => addon.udevClose(handle) };
    } catch (cause) {
      const absent = cause instanceof Error && 'syscall' in cause && cause.syscall === 'udevd';
      const reason = absent ? 'udevd does not run' : `udev gives no monitor (${String(cause)})`;
      throw new CradleError('NotConnected', `${reason}, so no device can be seen`, { cause });
    }
  },
};

function pairs(flat: readonly string[]): UdevProperties {
  const properties = new Map<string, string>();
  for (let index = 0; index + 1 < flat.length; index += 2) properties.set(flat[index] ?? '', flat[index + 1] ?? '');
  return properties;
}
