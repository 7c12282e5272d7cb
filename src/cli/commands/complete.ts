import { connectBus } from '../../dbus/bus.js';
import { watchTree } from '../../dbus/mirror.js';
import { bindingShape } from '../../dbus/shapes/binding.js';
import { deviceShape } from '../../dbus/shapes/device.js';
import { storeShape } from '../../dbus/shapes/store.js';
import type { Command } from '../command.js';
import { nameIn } from '../daemon.js';
import { EXIT } from '../exit.js';
import { shown } from '../width.js';
import { labelOf } from '../words.js';

/** For shells: what a word may be, one a line, id and label with a tab between. A key on the keyboard starts no daemon. */
export const complete: Command = {
  name: 'complete',
  summary: 'Print words for completion',
  operands: [{ name: 'KIND', kinds: ['text'], many: true }],
  options: [],
  async run({ screen, address, signal }, given) {
    try {
      await using bus = await connectBus({ address, abort: signal });
      await using mirror = await watchTree(bus, { noAutoStart: true });
      const kinds = given.operands;
      if (kinds.includes('device'))
        for (const device of mirror.all(deviceShape)) screen.line(`${shown(device.view.Id)}\t${labelOf(device)}`);
      if (kinds.includes('account'))
        for (const device of mirror.all(deviceShape))
          if (device.view.Account.size > 0) screen.line(`${shown(device.view.Id)}\t${labelOf(device)}`);
      if (kinds.includes('binding'))
        for (const { path, view } of mirror.all(bindingShape)) {
          const device = mirror.view(view.Device, deviceShape);
          screen.line(`${shown(nameIn(path))}\tbinding of ${shown(device?.Label ?? nameIn(view.Device))}`);
        }
      if (kinds.includes('store'))
        for (const { view } of mirror.all(storeShape)) screen.line(`${shown(view.Name)}\t${shown(view.Label)}`);
    } catch {
      // Without a bus or a daemon there is nothing to offer.
    }
    return EXIT.ok;
  },
};
