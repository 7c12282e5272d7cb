import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { privateBus } from '../../support/bus.js';
import { Program } from '../../support/program.js';
import { repositoryRoot } from '../../support/root.js';
import type { Scope } from '../../support/scope.js';
import { freePort } from './free-port.js';
import { type Source, SyncEvolution } from './syncevolution.js';

const PEER = 'peer@default';
/** Milliseconds until it listens. */
const PATIENCE = 30_000;
/** Milliseconds that its D-Bus half needs after its HTTP half listens; nothing tells when. */
const GRACE = 1_000;

export interface ServerOptions {
  readonly user: string;
  readonly password: string;
  /** The client's Source/LocURI, by which it finds the configuration. */
  readonly deviceId: string;
  readonly sources: readonly Source[];
  readonly properties?: Readonly<Record<string, string | number>>;
}

/** SyncEvolution as a SyncML server over HTTP on the loopback interface, on a session bus of its own. */
export class SyncEvolutionServer {
  private constructor(
    readonly program: SyncEvolution,
    readonly url: string,
    /** The processes whose time and memory are its own; helpers are their children. */
    readonly pids: readonly number[],
  ) {}

  static async start(scope: Scope, options: ServerOptions): Promise<SyncEvolutionServer> {
    const program = await SyncEvolution.create(scope);
    const { user, password, deviceId, sources, properties = {} } = options;
    const about = { username: user, password, remoteDeviceId: deviceId, deviceId: 'syncevolution', ...properties };
    await program.configure('SyncEvolution Client', PEER, about, sources);
    const bus = await privateBus(scope);
    const env = { ...program.environment, DBUS_SESSION_BUS_ADDRESS: bus.address };
    const daemonWords = ['--duration=unlimited', '--no-syslog', '--stdout', '--verbosity=1'];
    const daemon = await Program.start(scope, '/usr/libexec/syncevo-dbus-server', daemonWords, { env });
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/syncevolution`;
    const script = join(repositoryRoot, 'test/peers/support/loopback-syncevolution.py');
    const http = await Program.start(scope, '/usr/bin/python3', [script, '--quiet', url], { env });
    await listens(port, http);
    await sleep(GRACE);
    return new SyncEvolutionServer(program, url, [daemon.pid, http.pid, bus.pid]);
  }
}

async function listens(port: number, program: Program): Promise<void> {
  const latest = Date.now() + PATIENCE;
  while (Date.now() < latest && program.running) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('close', () => {}).on('connect', () => socket.destroy());
    });
    if (open) return;
    await sleep(100);
  }
  throw new Error(`syncevo-http-server does not listen: ${program.complaints}`);
}
