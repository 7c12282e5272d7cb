import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { repositoryRoot } from '../support/root.js';
import type { Scope } from '../support/scope.js';
import { type Step, UsbDevice, type UsbOptions, type Volume } from './usb-device.js';

/** Where everything is plugged in. */
export const ROOT_HUB = '/devices/pci0000:00/0000:00:14.0/usb1';

/**
 * A machine to plug things into: what runs in its `environment` sees through the real libudev what is plugged here,
 * and nothing of the machine it really runs on. umockdev names a monitor by its descriptor, so of two processes of the
 * same program the first goes deaf when the second begins to listen.
 */
export class Testbed implements AsyncDisposable {
  /** Where the tree stands; nodes of devices are below its dev/. */
  readonly directory: string;
  /** To be laid over the environment of the process under test. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #driver: ChildProcessByStdio<Writable, Readable, null>;
  readonly #waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  #requests = 0;
  #devices = 1;
  #disks = new Set<number>();
  #ports = new Set<string>();

  private constructor(driver: ChildProcessByStdio<Writable, Readable, null>, directory: string) {
    this.#driver = driver;
    this.directory = directory;
    this.environment = { UMOCKDEV_DIR: directory, LD_PRELOAD: 'libumockdev-preload.so.0' };
  }

  /** A machine with one root hub and nothing in it. */
  static async start(): Promise<Testbed> {
    const script = join(repositoryRoot, 'test/bed/testbed.py');
    const driver = spawn('/usr/bin/python3', [script], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: driver.stdout });
    const [first] = await Promise.race([
      once(lines, 'line'),
      once(driver, 'exit').then(() => {
        throw new Error('test/bed/testbed.py did not start');
      }),
    ]);
    const bed = new Testbed(driver, read(String(first), 'directory', 'string'));
    lines.on('line', (line) => bed.#answered(line));
    driver.once('exit', () => bed.#ended());
    await bed.perform([
      {
        do: 'add',
        devpath: ROOT_HUB,
        subsystem: 'usb',
        attributes: { idVendor: '1d6b', idProduct: '0002', bDeviceClass: '09', product: 'xHCI Host Controller' },
        kernel: { DEVTYPE: 'usb_device', DEVNAME: 'bus/usb/001/001', DEVNUM: '001' },
        properties: { ID_USB_INTERFACES: ':090000:' },
      },
    ]);
    return bed;
  }

  /** Carries out steps of testbed.py, in order. */
  async perform(steps: readonly Step[]): Promise<void> {
    const id = ++this.#requests;
    await new Promise<void>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#driver.stdin.write(`${JSON.stringify({ id, steps })}\n`);
    });
  }

  /** Plugs a device in; into the lowest free port unless one is named. A disk when it has volumes, even none of them. */
  async plug(options: UsbOptions): Promise<UsbDevice> {
    const port = options.port ?? this.#freePort();
    this.#ports.add(port);
    const disk = options.volumes === undefined ? undefined : this.#freeDisk();
    if (disk !== undefined) this.#disks.add(disk);
    const device = new UsbDevice(ROOT_HUB, { ...options, port }, ++this.#devices, disk);
    await this.perform(device.arrival());
    return device;
  }

  /** A stick, a player or a camera with one partition, unless its volumes are given. */
  plugUsbDisk(options: UsbOptions & { readonly label?: string } = {}): Promise<UsbDevice> {
    const { label = 'PLAYER', ...others } = options;
    return this.plug({ volumes: [{ label }], ...others });
  }

  /** Something of which neither a rule nor a class of usb.org tells anything. */
  plugUnknown(options: UsbOptions = {}): Promise<UsbDevice> {
    return this.plug({ vendor: 'f055', product: '0001', interfaces: ':ff0000:', ...options });
  }

  async unplug(device: UsbDevice): Promise<void> {
    this.#ports.delete(device.options.port);
    if (device.disk !== undefined) this.#disks.delete(device.disk);
    await this.perform(device.departure());
  }

  /** The same thing once more, elsewhere if a port is named, under new numbers as a kernel would give them. */
  async replug(device: UsbDevice, port = device.options.port): Promise<UsbDevice> {
    await this.unplug(device);
    return this.plug({ ...device.options, port });
  }

  /** A medium goes into a reader that had none: one filesystem with or without a partition table. */
  insertCard(reader: UsbDevice, card: Volume): Promise<void> {
    return this.perform(reader.cardArrival(card));
  }

  ejectCard(reader: UsbDevice): Promise<void> {
    return this.perform(reader.cardDeparture());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#driver.exitCode !== null || this.#driver.signalCode !== null) return;
    const gone = once(this.#driver, 'exit');
    this.#driver.stdin.end();
    await gone;
  }

  #freePort(): string {
    for (let number = 1; ; number++) if (!this.#ports.has(`1-${number}`)) return `1-${number}`;
  }

  #freeDisk(): number {
    for (let number = 1; ; number++) if (!this.#disks.has(number)) return number;
  }

  #answered(line: string): void {
    const answer: unknown = JSON.parse(line);
    const id = read(line, 'id', 'number');
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    const failed =
      typeof answer === 'object' && answer !== null && 'error' in answer ? String(answer.error) : undefined;
    if (failed === undefined) waiting?.resolve();
    else waiting?.reject(new Error(`the test bed refused: ${failed}`));
  }

  #ended(): void {
    for (const { reject } of this.#waiting.values()) reject(new Error('the test bed has ended'));
    this.#waiting.clear();
  }
}

/** A machine for one test. */
export async function testbed(t: Scope): Promise<Testbed> {
  const bed = await Testbed.start();
  t.after(() => bed[Symbol.asyncDispose]());
  return bed;
}

function read(line: string, key: string, type: 'string'): string;
function read(line: string, key: string, type: 'number'): number;
function read(line: string, key: string, type: 'string' | 'number'): string | number {
  const answer: unknown = JSON.parse(line);
  const value = typeof answer === 'object' && answer !== null ? new Map(Object.entries(answer)).get(key) : undefined;
  if (typeof value === type && (typeof value === 'string' || typeof value === 'number')) return value;
  throw new Error(`the test bed said ${line}`);
}
