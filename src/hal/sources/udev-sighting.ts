import type { Sighting } from '../device.js';
import type { Udev, UdevFilter, UdevNode, UdevProperties } from '../libudev.js';

/** What is listened to; the kernel drops the rest before it wakes anybody. */
export const UDEV_FILTERS: readonly UdevFilter[] = [
  { subsystem: 'usb', devtype: 'usb_device' },
  { subsystem: 'block' },
  { subsystem: 'tty' },
];

const USB_ATTRIBUTES = ['idVendor', 'idProduct', 'serial', 'manufacturer', 'product', 'bDeviceClass'] as const;

/** Classes of usb.org's list that hold nothing to sync: audio, HID, hub, video, audio/video. */
const MUTE_CLASSES: ReadonlySet<string> = new Set(['01', '03', '09', '0e', '10']);

/** Of one event or one boot, not of the device. */
const PASSING: ReadonlySet<string> = new Set([
  'ACTION',
  'CURRENT_TAGS',
  'DEVPATH_OLD',
  'DISKSEQ',
  'DISK_EJECT_REQUEST',
  'DISK_MEDIA_CHANGE',
  'RESIZE',
  'SEQNUM',
  'SYNTH_UUID',
  'TAGS',
  'USEC_INITIALIZED',
]);

const MOST_PROPERTIES = 256;
/** A USB string is at most 126 characters, a filesystem's label 255 bytes. */
const LONGEST_STRING = 256;
const LONGEST_PROPERTY = 4096;

/** What a udev device is to us; undefined for what holds nothing to sync, or is gone already. */
export function sightingOf(properties: UdevProperties, udev: Udev): Sighting | undefined {
  const key = properties.get('DEVPATH');
  if (key === undefined) return undefined;
  switch (properties.get('SUBSYSTEM')) {
    case 'usb':
      return properties.get('DEVTYPE') === 'usb_device' ? usbDevice(key, properties, udev) : undefined;
    case 'tty':
      return below(key, properties, usbParent(key, udev));
    case 'block':
      return volume(key, properties, udev);
    default:
      return undefined;
  }
}

function usbDevice(key: string, properties: UdevProperties, udev: Udev): Sighting | undefined {
  const usb = usbParent(key, udev);
  if (usb === undefined) return undefined;
  const interfaces = properties.get('ID_USB_INTERFACES')?.match(/[0-9a-f]{6}/gi) ?? [];
  const classes = interfaces.map((triple) => triple.slice(0, 2).toLowerCase());
  if (classes.length === 0) classes.push(usb.attributes.get('bDeviceClass') ?? '');
  return classes.every((name) => MUTE_CLASSES.has(name)) ? undefined : below(key, properties, usb);
}

/** A filesystem on USB or on an SD card: of a partition, or of a whole disk that has none. */
function volume(key: string, properties: UdevProperties, udev: Udev): Sighting | undefined {
  if (properties.get('ID_FS_USAGE') !== 'filesystem' || properties.get('UDISKS_IGNORE') === '1') return undefined;
  // A hybrid image shows its filesystem on the disk and on a partition; one of them is enough.
  if (properties.get('DEVTYPE') === 'disk' && properties.has('ID_PART_TABLE_TYPE')) return undefined;
  const usb = usbParent(key, udev);
  if (usb !== undefined) return below(key, properties, usb);
  // Of type MMC are the soldered ones.
  const card = udev.nearest(key, 'mmc', undefined, ['type']);
  if (card === undefined || card.attributes.get('type') === 'MMC') return undefined;
  return { key, source: 'udev', body: card.devpath, evidence: new Map(ownFacts(properties)) };
}

/** A way in to the physical device that is this usb_device. */
function below(key: string, properties: UdevProperties, usb: UdevNode | undefined): Sighting | undefined {
  if (usb === undefined) return undefined;
  const evidence = new Map([...ownFacts(properties), ...usbFacts(properties, usb)]);
  return { key, source: 'udev', body: usb.devpath, evidence };
}

function usbParent(key: string, udev: Udev): UdevNode | undefined {
  return udev.nearest(key, 'usb', 'usb_device', USB_ATTRIBUTES);
}

function* ownFacts(properties: UdevProperties): Generator<[string, string]> {
  yield* known([
    ['subsystem', properties.get('SUBSYSTEM')],
    ['devtype', properties.get('DEVTYPE')],
    ['node', properties.get('DEVNAME')],
    ['fs.uuid', properties.get('ID_FS_UUID')],
    ['fs.label', labelOf(properties)],
    ['fs.type', properties.get('ID_FS_TYPE')],
    ['fs.usage', properties.get('ID_FS_USAGE')],
  ]);
  let count = 0;
  for (const [name, value] of properties) {
    // A leading dot marks what udev's rules keep to themselves.
    if (PASSING.has(name) || name.startsWith('.') || name.startsWith('SYNTH_ARG_')) continue;
    if (++count > MOST_PROPERTIES) return;
    yield [`udev.${clean(name, LONGEST_STRING)}`, clean(value, LONGEST_PROPERTY)];
  }
}

function* usbFacts(properties: UdevProperties, usb: UdevNode): Generator<[string, string]> {
  const vendor = usb.attributes.get('idVendor');
  const product = usb.attributes.get('idProduct');
  yield* known([
    ['usb.id', vendor && product && `${vendor}:${product}`.toLowerCase()],
    ['usb.serial', usb.attributes.get('serial')],
    ['usb.manufacturer', usb.attributes.get('manufacturer')],
    ['usb.product', usb.attributes.get('product')],
    ['usb.interfaces', properties.get('ID_USB_INTERFACES')],
    ['usb.path', usb.devpath.slice(usb.devpath.lastIndexOf('/') + 1)],
  ]);
}

function* known(facts: readonly (readonly [string, string | undefined])[]): Generator<[string, string]> {
  for (const [fact, value] of facts) {
    const cleaned = clean(value ?? '', LONGEST_STRING);
    if (cleaned !== '') yield [fact, cleaned];
  }
}

/** udev's _ENC form has what it finds unsafe as \xNN bytes; the plain form has it as underscores. */
function labelOf(properties: UdevProperties): string | undefined {
  const encoded = properties.get('ID_FS_LABEL_ENC');
  if (encoded === undefined) return properties.get('ID_FS_LABEL');
  const bytes = Buffer.from(encoded, 'utf8').toString('latin1');
  const decoded = bytes.replace(/\\x([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(decoded, 'latin1').toString('utf8');
}

/** A device may say anything: without control characters and halves of characters, and never long. */
function clean(text: string, longest: number): string {
  return text
    .slice(0, longest)
    .replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu, '')
    .trim();
}
