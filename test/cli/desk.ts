import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import { runCli } from '../../src/cli/run.js';
import type { Sink } from '../../src/cli/screen.js';
import type { Input } from '../../src/cli/secret.js';
import { sighting } from '../fakes/source.js';
import { FakeUdisks, type FakeVolume } from '../fakes/udisks.js';
import { startDaemon, type TestDaemon, type TestDaemonOptions } from '../support/daemon.js';

/** Contents by paths. */
export type Files = Readonly<Record<string, string>>;

export async function plant(folder: string, files: Files): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

/** What a command said and ended with. */
export interface Said {
  readonly code: number;
  readonly out: string;
  readonly notes: string;
}

export interface CliOptions {
  /** Columns of the terminal it believes to write to; no terminal unless told. */
  readonly columns?: number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** What is piped in; nothing unless told. */
  readonly input?: Input;
  /** Hears what is printed as it is printed. */
  readonly heard?: (text: string) => void;
}

/** Runs one command line as the program does. */
export async function cli(address: string, line: readonly string[], options: CliOptions = {}): Promise<Said> {
  const said = { out: '', notes: '' };
  const sink = (name: 'out' | 'notes'): Sink => ({
    isTTY: options.columns !== undefined,
    columns: options.columns ?? 80,
    write: (content) => {
      const text = typeof content === 'string' ? content : Buffer.from(content).toString('latin1');
      said[name] += text;
      options.heard?.(text);
    },
  });
  const code = await runCli(line, {
    out: sink('out'),
    notes: sink('notes'),
    input: () => options.input ?? Readable.from([]),
    environment: { DBUS_SESSION_BUS_ADDRESS: address, ...options.environment },
    signal: options.signal ?? new AbortController().signal,
  });
  return { code, ...said };
}

/** A desk with the real daemon on it, and a stick that can be plugged in. */
export interface Desk {
  readonly daemon: TestDaemon;
  readonly volume: FakeVolume;
  /** What is on the stick, plugged in or not. */
  readonly medium: string;
  plug(): Promise<void>;
  pull(): Promise<void>;
  run(...line: string[]): Promise<Said>;
  runWith(options: CliOptions, ...line: string[]): Promise<Said>;
}

const KEY = '/devices/usb1/1-1/block/sdb/sdb1';

export async function desk(t: TestContext, files: Files = {}, options: TestDaemonOptions = {}): Promise<Desk> {
  const places = { medium: '', point: '', node: '' };
  let volume: FakeVolume | undefined;
  const daemon = await startDaemon(t, {
    ...options,
    prepare: async (prepared) => {
      const folder = join(prepared.home, '.far-side');
      Object.assign(places, {
        medium: join(folder, 'medium'),
        point: join(folder, 'media/STICK'),
        node: join(folder, 'sdb1'),
      });
      await mkdir(places.medium, { recursive: true });
      await plant(places.medium, files);
      const udisks = new FakeUdisks(await prepared.system.connect());
      volume = udisks.add(places);
      await udisks.begin();
      await options.prepare?.(prepared);
    },
  });
  if (volume === undefined) throw new Error('the volume was not made');
  const stick = volume;
  const runWith: Desk['runWith'] = (how, ...line) =>
    cli(daemon.session.address, line, { ...how, environment: { HOME: daemon.home, ...how.environment } });
  return {
    daemon,
    volume: stick,
    medium: places.medium,
    plug: async () => {
      await stick.plug();
      daemon.source.appear(
        sighting(
          {
            subsystem: 'block',
            devtype: 'partition',
            node: places.node,
            'usb.id': '0781:5567',
            'usb.manufacturer': 'SanDisk',
            'usb.product': 'Cruzer Blade',
            'usb.serial': '4C530001',
            'usb.path': '1-1',
            'fs.usage': 'filesystem',
            'fs.type': 'vfat',
            'fs.uuid': '3A1B-0C2D',
          },
          { key: KEY, body: '/devices/usb1/1-1' },
        ),
      );
    },
    pull: async () => {
      daemon.source.vanish(KEY);
      await stick.pull();
    },
    run: (...line) => runWith({}, ...line),
    runWith,
  };
}
