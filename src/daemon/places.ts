import { homedir, userInfo } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ruleFolders } from '../hal/rules.js';

/** Where the daemon's files are (XDG Base Directory Specification 0.8; relative values are ignored, as it says). */
export interface Places {
  /** The state database and the attic. */
  readonly state: string;
  readonly settings: string;
  /** Layers of rule files, the last word last. */
  readonly rules: readonly string[];
}

export interface PlaceOptions {
  readonly state?: string | undefined;
  readonly rules?: readonly string[] | undefined;
  readonly settings?: string | undefined;
}

export function findPlaces(environment: NodeJS.ProcessEnv, options: PlaceOptions): Places {
  const home = environment.HOME || homedir() || userInfo().homedir;
  const folder = (variable: string, fallback: string): string => {
    const value = environment[variable];
    return value !== undefined && isAbsolute(value) ? value : join(home, fallback);
  };
  const config = join(folder('XDG_CONFIG_HOME', '.config'), 'cradle');
  return {
    state: options.state ?? join(folder('XDG_STATE_HOME', '.local/state'), 'cradle'),
    settings: options.settings ?? join(config, 'settings'),
    rules: options.rules ?? ruleFolders(environment, shippedRules()),
  };
}

/** Installed, the rules are where ruleFolders() looks by itself; in a checkout they are beside the code. */
function shippedRules(): string | undefined {
  const here = dirname(fileURLToPath(import.meta.url));
  if (here.startsWith('/usr/')) return undefined;
  // dist/cradled.cjs and out/src/daemon/places.js alike find the checkout they were built in.
  const depth = here.endsWith('/dist') ? '..' : '../../..';
  return join(here, depth, 'data/udev-rules/devices.d');
}
