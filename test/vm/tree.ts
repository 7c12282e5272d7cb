import type { Shell } from './shell.js';

/** SHA-256 sums by path, in the order of the paths. */
export type Tree = ReadonlyMap<string, string>;

/** Lines of a shell script that print all files below a folder, given as a word of that script, with their sums. */
export const listing = (folder: string): string =>
  `cd "${folder}" && find . -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 -r sha256sum`;

/** What such a script printed. */
export function treeOf(printed: string): Tree {
  const lines = printed.split('\n').filter((line) => line !== '');
  return new Map(lines.map((line): [string, string] => [line.slice(66), line.slice(0, 64)]));
}

/** All files below a folder. */
export async function treeIn(shell: Shell, folder: string): Promise<Tree> {
  return treeOf(await shell.run(['sh', '-c', listing('$1'), 'sh', folder], { timeout: 120 }));
}

/** Only what lies below `folder`, by the path from there; without the files Cradle keeps for itself (`.cradle-...`). */
export function items(tree: Tree, folder = ''): Tree {
  const prefix = folder === '' ? '' : `${folder}/`;
  const inside = [...tree].filter(([path]) => path.startsWith(prefix) && !/(^|\/)\.cradle-/.test(path));
  return new Map(inside.map(([path, sum]): [string, string] => [path.slice(prefix.length), sum]));
}

/** Files that were being written when something was cut off, and should not have stayed. */
export const leftovers = (tree: Tree): readonly string[] => [...tree.keys()].filter((path) => path.endsWith('.part'));
