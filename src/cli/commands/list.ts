import type { Command } from '../command.js';
import { nameIn, type SeenBinding } from '../daemon.js';
import { EXIT } from '../exit.js';
import { deviceJson } from '../json.js';
import { clipped, shown } from '../width.js';
import { ago, labelOf, standing } from '../words.js';

export const list: Command = {
  name: 'list',
  summary: 'List the devices that are here, and those of yours that are away',
  operands: [],
  options: [],
  async run(context) {
    const daemon = await context.daemon();
    const devices = daemon.devices();
    if (context.json) {
      context.screen.json(devices.map(deviceJson));
      return EXIT.ok;
    }
    if (devices.length === 0) context.notes.line('No device is here; plug one in, or see "cradle doctor".');
    else
      context.screen.table(
        ['DEVICE', 'KIND', 'STATE', 'LAST SYNC', 'ID'],
        devices.map((device) => {
          const bindings = device.view.Bindings.flatMap((path) => daemon.binding(path) ?? []);
          return [
            clipped(labelOf(device), 40),
            shown(device.view.Kind),
            standing(context.screen, device, bindings),
            bindings.length === 0 ? '' : ago(latest(bindings)),
            context.screen.styled('dim', shown(nameIn(device.path))),
          ];
        }),
      );
    return EXIT.ok;
  },
};

function latest(bindings: readonly SeenBinding[]): bigint {
  let time = 0n;
  for (const { view } of bindings) if (view.LastSync > time) time = view.LastSync;
  return time;
}
