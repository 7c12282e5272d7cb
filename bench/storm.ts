import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchTree } from '../src/dbus/mirror.js';
import { deviceShape } from '../src/dbus/shapes/device.js';
import { Desktop } from '../test/bed/desktop.js';
import type { UsbDevice } from '../test/bed/usb-device.js';
import { until } from '../test/support/until.js';
import type { Benchmark } from './benchmark.js';
import { copyOfNode } from './floor.js';
import { proportionalMemory } from './process.js';

const DEVICES = 1_000;
/** So many come and go before anything is measured: code that runs for the first time is read from the disk and stays. */
const WARM_UP = 10;
/** Milliseconds until the daemon has noticed that it is quiet, and has given back what it can. */
const SETTLING = 30_000;

/** A thousand sticks come, stay until all are on the bus, and go. */
export const storm: Benchmark = {
  name: 'storm',
  about: '1,000 devices plugged and unplugged: memory before and after',
  async run({ scope, tell, note }) {
    const desktop = await Desktop.open(scope);
    const { program } = await desktop.startDaemon(await copyOfNode(scope));
    const mirror = await watchTree(await desktop.connect());
    const present = (): number => mirror.all(deviceShape).length;
    const plug = async (count: number): Promise<readonly UsbDevice[]> => {
      const devices: UsbDevice[] = [];
      for (let number = 0; number < count; number++)
        devices.push(await desktop.bed.plugUsbDisk({ serial: `STORM${number}`, label: `STORM${number}` }));
      await until(() => present() === count);
      return devices;
    };
    const unplug = async (devices: readonly UsbDevice[]): Promise<void> => {
      for (const device of devices) await desktop.bed.unplug(device);
      await until(() => present() === 0);
    };
    await unplug(await plug(WARM_UP));
    await sleep(SETTLING);
    const before = await proportionalMemory(program.pid);
    note(`${DEVICES} devices are plugged in`);
    const began = performance.now();
    const devices = await plug(DEVICES);
    const arrived = performance.now();
    const full = await proportionalMemory(program.pid);
    note('and unplugged');
    await unplug(devices);
    const gone = performance.now();
    await sleep(SETTLING);
    const after = await proportionalMemory(program.pid);
    const peer = 'before';
    tell({ name: 'storm/pss-with-1000', value: full, unit: 'MB', peer, peerValue: before });
    tell({
      name: 'storm/pss-after',
      value: after,
      unit: 'MB',
      peer,
      peerValue: before,
      aim: { of: 'ratio', most: 1.1 },
    });
    tell({ name: 'storm/plug-1000', value: arrived - began, unit: 'ms' });
    tell({ name: 'storm/unplug-1000', value: gone - arrived, unit: 'ms' });
  },
};
