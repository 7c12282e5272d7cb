import { createCipheriv, createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { digestOfTree, listTree, sameTrees, type Tree } from '../test/support/tree.js';

export type Side = 'desktop' | 'player';
export type Kind = 'music' | 'pictures';

/** Where each kind of thing is kept on either side. */
export interface Places {
  folder(side: Side, kind: Kind): string;
}

/** What one kind looks like on both sides now. */
export interface Comparison {
  readonly kind: Kind;
  readonly desktop: Summary;
  readonly player: Summary;
  /** Both sides hold the same, and exactly what was ever put there and not taken away. */
  readonly agrees: boolean;
}

export interface Summary {
  readonly files: number;
  readonly bytes: number;
  readonly digest: string;
}

const KINDS = ['music', 'pictures'] as const;

/** Songs and pictures, put here and there by their owner, who remembers what has to be on both sides in the end. */
export class Belongings {
  readonly #places: Places;
  readonly #expected = new Map<Kind, Map<string, { readonly digest: string; readonly size: number }>>(
    KINDS.map((kind) => [kind, new Map()]),
  );
  #number = 0;

  constructor(places: Places) {
    this.#places = places;
  }

  /** Puts a new file on one side, or writes over the one that is there. */
  async put(side: Side, kind: Kind, path: string, kilobytes: number): Promise<void> {
    const content = noise(++this.#number, kilobytes * 1_000);
    await this.#write(side, kind, path, content);
    this.#expected.get(kind)?.set(path, { digest: digestOf(content), size: content.length });
  }

  /** The very same file on both sides, as somebody leaves it who copied by hand before. */
  async putOnBoth(kind: Kind, path: string, kilobytes: number): Promise<void> {
    const number = this.#number + 1;
    await this.put('desktop', kind, path, kilobytes);
    await this.#write('player', kind, path, noise(number, kilobytes * 1_000));
  }

  async remove(side: Side, kind: Kind, path: string): Promise<void> {
    await rm(join(this.#places.folder(side, kind), path));
    this.#expected.get(kind)?.delete(path);
  }

  /** How many files of a kind one side has now. */
  async count(side: Side, kind: Kind): Promise<number> {
    return (await listTree(this.#places.folder(side, kind))).size;
  }

  /** Reads every file of both sides. */
  compare(): Promise<readonly Comparison[]> {
    return Promise.all(
      KINDS.map(async (kind) => {
        const [desktop, player] = await Promise.all([
          listTree(this.#places.folder('desktop', kind)),
          listTree(this.#places.folder('player', kind)),
        ]);
        const expected: Tree = this.#expected.get(kind) ?? new Map();
        const agrees = sameTrees(desktop, player) && sameTrees(desktop, expected);
        return { kind, desktop: summaryOf(desktop), player: summaryOf(player), agrees };
      }),
    );
  }

  async #write(side: Side, kind: Kind, path: string, content: Uint8Array): Promise<void> {
    const file = join(this.#places.folder(side, kind), path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

const summaryOf = (tree: Tree): Summary => ({
  files: tree.size,
  bytes: [...tree.values()].reduce((sum, { size }) => sum + size, 0),
  digest: digestOfTree(tree),
});

const digestOf = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** Bytes that look like nothing, the same ones for the same number. */
function noise(number: number, length: number): Uint8Array {
  const key = Buffer.alloc(16);
  key.writeUInt32LE(number);
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length));
}
