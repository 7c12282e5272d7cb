import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';

/** The folders of xdg-user-dirs that hold what a device may hold too. */
export type UserDir = 'PICTURES' | 'MUSIC' | 'VIDEOS' | 'DOCUMENTS';

type Environment = Readonly<Record<string, string | undefined>>;

const LINE = /^\s*XDG_([A-Z]+)_DIR="((?:[^"\\]|\\.)*)"\s*$/;
const DEFAULTS: Readonly<Record<UserDir, string>> = {
  PICTURES: 'Pictures',
  MUSIC: 'Music',
  VIDEOS: 'Videos',
  DOCUMENTS: 'Documents',
};

/**
 * Where the user keeps pictures, music, videos and documents, from user-dirs.dirs(5). A folder set to the home itself is
 * switched off there, and left out here.
 */
export async function userDirs(environment: Environment): Promise<ReadonlyMap<UserDir, string>> {
  const home = environment.HOME;
  if (home === undefined || !isAbsolute(home)) return new Map();
  const config = absolute(environment.XDG_CONFIG_HOME) ?? join(home, '.config');
  const text = await readFile(join(config, 'user-dirs.dirs'), 'utf8').catch(() => '');
  const said = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, escaped] = LINE.exec(line) ?? [];
    if (name === undefined || escaped === undefined) continue;
    const value = escaped.replace(/\\(.)/g, '$1');
    if (value === '$HOME' || value.startsWith('$HOME/')) said.set(name, join(home, value.slice(5)));
    else if (isAbsolute(value)) said.set(name, value.replace(/(?<=.)\/+$/, ''));
  }
  const found = new Map<UserDir, string>();
  for (const name of ['PICTURES', 'MUSIC', 'VIDEOS', 'DOCUMENTS'] as const) {
    const path: string = said.get(name) ?? join(home, DEFAULTS[name]);
    if (path !== home && path !== `${home}/`) found.set(name, path);
  }
  return found;
}

/** $XDG_DATA_HOME, or its default. */
export function dataHome(environment: Environment): string | undefined {
  const home = absolute(environment.HOME);
  return absolute(environment.XDG_DATA_HOME) ?? (home === undefined ? undefined : join(home, '.local/share'));
}

/** The Base Directory Specification: what is not absolute is to be ignored. */
const absolute = (path: string | undefined): string | undefined =>
  path !== undefined && isAbsolute(path) ? path : undefined;
