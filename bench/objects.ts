import { performance } from 'node:perf_hooks';
import type { Bus } from '../src/dbus/bus.js';
import { watchTree } from '../src/dbus/mirror.js';
import { BUS_NAME, dbus, paths } from '../src/dbus/names.js';
import { deviceShape } from '../src/dbus/shapes/device.js';
import { Desktop } from '../test/bed/desktop.js';
import { until } from '../test/support/until.js';
import type { Benchmark } from './benchmark.js';
import { least, median } from './statistics.js';

const DEVICES = 100;
const CALLS = 100;
const WARM_UP = 20;

/** What an applet asks first, beside the shortest call there is. */
export const objects: Benchmark = {
  name: 'objects',
  about: 'GetManagedObjects with 100 devices, beside Ping',
  async run({ scope, tell, note }) {
    const desktop = await Desktop.open(scope);
    await desktop.startDaemon();
    const bus = await desktop.connect();
    const mirror = await watchTree(bus);
    note(`${DEVICES} devices, ${CALLS} calls`);
    for (let number = 0; number < DEVICES; number++)
      await desktop.bed.plugUsbDisk({ serial: `DISK${number}`, label: `DISK${number}` });
    await until(() => mirror.all(deviceShape).length === DEVICES);
    await mirror[Symbol.asyncDispose]();
    const asked: number[] = [];
    const pinged: number[] = [];
    for (let call = -WARM_UP; call < CALLS; call++) {
      const ping = await timed(bus, dbus.peer, 'Ping');
      const all = await timed(bus, dbus.objectManager, 'GetManagedObjects');
      if (call < 0) continue;
      pinged.push(ping);
      asked.push(all);
    }
    tell({
      name: 'objects/get-managed-100',
      value: median(asked),
      least: least(asked),
      runs: CALLS,
      unit: 'ms',
      peer: 'Ping',
      peerValue: median(pinged),
    });
  },
};

async function timed(bus: Bus, interfaceName: string, member: string): Promise<number> {
  const began = performance.now();
  await bus.call({ destination: BUS_NAME, path: paths.root, interface: interfaceName, member });
  return performance.now() - began;
}
