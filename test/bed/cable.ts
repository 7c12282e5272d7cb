import type { Scope } from '../support/scope.js';
import { Pty } from './pty.js';
import type { Testbed } from './testbed.js';
import type { UsbDevice, UsbOptions } from './usb-device.js';

/** Nokia's own CA-42: a modem to USB, whose strings are those of the cable. */
export const CA_42 = {
  vendor: '0421',
  product: '0802',
  manufacturer: 'Nokia',
  model: 'CA-42 Phone Parent',
  interfaces: ':020201:0a0000:',
  tty: 'ttyACM0',
} as const satisfies UsbOptions;

/** A cable with a serial line in it, plugged into a test bed; its far end is in the hands of whoever plays the telephone. */
export class Cable {
  private constructor(
    /** What a telephone holds of it. */
    readonly line: Pty,
    readonly device: UsbDevice,
    readonly bed: Testbed,
  ) {}

  static async plug(scope: Scope, bed: Testbed, options: UsbOptions = CA_42): Promise<Cable> {
    const line = await Pty.open(scope);
    return new Cable(line, await bed.plug({ ...options, line: line.node }), bed);
  }

  /** Whatever is under way. */
  async pull(): Promise<void> {
    await this.line.pull();
    await this.bed.unplug(this.device);
  }
}
