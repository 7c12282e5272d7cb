import { createHash } from 'node:crypto';
import { CradleError } from '../dbus/errors.js';
import type { DeviceId, Evidence } from './device.js';

/** A device's lasting name, and what it rests on. */
export interface DeviceName {
  readonly id: DeviceId;
  /** The fact the id was made from; undefined when it is made from the port. */
  readonly fact: string | undefined;
}

export const isDeviceId = (text: string): text is DeviceId => /^[A-Za-z0-9][A-Za-z0-9._%~-]{0,399}$/.test(text);

/** The text as a device's id. Fails with InvalidArgs when no device can have it. */
export function deviceId(text: string): DeviceId {
  if (!isDeviceId(text)) throw new CradleError('InvalidArgs', `"${text.slice(0, 80)}" is no device id`);
  return text;
}

/**
 * The id of a device: from the fact a rule's `DeviceId=` names and no other; without such a rule from the USB serial, else
 * from the volume's identity; and from the port when there is no such fact.
 */
export function nameDevice(evidence: Evidence, body: string, rule: string | undefined): DeviceName {
  const facts = rule === undefined ? ['usb.serial', 'fs.uuid'] : [rule];
  for (const fact of facts) {
    const value = evidence.get(fact)?.trim() ?? '';
    if (value === '') continue;
    const usbId = evidence.get('usb.id');
    // A serial is unique among its like only (USB 2.0, section 9.6.1), so the id holds what it is, too.
    const prefix = fact === 'usb.serial' && usbId !== undefined ? `usb-${part(usbId)}` : part(fact);
    return { id: deviceId(`${prefix}-${readable(value)}`), fact };
  }
  return { id: portId(evidence, body), fact: undefined };
}

/** The id of whatever hangs on this port, for devices that nothing tells from their like. */
export function portId(evidence: Evidence, body: string): DeviceId {
  const usbId = evidence.get('usb.id');
  const port = evidence.get('usb.path');
  const what = usbId === undefined ? [] : [part(usbId)];
  const where =
    port === undefined || port === '' ? [readable(body.split('/').at(-1) ?? ''), digest(body, 12)] : [readable(port)];
  return deviceId(['port', ...what, ...where].join('-'));
}

/** As portId(), for when even the ports look alike. */
export const bodyId = (evidence: Evidence, body: string): DeviceId =>
  deviceId(`${portId(evidence, body)}-${digest(body, 12)}`);

const digest = (text: string, length: number): string =>
  createHash('sha256').update(text).digest('hex').slice(0, length);

const part = (text: string): string => readable(text.replace(/[.:]/g, '-'));

const LONGEST = 80;

/**
 * Any text as readable ASCII, two texts never alike: bytes outside [A-Za-z0-9._-] become `%` and two hex digits, and what
 * is longer than 80 characters then is cut and ends in `~` and a digest of the whole.
 */
export function readable(text: string): string {
  if (text.length > 65_536) return readable(`${text.slice(0, 64)}${digest(text, 64)}`);
  let escaped = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const char = String.fromCharCode(byte);
    escaped += /[A-Za-z0-9._-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return escaped.length <= LONGEST ? escaped : `${escaped.slice(0, 40).replace(/%.?$/, '')}~${digest(text, 32)}`;
}
