/** Every bus name, path and interface name of Cradle and of the services it asks. Nowhere else do they occur in code. */

const DOMAIN = 'org.cradle.Cradle1';
const ROOT = '/org/cradle/Cradle1';

export const BUS_NAME = DOMAIN;
export const ERROR_PREFIX = `${DOMAIN}.Error.`;
/** Counts additions to the API within major version 1. */
export const API_VERSION = 1;

export const interfaces = {
  manager: `${DOMAIN}.Manager`,
  device: `${DOMAIN}.Device`,
  store: `${DOMAIN}.Store`,
  binding: `${DOMAIN}.Binding`,
  session: `${DOMAIN}.Session`,
  plan: `${DOMAIN}.Plan`,
  conflict: `${DOMAIN}.Conflict`,
} as const;

export type Branch = 'device' | 'store' | 'binding' | 'session' | 'plan' | 'conflict';

export const paths = {
  root: ROOT,
  /** The object path of a device, store, binding, session, plan or conflict by its own name. */
  of: (branch: Branch, name: string): string => `${ROOT}/${branch}/${escapePathElement(name)}`,
} as const;

/**
 * Escapes any text into one element of an object path, as systemd does with bus labels (sd_bus_path_encode(3)):
 * every byte outside [A-Za-z0-9], and a leading digit, becomes `_` and two hex digits; the empty text is a single `_`.
 */
export function escapePathElement(text: string): string {
  if (text === '') return '_';
  let escaped = '';
  for (const [index, byte] of Buffer.from(text, 'utf8').entries()) {
    const char = String.fromCharCode(byte);
    const plain = /[A-Za-z]/.test(char) || (/[0-9]/.test(char) && index > 0);
    escaped += plain ? char : `_${byte.toString(16).padStart(2, '0')}`;
  }
  return escaped;
}

/** What escapePathElement() made the element from. */
export function unescapePathElement(element: string): string {
  if (element === '_') return '';
  const bytes = element.replaceAll(/_([0-9a-f]{2})|([^_])/g, (_, hex: string | undefined, plain: string) =>
    hex === undefined ? plain : String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** The message bus itself and the standard interfaces (D-Bus specification). */
export const dbus = {
  name: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
  properties: 'org.freedesktop.DBus.Properties',
  objectManager: 'org.freedesktop.DBus.ObjectManager',
  introspectable: 'org.freedesktop.DBus.Introspectable',
  peer: 'org.freedesktop.DBus.Peer',
  /** The annotation that says how a property tells of its changes. */
  emitsChangedSignal: 'org.freedesktop.DBus.Property.EmitsChangedSignal',
} as const;

const STANDARD_ERROR = 'org.freedesktop.DBus.Error';

/** Error names of the D-Bus specification and its reference implementation. */
export const standardErrors = {
  failed: `${STANDARD_ERROR}.Failed`,
  invalidArgs: `${STANDARD_ERROR}.InvalidArgs`,
  unknownObject: `${STANDARD_ERROR}.UnknownObject`,
  unknownInterface: `${STANDARD_ERROR}.UnknownInterface`,
  unknownMethod: `${STANDARD_ERROR}.UnknownMethod`,
  unknownProperty: `${STANDARD_ERROR}.UnknownProperty`,
  propertyReadOnly: `${STANDARD_ERROR}.PropertyReadOnly`,
  limitsExceeded: `${STANDARD_ERROR}.LimitsExceeded`,
  notSupported: `${STANDARD_ERROR}.NotSupported`,
  serviceUnknown: `${STANDARD_ERROR}.ServiceUnknown`,
  nameHasNoOwner: `${STANDARD_ERROR}.NameHasNoOwner`,
  disconnected: `${STANDARD_ERROR}.Disconnected`,
  noReply: `${STANDARD_ERROR}.NoReply`,
  timeout: `${STANDARD_ERROR}.Timeout`,
  timedOut: `${STANDARD_ERROR}.TimedOut`,
  spawn: `${STANDARD_ERROR}.Spawn.`,
} as const;

/** UDisks2, asked to mount, unmount and power off volumes. */
export const udisks = {
  name: 'org.freedesktop.UDisks2',
  path: '/org/freedesktop/UDisks2',
  blockDevices: '/org/freedesktop/UDisks2/block_devices',
  block: 'org.freedesktop.UDisks2.Block',
  filesystem: 'org.freedesktop.UDisks2.Filesystem',
  drive: 'org.freedesktop.UDisks2.Drive',
  errors: {
    deviceBusy: 'org.freedesktop.UDisks2.Error.DeviceBusy',
    alreadyMounted: 'org.freedesktop.UDisks2.Error.AlreadyMounted',
    notMounted: 'org.freedesktop.UDisks2.Error.NotMounted',
    notAuthorized: 'org.freedesktop.UDisks2.Error.NotAuthorized',
  },
} as const;

/** As UDisks2 names its objects: what is no letter, digit or underscore becomes `_` and two hex digits. */
export const escapeUDisks = (name: string): string =>
  name.replace(/[^A-Za-z0-9_]/g, (char) => `_${char.charCodeAt(0).toString(16).padStart(2, '0')}`);

/** logind, asked who sits at the seat. */
export const logind = {
  name: 'org.freedesktop.login1',
  path: '/org/freedesktop/login1',
  seats: '/org/freedesktop/login1/seat',
  manager: 'org.freedesktop.login1.Manager',
  seat: 'org.freedesktop.login1.Seat',
  session: 'org.freedesktop.login1.Session',
  user: 'org.freedesktop.login1.User',
} as const;
