import { constants } from 'node:fs';
import { access, readdir, stat } from 'node:fs/promises';
import { CradleError } from '../../dbus/errors.js';
import type { Device, Sighting } from '../../hal/device.js';
import { threadedFiles } from '../folder/files.js';
import type { Filesystem } from '../folder/filesystem.js';
import { Root } from '../folder/root.js';
import { Subfolders } from '../folder/subfolders.js';

/** A filesystem of a device, as its sighting tells of it. */
export interface Partition {
  /** Lasting: the filesystem's UUID where it has one. */
  readonly key: string;
  readonly node: string;
  readonly label: string;
  /** `major:minor`, where udev said. */
  readonly number: string | undefined;
}

/** The filesystems of a device, in the order of its slots. */
export function partitionsOf(device: Device): readonly Partition[] {
  const taken = new Set<string>();
  return device.sightings
    .filter(({ evidence }) => evidence.get('subsystem') === 'block' && evidence.get('fs.usage') === 'filesystem')
    .sort((left, right) => (left.key < right.key ? -1 : 1))
    .flatMap((sighting) => partitionOf(sighting, taken) ?? []);
}

function partitionOf({ evidence }: Sighting, taken: Set<string>): Partition | undefined {
  const node = evidence.get('node');
  if (node === undefined || !node.startsWith('/')) return undefined;
  const uuid = evidence.get('fs.uuid') ?? `label-${evidence.get('fs.label') ?? ''}`;
  const clean = uuid.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 64);
  // Copied cards share a UUID.
  let key = clean;
  for (let n = 2; taken.has(key); n++) key = `${clean}.${n}`;
  taken.add(key);
  const [major, minor] = [evidence.get('udev.MAJOR'), evidence.get('udev.MINOR')];
  const number = major === undefined || minor === undefined ? undefined : `${major}:${minor}`;
  return { key, node, label: evidence.get('fs.label') ?? '', number };
}

/** A mounted filesystem, held open: it stays mounted and stays itself until it is let go. */
export class Volume implements AsyncDisposable {
  readonly root: Root;
  readonly readOnly: boolean;
  readonly #hadNode: boolean;

  private constructor(
    readonly partition: Partition,
    parts: { readonly root: Root; readonly readOnly: boolean; readonly hadNode: boolean },
  ) {
    this.root = parts.root;
    this.readOnly = parts.readOnly;
    this.#hadNode = parts.hadNode;
  }

  static async open(partition: Partition, point: string, filesystem?: Filesystem): Promise<Volume> {
    const root = await Root.open(point, threadedFiles, filesystem);
    const writable = await access(root.at('.'), constants.W_OK).then(
      () => true,
      () => false,
    );
    return new Volume(partition, { root, readOnly: !writable, hadNode: await exists(partition.node) });
  }

  get key(): string {
    return this.partition.key;
  }

  /** Whether it is still plugged in and mounted where it was. */
  async alive(): Promise<boolean> {
    if (this.#hadNode && !(await exists(this.partition.node))) return false;
    return this.root.check().then(
      () => true,
      () => false,
    );
  }

  /** The path of a folder as the volume spells it: case makes no difference to cameras. Undefined when it is not there. */
  async find(folder: string): Promise<string | undefined> {
    const spelled = await this.#spell(folder);
    return spelled.missing.length === 0 ? spelled.found : undefined;
  }

  /** The same, made where it is missing. */
  async make(folder: string): Promise<string> {
    const { found, missing } = await this.#spell(folder);
    const path = [found, ...missing].filter((part) => part !== '').join('/');
    await using folders = new Subfolders(this.root);
    await folders.open(path, true);
    await this.flush();
    return path;
  }

  flush(): Promise<void> {
    return this.root.files.syncAll(this.root.fd);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.root[Symbol.asyncDispose]();
  }

  async #spell(folder: string): Promise<{ readonly found: string; readonly missing: readonly string[] }> {
    const parts = folder.split('/').filter((part) => part !== '' && part !== '.');
    if (parts.includes('..')) throw new CradleError('InvalidArgs', `the folder ${folder} leads out of its volume`);
    let found = '';
    for (const [index, part] of parts.entries()) {
      const names = await readdir(this.root.at(found === '' ? '.' : found));
      const name = names.includes(part) ? part : names.find((other) => other.toLowerCase() === part.toLowerCase());
      if (name === undefined) return { found, missing: parts.slice(index) };
      found = found === '' ? name : `${found}/${name}`;
    }
    return { found, missing: [] };
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
