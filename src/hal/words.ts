import type { Evidence } from './device.js';

/**
 * The maker's name in the device's own words: what it said in its protocol, else its USB string.
 * On a serial line the USB strings may be those of a cable, so they do not count there.
 */
export const ownManufacturer = (facts: Evidence): string | undefined => own(facts, 'manufacturer', 'usb.manufacturer');

/** The model in the device's own words, as ownManufacturer(). */
export const ownModel = (facts: Evidence): string | undefined => own(facts, 'model', 'usb.product');

/** The fact of the subsystem, under either of its names. */
export const subsystemOf = (facts: Evidence): string | undefined =>
  facts.get('subsystem') ?? facts.get('udev.SUBSYSTEM');

/** The interfaces of a USB device as six hex digits each: class, subclass, protocol (udev's ID_USB_INTERFACES). */
export const usbInterfacesOf = (facts: Evidence): readonly string[] =>
  (facts.get('usb.interfaces') ?? facts.get('udev.ID_USB_INTERFACES') ?? '')
    .toLowerCase()
    .split(':')
    .filter((part) => part !== '');

/** Text from a device made fit to be shown: one line, no control characters, not longer than that. */
export function presentable(text: string, longest = 120): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, longest)
    .trim();
}

function own(facts: Evidence, spoken: string, usb: string): string | undefined {
  const word = facts.get(spoken) ?? (subsystemOf(facts) === 'tty' ? undefined : facts.get(usb));
  return word === undefined || word.trim() === '' ? undefined : word;
}
