import { BUS_NAME, paths } from '../src/dbus/names.js';
import type { Desktop } from '../test/bed/desktop.js';
import type { Screen } from './screen.js';

/** Says how to look at the daemon, which goes on running. */
export function hold(screen: Screen, { session }: Desktop): void {
  // The part that names the bus's guid is of no use to a person.
  const bus = session.address.replace(/,guid=.*/, '');
  const busctl = `busctl --address='${bus}'`;
  screen.line();
  screen.line('The daemon and its buses stay until Ctrl+C. In another terminal:');
  screen.line();
  for (const command of [
    `${busctl} tree ${BUS_NAME}`,
    `${busctl} introspect ${BUS_NAME} ${paths.root}`,
    `npx cradle --bus '${bus}' show walkman`,
    `npx cradle --bus '${bus}' watch`,
  ])
    screen.line(`  ${screen.bold(command)}`);
}
