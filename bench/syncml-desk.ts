import { EventEmitter, once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bus } from '../src/dbus/bus.js';
import { BUS_NAME, paths, unescapePathElement } from '../src/dbus/names.js';
import { sessionShape } from '../src/dbus/shapes/session.js';
import { type Dict, v } from '../src/dbus/variant.js';
import { Desktop } from '../test/bed/desktop.js';
import { freePort } from '../test/peers/support/free-port.js';
import { card } from '../test/peers/support/people.js';
import { Applet } from '../test/support/applet.js';
import type { Scope } from '../test/support/scope.js';
import { until } from '../test/support/until.js';
import { peakMemory, processorTime } from './process.js';

/** Milliseconds for one session. */
const LIMIT = 900_000;

/** A desktop with the real daemon in a process of its own, and an address book. */
export class SyncmlDesk {
  readonly contacts: string;

  private constructor(
    desktop: Desktop,
    readonly pid: number,
    private readonly bus: Bus,
    private readonly applet: Applet,
  ) {
    this.contacts = join(desktop.home, '.local/share/cradle/contacts');
  }

  /** `people` contacts to begin with; `rule`: lines for the accounts on servers here. */
  static async open(scope: Scope, people: number, rule: readonly string[] = []): Promise<SyncmlDesk> {
    const desktop = await Desktop.open(scope, { settings: ['[SyncML]', `ListenPort=${await freePort()}`] });
    const rules = join(desktop.home, '.config/cradle/devices.d');
    await mkdir(rules, { recursive: true });
    await writeFile(
      join(rules, '90-bench.devices'),
      ['[Servers of this benchmark]', 'MatchFact=account.role=server', ...rule, ''].join('\n'),
    );
    const { program } = await desktop.startDaemon();
    const bus = await desktop.connect();
    const applet = await Applet.open(bus);
    scope.after(() => applet[Symbol.asyncDispose]());
    const desk = new SyncmlDesk(desktop, program.pid, bus, applet);
    await plantPeople(desk.contacts, people, '.vcf');
    return desk;
  }

  /** Lets somebody call us for the address book; gives where. */
  async listen(user: string, password: string): Promise<string> {
    await this.#bind({ Role: v.s('caller'), User: v.s(user), Password: v.s(password) });
    let url = '';
    await until(async () => {
      const [listener] = await this.applet.manager.get('Listeners');
      url = String(listener?.get('Where') ?? '');
      return url !== '';
    });
    return url;
  }

  /** An account on a server for the address book, which is called so there; gives the binding. */
  subscribe(url: string, user: string, password: string, book: string): Promise<string> {
    const Stores = v.ass([['contacts', book]]);
    return this.#bind({ Role: v.s('server'), Address: v.s(url), User: v.s(user), Password: v.s(password), Stores });
  }

  async start(binding: string): Promise<void> {
    await this.applet.binding(binding).call('StartSync', [{}]);
  }

  /**
   * Does what leads to sessions here, waits until so many of them are over, and gives what it gave. Fails when one of them
   * fails.
   */
  async session<T>(lead: () => Promise<T>, sessions = 1): Promise<T> {
    const match = { sender: BUS_NAME, pathNamespace: paths.root, interface: sessionShape.name, member: 'Finished' };
    const ended = new EventEmitter();
    let left = sessions;
    await using _heard = await this.bus.subscribe(match, ({ path, body: [result] }) => {
      if (result !== 'finished') ended.emit('failed', path);
      else if (--left === 0) ended.emit('over');
    });
    const signal = AbortSignal.timeout(LIMIT);
    const failed = once(ended, 'failed', { signal }).then(async ([path]) => {
      const reason = await this.applet.at(String(path), sessionShape).get('ErrorMessage');
      throw new Error(`a session of Cradle failed: ${reason}`);
    });
    const over = Promise.race([once(ended, 'over', { signal }), failed]);
    const [given] = await Promise.all([lead(), over]);
    return given;
  }

  /** Seconds of processor time so far. */
  processorTime(): Promise<number> {
    return processorTime(this.pid);
  }

  /** Megabytes. */
  peakMemory(): Promise<number> {
    return peakMemory(this.pid);
  }

  async count(): Promise<number> {
    return (await readdir(this.contacts)).filter((name) => !name.startsWith('.')).length;
  }

  async #bind(account: Dict): Promise<string> {
    const [path] = await this.applet.manager.call('CreateAccount', [{ Protocol: v.s('syncml'), ...account }, {}]);
    const id = unescapePathElement(path.split('/').at(-1) ?? '');
    await this.applet.sees(id, ({ Ownership }) => Ownership === 'mine');
    const settings = { FirstSync: v.s('combine'), Triggers: v.as([]) };
    return this.applet.bind(id, [['contacts', 'contacts']], settings);
  }
}

/** People by their numbers, a file each. */
export async function plantPeople(folder: string, people: number, ending = ''): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let first = 0; first < people; first += 100) {
    const numbers = Array.from({ length: Math.min(100, people - first) }, (_, index) => first + index);
    await Promise.all(numbers.map((number) => writeFile(join(folder, `person-${number}${ending}`), card(number))));
  }
}
