import type { Device, Sighting } from './device.js';
import { subsystemOf } from './words.js';

/** The subsystem in which a transport finds the node it works through. */
const SUBSYSTEM: Readonly<Record<string, string>> = { block: 'block', serial: 'tty', usb: 'usb', http: 'account' };

/** The sightings through which the device's transport can reach it now; none while they are still to come. */
export function waysInto(device: Device): readonly Sighting[] {
  const { transport, plugin } = device.identity;
  if (plugin === undefined || transport === undefined) return [];
  const subsystem = SUBSYSTEM[transport];
  return device.sightings.filter((sighting) => subsystemOf(sighting.evidence) === subsystem);
}
