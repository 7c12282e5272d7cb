import type { Guest } from './guest.js';
import { quoted } from './shell.js';

export interface GadgetSpec {
  /** Of the gadget in configfs; letters and digits. */
  readonly name: string;
  /** 0 to 3: the port of the virtual controller. */
  readonly port: number;
  /** Four hex digits each, as `054c:0385`. */
  readonly usbId: string;
  readonly manufacturer: string;
  readonly product: string;
  /** A device without one when empty. */
  readonly serial: string;
  /**
   * A disk has a logical unit for each image file of the guest, an empty name while a slot is empty. A loopback device has
   * an interface of the vendor's own class, which means nothing to anybody.
   */
  readonly is: 'loopback' | readonly { readonly image: string; readonly readOnly?: boolean }[];
  /** About a megabyte a second, so that a copy takes as long as it does with the real thing. */
  readonly slow?: boolean;
}

const CONFIGFS = '/sys/kernel/config/usb_gadget';

/** A USB device with the names of a real one, made by the guest's own kernel (configfs on dummy_hcd). */
export class Gadget {
  readonly #folder: string;

  constructor(
    private readonly guest: Guest,
    private readonly spec: GadgetSpec,
  ) {
    this.#folder = `${CONFIGFS}/${spec.name}`;
  }

  /** Makes the device, not yet plugged in. */
  async make(): Promise<void> {
    const { name, usbId, manufacturer, product, serial, is, slow = false } = this.spec;
    const [vendorId, productId] = usbId.split(':');
    const works = `functions/${is === 'loopback' ? 'Loopback' : 'mass_storage'}.${name}`;
    const units = is === 'loopback' ? [] : is;
    const script = [
      'modprobe dummy_hcd num=4 is_high_speed=1 is_super_speed=0',
      'modprobe libcomposite',
      `mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config`,
      `mkdir ${this.#folder}`,
      `cd ${this.#folder}`,
      set('idVendor', `0x${vendorId}`),
      set('idProduct', `0x${productId}`),
      set('bcdUSB', '0x0200'),
      slow ? set('max_speed', 'full-speed') : ':',
      'mkdir strings/0x409',
      set('strings/0x409/manufacturer', manufacturer),
      set('strings/0x409/product', product),
      serial === '' ? ':' : set('strings/0x409/serialnumber', serial),
      'mkdir configs/c.1',
      set('configs/c.1/MaxPower', '250'),
      `mkdir ${works}`,
      ...units.flatMap(({ readOnly = false }, unit) => [
        `[ -d ${works}/lun.${unit} ] || mkdir ${works}/lun.${unit}`,
        set(`${works}/lun.${unit}/removable`, '1'),
        readOnly ? set(`${works}/lun.${unit}/ro`, '1') : ':',
      ]),
      `ln -s ${works} configs/c.1/`,
    ];
    await this.guest.root.run(['sh', '-ec', script.join('\n')]);
  }

  /** In the port, with its media inside: a device that was told to eject them closes its files, as a player shows its screen. */
  async plug(): Promise<void> {
    const { name, port, is } = this.spec;
    const units = is === 'loopback' ? [] : is;
    const inside = units.map(({ image }, unit) => set(`functions/mass_storage.${name}/lun.${unit}/file`, image));
    await this.#script([...inside, set('UDC', `dummy_udc.${port}`)]);
  }

  /** Out of the port, as a hand does it. */
  async pull(): Promise<void> {
    // An empty write to a gadget that hangs on no port fails; it is out then.
    await this.guest.root.attempt(['sh', '-c', `echo > ${this.#folder}/UDC`]);
  }

  /** Puts another medium in a slot, or none, while the device stays plugged in. */
  async insert(unit: number, image: string): Promise<void> {
    const slot = `functions/mass_storage.${this.spec.name}/lun.${unit}`;
    // Only forced, since the kernel keeps the door of a medium in use shut; and asked first, since it may be out already.
    const out = `[ -z "$(cat ${slot}/file)" ] || echo 1 > ${slot}/forced_eject`;
    await this.#script(image === '' ? [out] : [out, set(`${slot}/file`, image)]);
  }

  /** Runs in the gadget's own folder. */
  #script(lines: readonly string[]): Promise<string> {
    return this.guest.root.run(['sh', '-ec', [`cd ${this.#folder}`, ...lines].join('\n')]);
  }
}

/** A line of shell that writes a configfs attribute. */
const set = (path: string, value: string): string => `echo ${quoted(value)} > ${path}`;
