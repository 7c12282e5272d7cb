import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Ending, Program, runProgram } from '../../support/program.js';
import type { Scope } from '../../support/scope.js';
import { temporaryFolder } from '../../support/tmp.js';
import { missing } from './installed.js';
import { buildShim } from './shim.js';

/** For `skip`. */
export const syncEvolutionMissing = missing({
  syncevolution: 'syncevolution',
  '/usr/libexec/syncevo-dbus-server': 'syncevolution',
  '/usr/bin/syncevo-http-server': 'syncevolution-http',
  '/usr/lib/python3/dist-packages/twisted': 'python3-twisted',
  gcc: 'gcc',
});

/** The sync modes of its command line. */
export type SyncEvolutionMode =
  | 'slow'
  | 'two-way'
  | 'one-way-from-local'
  | 'one-way-from-remote'
  | 'refresh-from-local'
  | 'refresh-from-remote';

/** A datastore of SyncEvolution: its name, the peer's name of it, and what is in its files. */
export interface Source {
  readonly name: string;
  readonly uri: string;
  readonly format: 'text/vcard' | 'text/x-vcard' | 'text/calendar' | 'text/x-vcalendar' | 'text/plain';
}

export const ADDRESS_BOOK: Source = { name: 'addressbook', uri: 'addressbook', format: 'text/vcard' };
export const CALENDAR: Source = { name: 'calendar', uri: 'calendar', format: 'text/calendar' };

/** Milliseconds for one run of its command line. */
const LIMIT = 180_000;

/** SyncEvolution with a home and folders of its own, in which its `file` backend keeps an item a file. */
export class SyncEvolution {
  readonly environment: Readonly<Record<string, string>>;

  private constructor(
    private readonly scope: Scope,
    readonly home: string,
    shim: string,
  ) {
    this.environment = {
      PATH: '/usr/bin:/bin',
      LANG: 'C.UTF-8',
      HOME: home,
      XDG_CONFIG_HOME: join(home, 'config'),
      XDG_CACHE_HOME: join(home, 'cache'),
      XDG_DATA_HOME: join(home, 'data'),
      XDG_STATE_HOME: join(home, 'state'),
      XDG_RUNTIME_DIR: join(home, 'run'),
      LD_PRELOAD: shim,
    };
  }

  static async create(scope: Scope): Promise<SyncEvolution> {
    const home = await temporaryFolder(scope, 'cradle-syncevolution-');
    for (const folder of ['run', 'config', 'cache', 'data', 'state']) await mkdir(join(home, folder), { mode: 0o700 });
    return new SyncEvolution(scope, home, await buildShim(scope, 'curl-callbacks'));
  }

  /** The folder whose files are the items of a datastore. */
  folder(source: Source): string {
    return join(this.home, 'items', source.name);
  }

  /** The items by their file names. */
  async items(source: Source): Promise<ReadonlyMap<string, Buffer>> {
    const items = new Map<string, Buffer>();
    for (const name of (await readdir(this.folder(source))).sort())
      items.set(name, await readFile(join(this.folder(source), name)));
    return items;
  }

  /** Begins a run of its command line. */
  start(words: readonly string[]): Promise<Program> {
    const env = this.environment;
    return Program.start(this.scope, 'syncevolution', ['--daemon=no', '--keyring=no', ...words], { env });
  }

  /** One run of its command line; `extra` is laid over its environment. */
  run(words: readonly string[], extra: Readonly<Record<string, string>> = {}): Promise<Ending> {
    const env = { ...this.environment, ...extra };
    return runProgram(this.scope, 'syncevolution', ['--daemon=no', '--keyring=no', ...words], { env, limit: LIMIT });
  }

  /** Writes a configuration; fails with what it complains of. */
  async configure(
    template: string,
    peer: string,
    properties: Readonly<Record<string, string | number>>,
    sources: readonly Source[],
  ): Promise<void> {
    const quiet = { printChanges: 0, dumpData: 0, maxlogdirs: 0, ...properties };
    await this.#mustRun(['--configure', '--template', template, 'sync=none', ...words(quiet), peer]);
    for (const source of sources) {
      await mkdir(this.folder(source), { recursive: true });
      const about = {
        backend: 'file',
        database: `file://${this.folder(source)}`,
        databaseFormat: source.format,
        sync: 'two-way',
        uri: source.uri,
      };
      await this.#mustRun(['--configure', ...words(about), peer, source.name]);
    }
  }

  async #mustRun(parts: readonly string[]): Promise<void> {
    const { code, output, complaints } = await this.run(parts);
    if (code !== 0) throw new Error(`syncevolution ${parts.join(' ')} ended with ${code}: ${output}${complaints}`);
  }
}

const words = (properties: Readonly<Record<string, string | number>>): readonly string[] =>
  Object.entries(properties).map(([name, value]) => `${name}=${value}`);
