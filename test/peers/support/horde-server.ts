import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Program } from '../../support/program.js';
import { repositoryRoot } from '../../support/root.js';
import type { Scope } from '../../support/scope.js';
import { temporaryFolder } from '../../support/tmp.js';
import { missing } from './installed.js';

/** For `skip`. */
export const hordeMissing = missing({
  php: 'php-cli',
  '/usr/share/php/Horde/SyncMl.php': 'php-horde-syncml',
  '/usr/share/php/Horde/Xml/Wbxml.php': 'php-horde-xml-wbxml',
  '/usr/share/php/Horde/Icalendar.php': 'php-horde-icalendar',
  // Extensions, which nothing above depends on; where they are depends on PHP's version.
  '/var/lib/dpkg/info/php-xml.list': 'php-xml',
  '/var/lib/dpkg/info/php-mbstring.list': 'php-mbstring',
});

/** Those that the engine knows; their names are its own. */
const DATABASES = ['contacts', 'calendar', 'tasks', 'notes'] as const;
export type HordeDatabase = (typeof DATABASES)[number];

/** Where the PHP around the engine is. */
export const HORDE_SCRIPTS = join(repositoryRoot, 'test/peers/support/horde');

/** Errors of PHP end in the log, and nothing but the reply in the reply. */
export const PHP_WORDS = ['-d', 'display_errors=0', '-d', 'log_errors=1', '-d', 'memory_limit=1G'] as const;

/** Milliseconds until it listens. */
const PATIENCE = 30_000;

export interface HordeOptions {
  readonly user: string;
  readonly password: string;
  /** Where it asks to be answered, below its address. */
  readonly respPath?: string;
}

/**
 * Horde_SyncMl, a SyncML server that has nothing in common with SyncEvolution. It authenticates by basic alone, wins no
 * conflicts, matches nothing, and does what it is told twice when it is told twice.
 */
export class HordeServer {
  private constructor(
    readonly url: string,
    private readonly folder: string,
    private readonly program: Program,
  ) {}

  static async start(scope: Scope, { user, password, respPath }: HordeOptions): Promise<HordeServer> {
    const folder = await temporaryFolder(scope, 'cradle-horde-');
    for (const name of DATABASES) await mkdir(join(folder, 'items', name), { recursive: true });
    for (const name of ['sessions', 'log']) await mkdir(join(folder, name));
    const env = {
      PATH: '/usr/bin:/bin',
      LANG: 'C.UTF-8',
      TZ: 'UTC',
      HORDE_FOLDER: folder,
      HORDE_LOGIN: `${user}:${password}`,
      ...(respPath === undefined ? {} : { HORDE_RESP_URI: respPath }),
    };
    const words = [...PHP_WORDS, '-S', '127.0.0.1:0', join(HORDE_SCRIPTS, 'router.php')];
    const program = await Program.start(scope, 'php', words, { env, cwd: folder });
    return new HordeServer(`${await addressOf(program)}/syncml`, folder, program);
  }

  /** What is in a database, by the names of the server. */
  async items(database: HordeDatabase): Promise<ReadonlyMap<string, Buffer>> {
    const items = new Map<string, Buffer>();
    for (const name of (await readdir(this.#items(database))).sort())
      items.set(name, await readFile(join(this.#items(database), name)));
    return items;
  }

  /** Acts as another client of the server would: from the next session on it is news. */
  async put(database: HordeDatabase, name: string, content: string): Promise<void> {
    await writeFile(join(this.#items(database), name), content);
  }

  /** The name of the one item whose content says that; fails when there is none, or several. */
  async find(database: HordeDatabase, content: string): Promise<string> {
    const found = [...(await this.items(database))].filter(([, text]) => text.includes(content));
    const [one, ...others] = found;
    if (one === undefined || others.length > 0) throw new Error(`${found.length} items of ${database} say ${content}`);
    return one[0];
  }

  async remove(database: HordeDatabase, name: string): Promise<void> {
    await rm(join(this.#items(database), name));
  }

  /** It has never heard of any device; its items are as they were. */
  async forgetDevices(): Promise<void> {
    await rm(join(this.folder, 'devices'), { recursive: true, force: true });
  }

  /** What the engine tells of what it does. */
  async log(): Promise<string> {
    return readFile(join(this.folder, 'log', 'log.txt'), 'utf8');
  }

  /** Where it was posted to, message by message. */
  get posts(): readonly string[] {
    return [...this.program.complaints.matchAll(/POST (\S+)/g)].map(([, path]) => path ?? '');
  }

  /** What PHP could not do, and says so. */
  get failures(): readonly string[] {
    return this.program.complaints.split('\n').filter((line) => /error|exception/i.test(line));
  }

  #items(database: HordeDatabase): string {
    return join(this.folder, 'items', database);
  }
}

/** It chooses a free port itself, and tells which. */
async function addressOf(program: Program): Promise<string> {
  const latest = Date.now() + PATIENCE;
  while (Date.now() < latest && program.running) {
    const [, address] = /\((http:\/\/127\.0\.0\.1:\d+)\) started/.exec(program.complaints) ?? [];
    if (address !== undefined) return address;
    await sleep(20);
  }
  throw new Error(`php does not listen: ${program.complaints}`);
}
