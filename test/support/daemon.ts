import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { runDaemon } from '../../src/daemon/daemon.js';
import { findPlaces } from '../../src/daemon/places.js';
import { loadSettings, type Settings } from '../../src/daemon/settings.js';
import type { Bus } from '../../src/dbus/bus.js';
import type { ProtocolPlugin } from '../../src/plugins/contract.js';
import { ListedLog } from '../fakes/log.js';
import { ScriptedSource } from '../fakes/source.js';
import { type PrivateBus, privateBus } from './bus.js';
import { type Scope, Undo } from './scope.js';
import { temporaryFolder } from './tmp.js';

/** The real daemon in this process, on buses of its own, in a home of its own; only what is plugged in is scripted. */
export interface TestDaemon {
  readonly home: string;
  readonly session: PrivateBus;
  readonly system: PrivateBus;
  /** An applet's connection to the session bus. */
  readonly bus: Bus;
  readonly source: ScriptedSource;
  readonly log: ListedLog;
  /** As SIGHUP does. */
  reload(): void;
  /** Undone before the daemon ends. */
  readonly scope: Scope;
  /** Ends the daemon as SIGTERM would, and starts it again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface TestDaemonOptions {
  readonly settings?: Partial<Settings>;
  /** Protocols beside the built-in ones. */
  readonly protocols?: readonly ProtocolPlugin[];
  /** A rule file of the user's, beside the shipped ones. */
  readonly rules?: string;
  /** Prepares the home and the system bus before the daemon first starts. */
  readonly prepare?: (daemon: Pick<TestDaemon, 'home' | 'system' | 'source'>) => Promise<void>;
}

export async function startDaemon(t: TestContext, options: TestDaemonOptions = {}): Promise<TestDaemon> {
  // The last first: whoever uses a bus is gone before the bus, the daemon before its home.
  const scope = new Undo();
  t.after(() => scope[Symbol.asyncDispose]());
  const home = await temporaryFolder(scope, 'cradle-home-');
  const [session, system] = await Promise.all([privateBus(scope), privateBus(scope)]);
  const source = new ScriptedSource();
  const log = new ListedLog();
  const environment = {
    HOME: home,
    DBUS_SESSION_BUS_ADDRESS: session.address,
    DBUS_SYSTEM_BUS_ADDRESS: system.address,
  };
  for (const folder of ['Music', 'Pictures', 'Documents']) await mkdir(join(home, folder));
  if (options.rules !== undefined) {
    const folder = join(home, '.config/cradle/devices.d');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, '90-test.devices'), options.rules);
  }
  await options.prepare?.({ home, system, source });
  const places = findPlaces(environment, {});
  const loaded = await loadSettings(places.settings);
  const settings = {
    ...loaded,
    settings: { ...loaded.settings, settleTime: 10, changeDelay: 20, ...options.settings },
  };
  const bus = await session.connect();

  let stop = new AbortController();
  let reload = (): void => {};
  let running: Promise<void> = Promise.resolve();
  const start = async (): Promise<void> => {
    stop = new AbortController();
    let ready = () => {};
    const isReady = new Promise<void>((resolve) => {
      ready = resolve;
    });
    const supervisor = { ready, status() {}, stopping() {}, [Symbol.dispose]() {} };
    running = runDaemon(
      {
        environment,
        places,
        settings,
        version: 'test',
        log,
        supervisor,
        sources: [source],
        protocols: options.protocols ?? [],
        onReload: (work) => {
          reload = work;
        },
      },
      stop.signal,
    );
    await Promise.race([isReady, running]);
  };
  const end = async (): Promise<void> => {
    stop.abort();
    await running;
  };
  await start();
  scope.after(end);
  return {
    home,
    session,
    system,
    bus,
    source,
    log,
    reload: () => reload(),
    scope,
    stop: end,
    restart: async () => {
      await end();
      await start();
    },
  };
}
