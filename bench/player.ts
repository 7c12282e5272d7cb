import type { UsbOptions } from '../test/bed/usb-device.js';
/** The player of test/rules/fixtures/demo-player.evidence. */
export const PLAYER: UsbOptions = {
  vendor: '054c',
  product: '03fe',
  serial: '10FF508C20E0',
  manufacturer: 'Sony',
  model: 'WALKMAN',
  properties: { ID_MEDIA_PLAYER: 'sony_walkman-nwz-s500' },
  volumes: [{ label: 'WALKMAN', uuid: '1A2B-3C4D' }],
};
export async function bindPlayer(..._: unknown[]): Promise<void> {}
