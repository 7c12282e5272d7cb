import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { unescapePathElement } from '../../../src/dbus/names.js';
import { type Dict, v } from '../../../src/dbus/variant.js';
import { Applet } from '../../support/applet.js';
import { startDaemon, type TestDaemon } from '../../support/daemon.js';
import { until } from '../../support/until.js';
import { freePort } from './free-port.js';

/** The real daemon with the user's own folders, as a foreign peer and an applet meet it. */
export class Desk {
  private constructor(
    readonly daemon: TestDaemon,
    readonly applet: Applet,
  ) {}

  #url = '';

  /** Where clients that call find us, as the bus says. */
  get url(): string {
    return this.#url;
  }

  /** `rules` are what the user adds to the shipped ones, `settings` what he adds to [SyncML]. */
  static async open(t: TestContext, rules = '', settings: readonly string[] = []): Promise<Desk> {
    const port = await freePort();
    const daemon = await startDaemon(t, {
      rules,
      prepare: async ({ home }) => {
        const folder = join(home, '.config/cradle');
        await mkdir(folder, { recursive: true });
        await writeFile(join(folder, 'settings'), ['[SyncML]', `ListenPort=${port}`, ...settings, ''].join('\n'));
      },
    });
    const applet = await Applet.open(daemon.bus);
    daemon.scope.after(() => applet[Symbol.asyncDispose]());
    return new Desk(daemon, applet);
  }

  /** Sets an account up and gives its device's id. */
  async account(settings: Dict): Promise<string> {
    const [path] = await this.applet.manager.call('CreateAccount', [{ Protocol: v.s('syncml'), ...settings }, {}]);
    const id = unescapePathElement(path.split('/').at(-1) ?? '');
    await this.applet.sees(id, ({ Ownership }) => Ownership === 'mine');
    return id;
  }

  /** Somebody who may call us, once we listen. */
  async caller(user: string, password: string, stores?: readonly (readonly [string, string])[]): Promise<string> {
    const named = stores === undefined ? {} : { Stores: v.ass(stores) };
    const id = await this.account({ Role: v.s('caller'), User: v.s(user), Password: v.s(password), ...named });
    await until(async () => {
      const [listener] = await this.applet.manager.get('Listeners');
      this.#url = String(listener?.get('Where') ?? '');
      return this.#url !== '';
    });
    return id;
  }

  /** Binds stores of a device to the user's own of these names, or to folders of the home. */
  bind(id: string, pairs: readonly (readonly [string, string])[], settings: Dict = {}): Promise<string> {
    return this.applet.bind(id, pairs, { FirstSync: v.s('combine'), ...settings });
  }

  /** A folder of the user's own collections. */
  folder(store: string): string {
    return join(this.daemon.home, '.local/share/cradle', store);
  }

  /** What is in a collection by file names. */
  async items(store: string): Promise<ReadonlyMap<string, Buffer>> {
    const items = new Map<string, Buffer>();
    for (const name of (await readdir(this.folder(store)).catch(() => [])).sort())
      if (!name.startsWith('.')) items.set(name, await readFile(join(this.folder(store), name)));
    return items;
  }

  async write(store: string, name: string, content: string): Promise<void> {
    await mkdir(this.folder(store), { recursive: true });
    await writeFile(join(this.folder(store), name), content);
  }

  async remove(store: string, name: string): Promise<void> {
    await rm(join(this.folder(store), name));
  }

  /** The last sessions, newest first, as result and error. */
  async history(): Promise<readonly string[]> {
    const [entries] = await this.applet.manager.call('History', [{}]);
    return entries.map((entry) => [entry.get('Result'), entry.get('ErrorMessage')].filter(Boolean).join(': '));
  }
}
