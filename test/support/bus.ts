import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { escapeValue } from '../../src/dbus/address.js';
import { type Bus, connectBus } from '../../src/dbus/bus.js';
import type { Scope } from './scope.js';
import { temporaryFolder } from './tmp.js';

/** A real dbus-daemon with nothing on it, for one test. */
export interface PrivateBus {
  readonly address: string;
  /** Of its process. */
  readonly pid: number;
  /** Ends it as a crash would; done again by itself at the end of the test. */
  kill(): Promise<void>;
  /** A new connection that is closed with the test; what went wrong in handlers fails the test. */
  connect(): Promise<Bus>;
}

export interface PrivateBusOptions {
  /** Folder of activation files, none unless told. */
  readonly services?: string;
  /** Where its socket stands; a new temporary folder unless told. */
  readonly folder?: string;
}

/** Starts a dbus-daemon of its own: its configuration and socket stand in a temporary folder, and it starts no services. */
export async function privateBus(t: Scope, options: PrivateBusOptions = {}): Promise<PrivateBus> {
  const folder = options.folder ?? (await temporaryFolder(t, 'cradle-bus-'));
  const config = join(folder, 'bus.conf');
  const services = options.services === undefined ? '' : `<servicedir>${options.services}</servicedir>`;
  await writeFile(
    config,
    `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <keep_umask/>
  <listen>unix:path=${escapeValue(join(folder, 'bus'))}</listen>
  <auth>EXTERNAL</auth>
  ${services}
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
  <limit name="max_incoming_bytes">1000000000</limit>
  <limit name="max_outgoing_bytes">1000000000</limit>
  <limit name="max_message_size">128000000</limit>
  <limit name="max_replies_per_connection">50000</limit>
  <limit name="max_match_rules_per_connection">50000</limit>
</busconfig>
`,
  );
  const daemon = spawn('dbus-daemon', [`--config-file=${config}`, '--nofork', '--print-address=1'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaints = '';
  daemon.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (complaints.length < 4_000) complaints += text;
  });
  const gone = once(daemon, 'exit');
  const kill = async (): Promise<void> => {
    daemon.kill('SIGKILL');
    await gone;
  };
  t.after(kill);
  const lines = createInterface({ input: daemon.stdout });
  const address = await Promise.race([
    once(lines, 'line').then(([line]) => String(line)),
    gone.then(() => {
      throw new Error(`dbus-daemon did not start: ${complaints}`);
    }),
  ]);
  lines.close();
  return {
    address,
    pid: daemon.pid ?? 0,
    kill,
    connect: async () => {
      const unexpected: unknown[] = [];
      const bus = await connectBus({ address, unexpected: (error) => unexpected.push(error) });
      t.after(async () => {
        await bus[Symbol.asyncDispose]();
        if (unexpected.length > 0)
          throw new AggregateError(
            unexpected,
            `something went wrong behind the bus: ${unexpected.map(String).join('; ')}`,
          );
      });
      return bus;
    },
  };
}
