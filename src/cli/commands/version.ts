import { connectBus } from '../../dbus/bus.js';
import { BUS_NAME, paths } from '../../dbus/names.js';
import { proxy } from '../../dbus/proxy.js';
import { managerShape } from '../../dbus/shapes/manager.js';
import { VERSION } from '../../dbus/version.js';
import type { Command, Context } from '../command.js';
import { EXIT } from '../exit.js';
import { shown } from '../width.js';

export const version: Command = {
  name: 'version',
  summary: 'Print the version of this program, and of the daemon if it runs',
  operands: [],
  options: [],
  async run(context) {
    const daemon = await daemonVersion(context);
    if (context.json) context.screen.json({ cradle: VERSION, cradled: daemon ?? null });
    else {
      context.screen.line(`cradle ${VERSION}`);
      if (daemon !== undefined) context.screen.line(`cradled ${shown(daemon)}`);
    }
    return EXIT.ok;
  },
};

/** Asked only of a daemon that runs: to say a version starts nothing. */
async function daemonVersion({ address, signal }: Context): Promise<string | undefined> {
  try {
    await using bus = await connectBus({ address, abort: signal });
    return await proxy(bus, BUS_NAME, paths.root, managerShape).get('Version', { noAutoStart: true, timeout: 5_000 });
  } catch {
    return undefined;
  }
}
