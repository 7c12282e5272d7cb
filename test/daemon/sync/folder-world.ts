import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Job, Side } from '../../../src/daemon/sync/job.js';
import type { ItemRef, Store } from '../../../src/plugins/contract.js';
import { FolderPlugin } from '../../../src/plugins/folder/plugin.js';
import { FaultyStore } from '../../fakes/faulty-store.js';
import { byName, type Held, type Misbehaviours, silent, World } from './world.js';

/** Two directories in the place of the two collections. */
export class FolderWorld extends World {
  readonly #folder: string;
  #plugin = new FolderPlugin({ log: silent, environment: {} });

  constructor(folder: string) {
    super(join(folder, 'cradle.db'));
    this.#folder = folder;
    for (const side of ['left', 'right'] as const) mkdirSync(join(folder, side));
  }

  override restart(): void {
    super.restart();
    // Nobody has watched the folders since: the next listings are full.
    this.#plugin = new FolderPlugin({ log: silent, environment: {} });
  }

  override put(side: Side, name: string, content: string): ItemRef {
    writeFileSync(join(this.#folder, side, name), content);
    return { id: name, revision: '' };
  }

  override remove(side: Side, name: string): void {
    rmSync(join(this.#folder, side, name), { force: true });
  }

  override content(side: Side, name: string): string | undefined {
    return statSync(join(this.#folder, side, name), { throwIfNoEntry: false }) === undefined
      ? undefined
      : readFileSync(join(this.#folder, side, name), 'utf8');
  }

  override held(side: Side): readonly Held[] {
    return readdirSync(join(this.#folder, side))
      .filter((name) => !name.startsWith('.'))
      .map((name): Held => [name, readFileSync(join(this.#folder, side, name), 'utf8')])
      .sort(byName);
  }

  override async open(misbehaviour: Misbehaviours = {}): Promise<Job> {
    const signal = new AbortController().signal;
    const store = async (side: Side): Promise<Store> => {
      const address = join(this.#folder, side);
      const opened = await this.#plugin.open(
        { name: side, label: side, icon: 'folder', provider: 'folder', address, contentTypes: ['*'] },
        signal,
      );
      return new FaultyStore(opened, misbehaviour[side] ?? {});
    };
    return this.jobOf(await store('left'), await store('right'));
  }
}
