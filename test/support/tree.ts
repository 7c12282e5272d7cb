import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What is in a folder and all folders below: the SHA-256 of each file's content by its path, in the order of the paths. */
export type Tree = ReadonlyMap<string, { readonly digest: string; readonly size: number }>;

/** A medium that is unmounted takes its files along. */
function unlessGone(error: unknown): [] {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
  throw error;
}

/** Reads all of it. Files whose name begins with a dot are left out, and what is not there, or goes while it is read. */
export async function listTree(folder: string): Promise<Tree> {
  const files: [string, { readonly digest: string; readonly size: number }][] = [];
  const look = async (below: string): Promise<void> => {
    for (const entry of await readdir(join(folder, below), { withFileTypes: true }).catch(unlessGone)) {
      const path = join(below, entry.name);
      if (entry.name.startsWith('.')) continue;
      if (entry.isDirectory()) await look(path);
      else if (entry.isFile()) {
        const content = await readFile(join(folder, path)).catch(unlessGone);
        if (!Buffer.isBuffer(content)) continue;
        files.push([path, { digest: createHash('sha256').update(content).digest('hex'), size: content.length }]);
      }
    }
  };
  await look('');
  return new Map(files.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Whether two folders hold the same files with the same content, by their bytes and nobody's word. */
export const sameTrees = (one: Tree, other: Tree): boolean =>
  one.size === other.size && [...one].every(([path, { digest }]) => other.get(path)?.digest === digest);

/** One digest for all of it: equal exactly when names and contents are. */
export function digestOfTree(tree: Tree): string {
  const hash = createHash('sha256');
  for (const [path, { digest }] of tree) hash.update(`${digest}  ${path}\n`);
  return hash.digest('hex');
}
