import type { Guest } from './guest.js';

export interface StickSpec {
  readonly serial: string;
  /** An image file of this machine. */
  readonly image: string;
  readonly readOnly?: boolean;
  /** Bytes a second; as fast as the emulator goes unless told. */
  readonly speed?: number;
}

let plugged = 0;

/** A USB disk of QEMU's (46f4:0001), whose serial can be chosen. Pulling it out asks nobody. */
export class Stick {
  #id: string | undefined;

  constructor(
    private readonly guest: Guest,
    private readonly spec: StickSpec,
  ) {}

  async plug(): Promise<void> {
    const { qmp } = this.guest;
    const { serial, image, readOnly = false, speed } = this.spec;
    const id = `stick${++plugged}`;
    const file = { driver: 'file', filename: image, 'read-only': readOnly };
    await qmp.execute('blockdev-add', { driver: 'raw', 'node-name': `${id}-raw`, 'read-only': readOnly, file });
    let drive = `${id}-raw`;
    if (speed !== undefined) {
      const group = `${id}-limit`;
      await qmp.execute('object-add', { 'qom-type': 'throttle-group', id: group, limits: { 'bps-total': speed } });
      drive = `${id}-slow`;
      await qmp.execute('blockdev-add', {
        ...{ driver: 'throttle', 'node-name': drive, 'throttle-group': group, file: `${id}-raw` },
        'read-only': readOnly,
      });
    }
    await qmp.execute('device_add', { driver: 'usb-storage', id, bus: 'xhci.0', drive, serial, removable: true });
    this.#id = id;
  }

  /** Out of the port, as a hand does it; afterwards the image is nobody's. */
  async pull(): Promise<void> {
    const id = this.#id;
    if (id === undefined) return;
    this.#id = undefined;
    const { qmp } = this.guest;
    await qmp.execute('device_del', { id });
    await qmp.event('DEVICE_DELETED', { device: id });
    if (this.spec.speed !== undefined) {
      await qmp.execute('blockdev-del', { 'node-name': `${id}-slow` });
      await qmp.execute('object-del', { id: `${id}-limit` });
    }
    await qmp.execute('blockdev-del', { 'node-name': `${id}-raw` });
  }
}
