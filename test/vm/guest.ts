import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, openSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { repositoryRoot } from '../support/root.js';
import { packPayload } from './payload.js';
import { Qmp } from './qmp.js';
import { host, PrefixedShell, type Shell, SshShell } from './shell.js';

const BUILD_SECONDS = 900;
const BOOT_SECONDS = 240;
const UID = 1000;
const HOME = '/home/tester';

/** The ordinary user's environment, without any login session: a session without a seat would change what polkit answers. */
const AS_TESTER = [
  ...['setpriv', `--reuid=${UID}`, `--regid=${UID}`, '--init-groups', 'env', '-i', '-C', HOME],
  ...[`HOME=${HOME}`, 'USER=tester', 'LOGNAME=tester', 'PATH=/usr/bin:/bin', 'LANG=C.UTF-8'],
  ...[`XDG_RUNTIME_DIR=/run/user/${UID}`, `DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/${UID}/bus`],
];

/** Ends a child with its parent, even when the parent is killed and can no longer do it. */
const WITH_PARENT = ['setpriv', '--pdeathsig', 'KILL'];

/** A Debian machine with a real kernel, Cradle installed on it, and one ordinary user sitting at its seat. */
export class Guest implements AsyncDisposable {
  readonly root: Shell;
  /** The ordinary user, with his session bus. */
  readonly tester: Shell;
  /** The same as a service of his systemd manager, which is how polkit knows that he sits at the seat. */
  readonly seat: Shell;
  readonly home = HOME;

  private constructor(
    readonly qmp: Qmp,
    /** A folder of this machine that lives as long as the guest. */
    readonly folder: string,
    private readonly logs: string,
    private readonly qemu: ChildProcess,
    private readonly master: ChildProcess,
    ssh: readonly string[],
  ) {
    this.root = new SshShell(ssh);
    this.tester = new PrefixedShell(this.root, AS_TESTER);
    this.seat = new PrefixedShell(this.tester, [
      ...['systemd-run', '--user', '--quiet', '--wait', '--pipe', '--collect', '--'],
    ]);
  }

  /** Builds the image where there is none, and boots, with Cradle installed or without; a guest that does not come up is given one more chance. */
  static async boot(name: string, software: 'cradle' | 'bare' = 'cradle'): Promise<Guest> {
    const built = await host.run([join(repositoryRoot, 'scripts/vm/image.sh')], { timeout: BUILD_SECONDS });
    const image = built.split('\n').at(-1) ?? '';
    // Always kept: whoever looks for the reason of a failure wants the last run, and there is only one of each name.
    const logs = join(image, '..', 'logs', name);
    await mkdir(logs, { recursive: true });
    try {
      return await Guest.#bootOnce(image, logs, software);
    } catch (error) {
      console.error(`the guest did not boot (${String(error)}); once more`);
      return await Guest.#bootOnce(image, logs, software);
    }
  }

  static async #bootOnce(image: string, logs: string, software: 'cradle' | 'bare'): Promise<Guest> {
    const folder = await mkdtemp(join(tmpdir(), 'cradle-vm-'));
    const console = join(logs, 'console.log');
    const children: ChildProcess[] = [];
    try {
      await writeFile(console, '');
      const payload = software === 'cradle' ? await packPayload(folder) : undefined;
      const log = openSync(join(logs, 'qemu.log'), 'w');
      const [setpriv, ...options] = WITH_PARENT;
      const qemu = spawn(setpriv ?? '', [...options, ...machine(image, payload, console)], {
        stdio: ['pipe', 'pipe', log],
      });
      children.push(qemu);
      if (qemu.stdout === null || qemu.stdin === null) throw new Error('QEMU has no pipes to its monitor');
      const qmp = new Qmp(qemu.stdout, qemu.stdin);
      await qmp.greet();
      await ready(qemu, console, logs);
      const ssh = await login(qmp, image, folder);
      const master = spawn(setpriv ?? '', [...options, 'ssh', '-M', '-N', ...ssh], {
        stdio: ['ignore', 'ignore', log],
      });
      children.push(master);
      const guest = new Guest(qmp, folder, logs, qemu, master, ['ssh', ...ssh]);
      await guest.#answers(join(folder, 'ssh'));
      return guest;
    } catch (error) {
      for (const child of children) child.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  async #answers(control: string): Promise<void> {
    for (let tries = 0; tries < 600; tries++) {
      const check = await host.attempt(['ssh', '-o', `ControlPath=${control}`, '-O', 'check', 'root@guest']);
      if (check.code === 0) return;
      if (this.master.exitCode !== null) break;
      await sleep(100);
    }
    throw new Error(`no one can log in to the guest; see ${this.logs}`);
  }

  /** Copies a file of this machine into the guest, for everybody to read. */
  async push(local: string, remote: string): Promise<void> {
    await this.root.run(['sh', '-c', 'cat > "$1" && chmod 644 "$1"', 'sh', remote], { input: await readFile(local) });
  }

  /** Copies a file of the guest to this machine. */
  async pull(remote: string, local: string): Promise<void> {
    await writeFile(local, (await this.root.attempt(['cat', remote])).output);
  }

  /** Keeps the journal beside the console's log, and switches the machine off. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#keepJournal().catch((error: unknown) => console.error(`the guest's journal is lost: ${String(error)}`));
    this.master.kill('SIGTERM');
    this.qmp.execute('quit').catch(() => {});
    const ended = this.qemu.exitCode !== null ? Promise.resolve() : once(this.qemu, 'exit');
    const gone = await Promise.race([ended.then(() => true), sleep(10_000, false, { ref: false })]);
    if (!gone) this.qemu.kill('SIGKILL');
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  async #keepJournal(): Promise<void> {
    const journal = await this.root.attempt(['journalctl', '--no-pager', '-o', 'short-monotonic']);
    const file = createWriteStream(join(this.logs, 'journal.log'));
    file.end(journal.output);
    await once(file, 'close');
  }
}

/** A machine for TCG: an old processor model costs the emulator least, and nothing is there that no test needs. */
function machine(image: string, payload: string | undefined, console: string): readonly string[] {
  return [
    ...['qemu-system-x86_64', '-name', 'cradle-guest', '-machine', 'q35'],
    ...['-accel', 'tcg,thread=multi,tb-size=256', '-cpu', 'Nehalem', '-smp', '2', '-m', '1024'],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-qmp', 'stdio'],
    ...['-kernel', join(image, 'vmlinuz'), '-initrd', join(image, 'initrd'), '-append', KERNEL_COMMAND_LINE],
    ...['-serial', `file:${console}`],
    ...['-drive', `file=${join(image, 'root.img')},format=raw,if=none,id=root,snapshot=on`],
    ...['-device', 'virtio-blk-pci,drive=root'],
    ...(payload === undefined ? [] : ['-drive', `file=${payload},format=raw,if=none,id=payload,read-only=on`]),
    ...(payload === undefined ? [] : ['-device', 'virtio-blk-pci,drive=payload']),
    // Port 0: the kernel picks a free one, and `info usernet` tells which.
    ...['-netdev', 'user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:0-:22'],
    ...['-device', 'virtio-net-pci,netdev=net,romfile='],
    ...['-object', 'rng-random,id=rng,filename=/dev/urandom', '-device', 'virtio-rng-pci,rng=rng'],
    ...['-device', 'qemu-xhci,id=xhci,p2=8,p3=8'],
  ];
}

const KERNEL_COMMAND_LINE = [
  ...['console=ttyS0', 'quiet', 'loglevel=4', 'systemd.show_status=false', 'rd.udev.log_level=3'],
  ...['mitigations=off', 'net.ifnames=0', 'tsc=reliable', 'no_timer_check', 'audit=0', 'raid=noautodetect'],
].join(' ');

async function ready(qemu: ChildProcess, console: string, logs: string): Promise<void> {
  const end = Date.now() + BOOT_SECONDS * 1000;
  while (Date.now() < end) {
    const said = await readFile(console, 'latin1');
    if (said.includes('GUEST-READY')) return;
    if (said.includes('GUEST-BROKEN')) throw new Error(`the guest's disk is unusable; see ${console}`);
    if (qemu.exitCode !== null || qemu.signalCode !== null) throw new Error(`QEMU ended; see ${logs}/qemu.log`);
    await sleep(100);
  }
  throw new Error(`the guest was not ready in ${BOOT_SECONDS} s; see ${console}`);
}

/** The arguments with which ssh reaches this guest and no other. */
async function login(qmp: Qmp, image: string, folder: string): Promise<readonly string[]> {
  const usernet = await qmp.execute('human-monitor-command', { 'command-line': 'info usernet' });
  const port = /TCP\[HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)/.exec(String(usernet))?.[1];
  if (port === undefined) throw new Error(`QEMU does not say which port it forwards: ${String(usernet)}`);
  const key = join(folder, 'id');
  const hosts = join(folder, 'known_hosts');
  // Copies, because a newer image may take the place of the one this guest booted from.
  await copyFile(join(image, 'id'), key);
  await copyFile(join(image, 'known_hosts'), hosts);
  const settings = [
    ...[`ControlPath=${join(folder, 'ssh')}`, `UserKnownHostsFile=${hosts}`, 'HostKeyAlias=guest'],
    ...['StrictHostKeyChecking=yes', 'BatchMode=yes', 'IdentitiesOnly=yes', 'ConnectTimeout=60', 'LogLevel=ERROR'],
    'Ciphers=aes128-gcm@openssh.com',
  ];
  return ['-F', '/dev/null', '-T', '-i', key, '-p', port, ...settings.flatMap((it) => ['-o', it]), 'root@127.0.0.1'];
}
