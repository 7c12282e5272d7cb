import { accessSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** Programs and files that a foreign peer needs, and the Debian packages that bring them. */
export type Needs = Readonly<Record<string, string>>;

const isThere = (path: string): boolean => {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
};

/**
 * Why a test with a foreign peer has to be skipped: the packages that are missing. False when all is there, as `skip` of
 * node:test wants it.
 */
export function missing(needs: Needs): string | false {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const packages = Object.entries(needs)
    .filter(([what]) => !(isAbsolute(what) ? [what] : folders.map((folder) => join(folder, what))).some(isThere))
    .map(([, from]) => from);
  return packages.length === 0 ? false : `needs the Debian packages ${[...new Set(packages)].join(', ')}`;
}
