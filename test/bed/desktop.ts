import { mkdir, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { type Bus, connectBus } from '../../src/dbus/bus.js';
import { BUS_NAME } from '../../src/dbus/names.js';
import { FakeLogind } from '../fakes/logind.js';
import { type PrivateBus, privateBus } from '../support/bus.js';
import { type Ending, Program, runProgram } from '../support/program.js';
import { repositoryRoot } from '../support/root.js';
import type { Scope } from '../support/scope.js';
import { temporaryFolder } from '../support/tmp.js';
import { Testbed } from './testbed.js';

/** Milliseconds that a daemon may take until it owns its name. */
const STARTING_TIME = 20_000;

export interface DesktopOptions {
  /** Lines of the daemon's settings, such as `SettleTime=0`. */
  readonly settings?: readonly string[];
  /** Folders of rule files, the last word last; the shipped ones unless told. */
  readonly rules?: readonly string[];
}

/**
 * A whole desktop for the real programs to run on: an empty home, two buses of its own, a machine to plug things into,
 * and a seat at which we sit. Nothing of the real session reaches what runs here, and nothing of it reaches the real home.
 */
export class Desktop {
  /** The programs of this checkout. */
  static readonly daemon = join(repositoryRoot, 'dist/cradled.cjs');
  static readonly cli = join(repositoryRoot, 'dist/cradle.cjs');

  readonly home: string;
  readonly bed: Testbed;
  readonly session: PrivateBus;
  readonly system: PrivateBus;
  /** The whole environment of a program that runs here. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #scope: Scope;
  readonly #options: DesktopOptions;
  #daemon: Program | undefined;

  private constructor(
    scope: Scope,
    options: DesktopOptions,
    parts: { readonly home: string; readonly bed: Testbed; readonly session: PrivateBus; readonly system: PrivateBus },
  ) {
    this.#scope = scope;
    this.#options = options;
    this.home = parts.home;
    this.bed = parts.bed;
    this.session = parts.session;
    this.system = parts.system;
    this.environment = {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      HOME: parts.home,
      LANG: 'C.UTF-8',
      TERM: process.env.TERM ?? 'dumb',
      // Whoever looks at both has the same clock on the wall.
      ...(process.env.TZ === undefined ? {} : { TZ: process.env.TZ }),
      XDG_CONFIG_HOME: join(parts.home, '.config'),
      XDG_STATE_HOME: join(parts.home, '.local/state'),
      XDG_DATA_HOME: join(parts.home, '.local/share'),
      XDG_CACHE_HOME: join(parts.home, '.cache'),
      XDG_RUNTIME_DIR: join(parts.home, 'run'),
      DBUS_SESSION_BUS_ADDRESS: parts.session.address,
      DBUS_SYSTEM_BUS_ADDRESS: parts.system.address,
    };
  }

  /** A desktop that goes away with the scope: buses, bed and daemon end, the home is removed. */
  static async open(scope: Scope, options: DesktopOptions = {}): Promise<Desktop> {
    const top = await temporaryFolder(scope, 'cradle-desktop-');
    const folder = async (name: string): Promise<string> => {
      const path = join(top, name);
      await mkdir(path, { mode: 0o700, recursive: true });
      return path;
    };
    const home = await folder('home');
    await folder('home/run');
    const bed = await Testbed.start();
    scope.after(() => bed[Symbol.asyncDispose]());
    const [session, system] = await Promise.all([
      privateBus(scope, { folder: await folder('session-bus') }),
      privateBus(scope, { folder: await folder('system-bus') }),
    ]);
    const desktop = new Desktop(scope, options, { home, bed, session, system });
    if (options.settings !== undefined) {
      await mkdir(join(home, '.config/cradle'), { recursive: true });
      await writeFile(join(home, '.config/cradle/settings'), ['[Daemon]', ...options.settings, ''].join('\n'));
    }
    const logind = new FakeLogind(await connectBus({ address: system.address }));
    scope.after(() => logind[Symbol.asyncDispose]());
    await logind.begin();
    const { uid, username } = userInfo();
    logind.activate({ id: '1', uid, login: username });
    return desktop;
  }

  /** The environment of whatever shall see what is plugged in here. */
  get bedEnvironment(): Readonly<Record<string, string>> {
    return { ...this.environment, ...this.bed.environment };
  }

  /** The running daemon, if there is one. */
  get daemon(): Program | undefined {
    return this.#daemon?.running === true ? this.#daemon : undefined;
  }

  /** A connection to the session bus that is closed with the desktop. */
  connect(): Promise<Bus> {
    return connected(this.#scope, this.session.address);
  }

  connectSystem(): Promise<Bus> {
    return connected(this.#scope, this.system.address);
  }

  /**
   * Starts cradled; settles when it owns its name, and fails with its last words when it never does. `owned` is when
   * its name was seen on the bus, by performance.now(). `node`: another program file than that of this process.
   */
  async startDaemon(node: string = process.execPath): Promise<{ readonly program: Program; readonly owned: number }> {
    const rules = (this.#options.rules ?? []).flatMap((folder) => ['--rules', folder]);
    await using bus = await connectBus({ address: this.session.address });
    let settle = (_at: number): void => {};
    const owning = new Promise<number>((resolve) => {
      settle = resolve;
    });
    await using _watch = await bus.watchName(BUS_NAME, (owner) => {
      if (owner !== undefined) settle(performance.now());
    });
    const program = await Program.start(this.#scope, node, [Desktop.daemon, ...rules], {
      env: this.bedEnvironment,
      cwd: this.home,
    });
    this.#daemon = program;
    const tooLong = setTimeout(() => void program.kill(), STARTING_TIME);
    const owned = await Promise.race([owning, program.ended]);
    clearTimeout(tooLong);
    if (typeof owned !== 'number') throw new Error(`cradled did not start: ${owned.complaints}`);
    return { program, owned };
  }

  /** Runs `cradle` to its end, on our own terminal if it shall be shown. */
  cradle(words: readonly string[], options: { readonly shown?: boolean } = {}): Promise<Ending> {
    const env = this.environment;
    return runProgram(this.#scope, process.execPath, [Desktop.cli, ...words], { env, cwd: this.home, ...options });
  }
}

async function connected(scope: Scope, address: string): Promise<Bus> {
  const bus = await connectBus({ address });
  scope.after(() => bus[Symbol.asyncDispose]());
  return bus;
}
